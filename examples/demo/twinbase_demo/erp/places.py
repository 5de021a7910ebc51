"""Where customers live: communes of one region with zip code and coordinates, streets, and the zip codes of France."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from twinbase_demo.erp.chance import Chance


@dataclass(frozen=True, slots=True)
class Commune:
    zip_code: str
    name: str
    latitude: Decimal
    longitude: Decimal


@dataclass(frozen=True, slots=True)
class GeneratedSector:
    """A part of the region that a group of technicians looks after; here, a department."""

    code: str
    name: str
    communes: tuple[Commune, ...]


@dataclass(frozen=True, slots=True)
class GeneratedAddress:
    street: str
    complement: str | None
    commune: Commune
    latitude: Decimal
    longitude: Decimal


_REGION = {
    ("RHONE", "Rhône et Métropole de Lyon"): """
        69001 Lyon 45.7679 4.8353;69002 Lyon 45.7534 4.8289;69003 Lyon 45.7595 4.8567;69004 Lyon 45.7786 4.8277
        69005 Lyon 45.7567 4.8023;69006 Lyon 45.7706 4.8512;69007 Lyon 45.7327 4.8382;69008 Lyon 45.7356 4.8699
        69009 Lyon 45.7794 4.8058;69100 Villeurbanne 45.7667 4.8800;69200 Vénissieux 45.6978 4.8867
        69300 Caluire-et-Cuire 45.7953 4.8472;69400 Villefranche-sur-Saône 45.9892 4.7186;69500 Bron 45.7386 4.9131
        69600 Oullins-Pierre-Bénite 45.7150 4.8078;69700 Givors 45.5911 4.7719;69800 Saint-Priest 45.6972 4.9447
        69120 Vaulx-en-Velin 45.7777 4.9213;69130 Écully 45.7742 4.7775;69140 Rillieux-la-Pape 45.8214 4.8983
        69150 Décines-Charpieu 45.7689 4.9592;69160 Tassin-la-Demi-Lune 45.7640 4.7800;69170 Tarare 45.8961 4.4331
        69110 Sainte-Foy-lès-Lyon 45.7336 4.8022;69330 Meyzieu 45.7667 5.0036;69210 L'Arbresle 45.8353 4.6164
        69220 Belleville-en-Beaujolais 46.1089 4.7492;69230 Saint-Genis-Laval 45.6953 4.7931
        69530 Brignais 45.6739 4.7542
        69740 Genas 45.7314 5.0022;69440 Mornant 45.6181 4.6717""",
    ("ISERE", "Isère"): """
        38000 Grenoble 45.1885 5.7245;38100 Grenoble 45.1711 5.7289;38400 Saint-Martin-d'Hères 45.1672 5.7653
        38130 Échirolles 45.1436 5.7183;38200 Vienne 45.5256 4.8748;38300 Bourgoin-Jallieu 45.5861 5.2736
        38500 Voiron 45.3642 5.5886;38600 Fontaine 45.1925 5.6875;38240 Meylan 45.2092 5.7794
        38080 L'Isle-d'Abeau 45.6178 5.2278;38090 Villefontaine 45.6131 5.1486;38260 La Côte-Saint-André 45.3936 5.2603
        38110 La Tour-du-Pin 45.5639 5.4447;38920 Crolles 45.2847 5.8847;38150 Roussillon 45.3722 4.8117""",
    ("AIN", "Ain"): """
        01000 Bourg-en-Bresse 46.2052 5.2255;01100 Oyonnax 46.2567 5.6556;01500 Ambérieu-en-Bugey 45.9586 5.3581
        01700 Miribel 45.8244 4.9528;01800 Meximieux 45.9047 5.1958;01600 Trévoux 45.9419 4.7747
        01300 Belley 45.7597 5.6881
        01170 Gex 46.3331 6.0578;01220 Divonne-les-Bains 46.3567 6.1350;01120 Montluel 45.8519 5.0561""",
    ("LOIRE", "Loire"): """
        42000 Saint-Étienne 45.4397 4.3872;42100 Saint-Étienne 45.4206 4.4022;42300 Roanne 46.0367 4.0689
        42400 Saint-Chamond 45.4753 4.5144;42700 Firminy 45.3875 4.2875;42600 Montbrison 45.6069 4.0653
        42800 Rive-de-Gier 45.5294 4.6169;42160 Andrézieux-Bouthéon 45.5258 4.2603;42110 Feurs 45.7417 4.2269
        42153 Riorges 46.0436 4.0413""",
    ("SAVOIE", "Savoie"): """
        73000 Chambéry 45.5646 5.9178;73100 Aix-les-Bains 45.6885 5.9153;73200 Albertville 45.6758 6.3925
        73290 La Motte-Servolex 45.5975 5.8736;73300 Saint-Jean-de-Maurienne 45.2769 6.3456
        73700 Bourg-Saint-Maurice 45.6183 6.7689;73490 La Ravoire 45.5622 5.9639""",
    ("HTESAVOIE", "Haute-Savoie"): """
        74000 Annecy 45.8992 6.1294;74200 Thonon-les-Bains 46.3705 6.4797;74300 Cluses 46.0606 6.5792
        74100 Annemasse 46.1934 6.2342;74700 Sallanches 45.9364 6.6311;74150 Rumilly 45.8675 5.9447
        74130 Bonneville 46.0797 6.4086;74400 Chamonix-Mont-Blanc 45.9237 6.8694
        74160 Saint-Julien-en-Genevois 46.1442 6.0817""",
    ("DROME", "Drôme"): """
        26000 Valence 44.9334 4.8924;26200 Montélimar 44.5581 4.7508;26100 Romans-sur-Isère 45.0464 5.0517
        26500 Bourg-lès-Valence 44.9481 4.8950;26700 Pierrelatte 44.3775 4.6956;26400 Crest 44.7286 5.0222
        26240 Saint-Vallier 45.1781 4.8169;26600 Tain-l'Hermitage 45.0711 4.8386""",
    ("ARDECHE", "Ardèche"): """
        07100 Annonay 45.2400 4.6708;07200 Aubenas 44.6197 4.3903;07000 Privas 44.7353 4.5992
        07300 Tournon-sur-Rhône 45.0672 4.8328;07500 Guilherand-Granges 44.9367 4.8744;07400 Le Teil 44.5450 4.6817""",
}  # fmt: skip


def _commune(text: str) -> Commune:
    zip_code, _, rest = text.strip().partition(" ")
    name, latitude, longitude = rest.rsplit(" ", 2)
    return Commune(zip_code, name, Decimal(latitude), Decimal(longitude))


SECTORS = tuple(
    GeneratedSector(code, name, tuple(_commune(part) for part in text.strip().replace("\n", ";").split(";")))
    for (code, name), text in _REGION.items()
)
# How the work is spread: nearly half of it is round Lyon.
SECTOR_WEIGHTS = (42, 18, 8, 12, 7, 7, 4, 2)

_WAYS = (
    "rue Victor Hugo;rue de la République;avenue Jean Jaurès;rue Pasteur;place de l'Église;rue des Écoles;"
    "chemin des Vignes;rue du Général de Gaulle;avenue de la Gare;impasse des Lilas;rue des Tilleuls;"
    "allée des Cèdres;boulevard Gambetta;rue Émile Zola;quai de Saône;montée du Château;rue de la Forêt;"
    "chemin du Moulin;rue des Fontaines;avenue Foch;rue Marcel Mérieux;rue Garibaldi;cours Lafayette;rue Paul Bert;"
    "rue Anatole France;chemin de la Croix-Blanche;rue des Frères Lumière;avenue du 8 Mai 1945;rue du Stade;"
    "route de Genève;rue des Glycines;allée des Érables;rue de l'Industrie;zone artisanale Les Bruyères;rue Ampère;"
    "avenue Général Leclerc;rue du Puits;rue Saint-Exupéry;rue de la Mairie;chemin des Étangs;rue Simone Veil;"
    "rue Marie Curie;place du Marché;rue du Lavoir;rue des Peupliers;lotissement Le Clos Fleuri;route de Crémieu;"
    "rue Louis Pradel;rue Édouard Herriot;avenue des Alpes;chemin du Bois-Rond"
).split(";")
_COMPLEMENTS = (
    "Bâtiment A", "Bâtiment B, 2e étage", "Appartement 12", "Résidence Les Cèdres", "Escalier C, 3e étage",
    "Rez-de-chaussée", "Lieu-dit Les Granges", "Zone industrielle Nord", "Entrée par la cour", "BP 40012",
)  # fmt: skip


def make_address(chance: Chance, commune: Commune) -> GeneratedAddress:
    """A street of the commune, within about two kilometres of its centre."""
    number = chance.draw_between(1, 180)
    suffix = chance.pick(("", "", "", "", "", " bis", " ter"))
    complement = chance.pick(_COMPLEMENTS) if chance.happens(0.3) else None
    latitude = commune.latitude + Decimal(chance.draw_between(-18000, 18000)).scaleb(-6)
    longitude = commune.longitude + Decimal(chance.draw_between(-24000, 24000)).scaleb(-6)
    return GeneratedAddress(f"{number}{suffix} {chance.pick(_WAYS)}", complement, commune, latitude, longitude)


_DEPARTMENTS = (*(f"{number:02d}" for number in range(1, 96) if number != 20), "971", "972", "973", "974", "976")
_SAINTS = (
    "Aignan Amand André Aubin Barthélemy Benoît Bonnet Brice Christophe Clair Cyr Denis Didier Éloi Étienne Félix "
    "Florent Gengoux Georges Germain Gervais Gilles Hilaire Jacques Jean Julien Just Lager Laurent Léger Loup "
    "Marcel Martin Maurice Médard Michel Nazaire Nicolas Ouen Paul Pierre Priest Quentin Rémy Romain Sauveur "
    "Sernin Symphorien Thibault Trivier Vallier Vérand Victor Vincent Yrieix"
).split()
_ENDS = (
    "sur-Loire sur-Saône sur-Seine sur-Isère sur-Marne sur-Vienne sur-Cher sur-Orne sur-Aisne sur-Adour sur-Ain "
    "sur-Meuse en-Forez en-Bresse en-Vexin en-Royans en-Brie en-Auge la-Forêt la-Plaine la-Rivière la-Montagne "
    "le-Château le-Vieux les-Bois les-Mines les-Vignes d'Aubrac d'Ardèche de-Cormières des-Prés des-Champs du-Bois "
    "du-Désert du-Mont lès-Arras"
).split()


def make_zip_codes(count: int) -> Iterator[tuple[str, str]]:
    """So many (zip code, city): first the communes of the region as they are, then one of each department in turn."""
    known = [(commune.zip_code, commune.name) for sector in SECTORS for commune in sector.communes]
    yield from known[:count]
    for number in range(max(0, count - len(known))):
        department = _DEPARTMENTS[number % len(_DEPARTMENTS)]
        rank = number // len(_DEPARTMENTS)
        saint, end = _SAINTS[(rank * 7 + number) % len(_SAINTS)], _ENDS[(rank + number * 3) % len(_ENDS)]
        yield f"{department}{(rank % 90 + 1) * 10:03d}"[:5], f"Saint-{saint}-{end}"
