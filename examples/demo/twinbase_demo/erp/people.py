"""People and firms with French names. Phone numbers are of the ranges kept for fiction, mail domains of `.example`."""

import unicodedata
from dataclasses import dataclass

from twinbase_demo.erp.chance import Chance

_WOMEN = (
    "Marie Nathalie Isabelle Sylvie Catherine Françoise Valérie Christine Sandrine Céline Stéphanie Véronique "
    "Sophie Laurence Julie Aurélie Émilie Hélène Élodie Camille Léa Manon Chloé Inès Zoé Mélanie Amélie Noémie "
    "Agnès Brigitte Danièle Aïcha Fatima Laëtitia Solène Maëlle Clémence Anaïs Joëlle Geneviève"
).split()
_MEN = (
    "Jean Pierre Michel Philippe Alain Nicolas Christophe Stéphane Frédéric Julien Sébastien Éric Laurent David "
    "Olivier Guillaume Thomas Rémi Jérôme Benoît Cédric François Gérard Hervé Loïc Mickaël Mathieu Maxime Florian "
    "Kévin Raphaël Théo Hugo Lucas Étienne André Grégory Karim Mehdi Jean-Luc Jean-François Thibault Joël Noël"
).split()
_SURNAMES = (
    "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefèvre Michel Garcia "
    "David Bertrand Roux Vincent Fournier Morel Girard André Mercier Dupont Lambert Bonnet François Martinez "
    "Legrand Garnier Faure Rousseau Blanc Guérin Muller Henry Roussel Nicolas Perrin Morin Mathieu Clément "
    "Gauthier Dumont Lopez Fontaine Chevalier Robin Masson Sanchez Gérard Nguyen Boyer Denis Lemaire Duval Joly "
    "Gautier Roger Renard Gaillard Meunier Brun Blanchard Giraud Marchand Barbier Arnaud Renaud Picard Rolland "
    "Colin Vidal Caron Aubert Leclercq Rey Benoît Dufour Charpentier Baron Carpentier Le_Gall Lévêque Héraud Pérez "
    "Bouvier Chambon Ferrand Perret Chapuis Vachon Berthet Peyrard Brossard Fayolle Genin Jacquet Ravier Sève "
    "Thévenet Villard Bouchet Crépieux Desgranges Échallier Ginet Haïdar Da_Silva Benali Traoré Cohen Ferreira "
    "Kaya Diallo N'Diaye Œuvrard Maître Bénéteau Châtelain Gonçalves Bellières Pagès Vialle Montagnon"
).split()
_FUNCTIONS = (
    "Gérant", "Gérante", "Directeur technique", "Responsable maintenance", "Comptable", "Assistante de direction",
    "Gardien d'immeuble", "Responsable des achats", "Secrétaire générale", "Chef d'établissement", "Intendant",
    "Conseillère syndicale", "Régisseur", "Responsable informatique",
)  # fmt: skip
_TRADES = (
    "Boulangerie {name}", "SARL {name} & Fils", "Cabinet dentaire {name}", "Pharmacie {name}", "Garage {name}",
    "Menuiserie {name}", "SCI {name}", "Étude notariale {name}", "Transports {name}", "Ets {name} Frères",
    "Imprimerie {name}", "Hôtel-restaurant {name}", "Clinique vétérinaire {name}", "Ateliers {name}",
    "SAS {name} Immobilier", "Mairie de {city}", "École primaire de {city}", "Collège de {city}",
    "Office HLM de {city}", "Piscine de {city}", "Centre médical de {city}", "Maison de retraite de {city}",
    "Crèche de {city}", "Copropriété Le Parc, {city}", "Syndicat des eaux de {city}", "Médiathèque de {city}",
    "Résidence Les Tilleuls, {city}", "Gymnase de {city}",
)  # fmt: skip
_SUPPLIERS = (
    "Comptoir du Chauffage {name}", "Électro-Distribution {name}", "Sanitaire {name}", "Négoce {name}",
    "Froid & Climat {name}", "Informatique {name}", "Fournitures industrielles {name}", "Robinetterie {name}",
    "Outillage {name}", "Câbles {name}",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class GeneratedPerson:
    civility: str
    first_name: str
    last_name: str
    phone: str
    mobile: str
    email: str
    function: str | None


def make_person(chance: Chance, domain: str | None = None, function: str | None = None) -> GeneratedPerson:
    """Somebody with a phone, a mobile and a mail address at `domain`, or at a private one."""
    woman = chance.happens(0.5)
    first = chance.pick(_WOMEN if woman else _MEN)
    last = pick_surname(chance)
    mail_domain = domain or chance.pick(("boite-aux-lettres.example", "courrier.example", "messagerie.example"))
    return GeneratedPerson(
        civility="Madame" if woman else "Monsieur",
        first_name=first,
        last_name=last,
        phone=f"04 65 71 {chance.make_digits(2)} {chance.make_digits(2)}",
        mobile=f"06 39 98 {chance.make_digits(2)} {chance.make_digits(2)}",
        email=f"{ascii_name(first)}.{ascii_name(last)}@{mail_domain}",
        function=function,
    )


def pick_surname(chance: Chance) -> str:
    return chance.pick(_SURNAMES).replace("_", " ")


def pick_function(chance: Chance) -> str:
    return chance.pick(_FUNCTIONS)


def make_firm(chance: Chance, city: str) -> str:
    """A firm or a public body: a bakery, a school of the city, a residence."""
    return chance.pick(_TRADES).format(name=pick_surname(chance), city=city)[:60]


def make_supplier(chance: Chance) -> str:
    return chance.pick(_SUPPLIERS).format(name=pick_surname(chance))


def ascii_name(name: str) -> str:
    """The name as a mail address has it: no accents, no blanks."""
    plain = unicodedata.normalize("NFKD", name.replace("Œ", "OE").replace("œ", "oe")).encode("ascii", "ignore").decode()
    return "-".join("".join(letter if letter.isalnum() else " " for letter in plain.lower()).split())


def make_siren(chance: Chance) -> str:
    """Nine digits of which the last is the Luhn check, as on a French company register."""
    body = chance.make_digits(8)
    # Counted from the right of the nine digits, those at even places are doubled: the 8th, 6th, 4th and 2nd.
    total = sum(
        sum(divmod(int(digit) * 2, 10)) if position % 2 == 0 else int(digit)
        for position, digit in enumerate(body, start=1)
    )
    return body + str(-total % 10)
