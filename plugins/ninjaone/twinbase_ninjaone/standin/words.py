"""Names and sentences of the stand-in: small French firms, their people and what goes wrong there."""

import random
import unicodedata

FIRMS = ("Boulangerie", "Garage", "Cabinet", "Menuiserie", "Pharmacie", "Mairie de", "Transports", "Clinique", "École")
OWNERS = (
    "Lefèvre", "Garnier", "Benoît", "Châtelain", "Müller", "Aubépine", "du Château", "Saint-Genès", "L'Hôpital",
    "Delacroix", "Béranger", "Caçador", "Noël", "Rivière", "Fontaine", "Pélissier", "Guérin", "Maréchal", "Roussel",
    "Bertrand", "Vasseur", "Hébert", "Colas", "Jacquet",
)  # fmt: skip
LEGAL_FORMS = ("SARL", "SAS", "EURL", "SCI", "")
TOWNS = ("Lyon", "Villeurbanne", "Vénissieux", "Bron", "Décines", "Écully", "Givors", "Saint-Priest", "Tassin")
STREETS = ("rue de la République", "avenue Jean-Jaurès", "place Bellecour", "chemin des Écoles", "quai Perrache")
FIRST_NAMES = (
    "Aïcha", "Benoît", "Chloé", "David", "Élodie", "François", "Gaëlle", "Hervé", "Inès", "Jérôme", "Kevin", "Léa",
    "Maël", "Noémie", "Olivier", "Pénélope",
)  # fmt: skip
SUBJECTS = (
    "Imprimante hors ligne", "Plus d'accès à la messagerie", "Sauvegarde en échec", "Poste très lent",
    "Mot de passe oublié", "Wi-Fi coupé à l'étage", "Mise à jour d'EBP", "Écran noir au démarrage",
    "Onduleur en alarme", "Disque presque plein", "Téléphone IP muet", "Nouveau collaborateur à équiper",
    "Antivirus expiré", "VPN impossible depuis ce matin", "Facture PDF illisible",
)  # fmt: skip
COMMENTS = (
    "Client rappelé, intervention prévue.", "Pilote réinstallé, à surveiller.", "En attente d'une pièce.",
    "Résolu à distance : service redémarré.", "Le client confirme que tout fonctionne.", "Câble remplacé sur place.",
    "Pas de réponse au téléphone.", "Remis à zéro, sauvegarde relancée — OK.",
)  # fmt: skip


def make_firm(rng: random.Random) -> str:
    """The name of a firm; not every one is different from the others."""
    parts = (rng.choice(LEGAL_FORMS), rng.choice(FIRMS), rng.choice(OWNERS), rng.choice(("", *TOWNS)))
    return " ".join(part for part in parts if part)


def misspell(rng: random.Random, name: str) -> str:
    """The name as somebody else typed it: without accents, in capitals, without its legal form, or mistyped."""
    ways = (_plain, str.upper, _without_legal_form, lambda text: _swapped(rng, text), lambda text: f"{text} ")
    return rng.choice(ways)(name)


def _plain(text: str) -> str:
    return "".join(mark for mark in unicodedata.normalize("NFD", text) if not unicodedata.combining(mark))


def _without_legal_form(text: str) -> str:
    words = text.split()
    kept = [word for word in words if word not in LEGAL_FORMS]
    return " ".join(kept or words)


def _swapped(rng: random.Random, text: str) -> str:
    if len(text) < 4:
        return text
    at = rng.randrange(1, len(text) - 2)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
