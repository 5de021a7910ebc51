"""What the company sells: heating, plumbing, electricity, ventilation, network and computers, and its own hours."""

from dataclasses import dataclass
from decimal import Decimal

from twinbase_demo.erp.chance import Chance


@dataclass(frozen=True, slots=True)
class Family:
    code: str
    caption: str
    trade: str
    nouns: tuple[str, ...]
    unit: str
    price_low: int
    price_high: int


@dataclass(frozen=True, slots=True)
class GeneratedItem:
    code: str
    caption: str
    description: str
    family: Family
    sub_family: str
    price: Decimal
    cost: Decimal
    vat_rate: Decimal
    barcode: str
    is_service: bool


_FAMILIES = """
CHAUGAZ|Chaudières gaz|chauffage|Chaudière murale gaz à condensation;Chaudière gaz au sol;Chaudière gaz basse température|U|1150|5900
CHAUFIO|Chaudières fioul|chauffage|Chaudière fioul à condensation;Chaudière fioul basse température|U|2400|6900
CHAUBOI|Chaudières bois|chauffage|Chaudière à granulés;Chaudière à bûches;Poêle à granulés étanche|U|1900|9800
PAC|Pompes à chaleur|chauffage|Pompe à chaleur air/eau;Pompe à chaleur air/air bi-split;Pompe à chaleur géothermique|U|2900|12900
BRULEUR|Brûleurs|chauffage|Brûleur gaz une allure;Brûleur fioul deux allures;Tête de combustion|U|180|1900
RADIAT|Radiateurs|chauffage|Radiateur acier horizontal;Radiateur décoratif vertical;Sèche-serviettes eau chaude|U|90|850
PLANCHER|Planchers chauffants|chauffage|Dalle isolante pour plancher chauffant;Tube PER barrière anti-oxygène;Collecteur préréglé|M|2|380
REGUL|Régulation|chauffage|Thermostat d'ambiance programmable;Sonde extérieure;Régulateur de chaufferie connecté|U|35|620
CIRCUL|Circulateurs|chauffage|Circulateur à débit variable;Circulateur double;Pompe de relevage|U|140|1450
VASEEXP|Vases d'expansion|chauffage|Vase d'expansion fermé;Vase d'expansion sanitaire;Kit de sécurité chauffage|U|28|290
VANNES|Vannes et robinets|chauffage|Vanne trois voies motorisée;Vanne d'équilibrage;Robinet thermostatique;Purgeur automatique|U|9|310
FUMIST|Fumisterie|chauffage|Conduit inox double paroi;Ventouse horizontale;Té de purge;Chapeau pare-pluie|U|18|260
CUVES|Cuves et stockage|chauffage|Cuve à fioul double peau;Silo textile à granulés;Jauge pneumatique|U|60|2400
PIECECH|Pièces de chaudière|chauffage|Électrode d'allumage;Échangeur à plaques;Circuit imprimé;Extracteur de fumées;Joint de brûleur;Sonde NTC|U|8|420
TRAITEAU|Traitement de l'eau|plomberie|Adoucisseur volumétrique;Filtre désemboueur magnétique;Produit inhibiteur 1 litre;Sel régénérant 25 kg|U|12|1300
ECS|Production d'eau chaude|plomberie|Chauffe-eau électrique;Ballon thermodynamique;Préparateur d'eau chaude;Groupe de sécurité|U|25|2600
SANIT|Sanitaires|plomberie|WC suspendu;Lavabo céramique;Receveur de douche extra-plat;Bâti-support|U|70|690
ROBINET|Robinetterie|plomberie|Mitigeur de lavabo;Mitigeur thermostatique de douche;Robinet de puisage antigel|U|19|330
TUBES|Tubes et raccords|plomberie|Tube cuivre écroui;Tube multicouche;Raccord à sertir;Coude laiton;Manchon égal|M|2|38
EVACU|Évacuations|plomberie|Tube PVC d'évacuation;Siphon de sol;Culotte PVC;Clapet anti-retour|U|3|75
ARROSAG|Surpresseurs et arrosage|plomberie|Surpresseur à variateur;Programmateur d'arrosage;Récupérateur d'eau de pluie|U|45|980
TABLEAU|Tableaux électriques|électricité|Coffret modulaire;Tableau de communication;Armoire de distribution|U|30|1250
DISJONC|Protections modulaires|électricité|Disjoncteur divisionnaire;Interrupteur différentiel;Parafoudre modulaire;Contacteur jour/nuit|U|7|310
APPAREIL|Appareillage|électricité|Prise de courant 2P+T;Interrupteur va-et-vient;Variateur;Détecteur de présence;Prise RJ45|U|4|140
CABLES|Câbles et conducteurs|électricité|Câble rigide U-1000 R2V;Fil souple H07V-K;Câble réseau catégorie 6A;Fibre optique OM4|M|1|19
CONDUIT|Conduits et goulottes|électricité|Gaine ICTA;Goulotte de distribution;Chemin de câbles perforé;Moulure|M|1|29
ECLAIR|Éclairage|électricité|Dalle LED;Réglette étanche LED;Spot encastré;Projecteur extérieur;Hublot à détection|U|11|280
SECURECL|Éclairage de sécurité|électricité|Bloc autonome d'évacuation;Bloc d'ambiance;Télécommande de mise au repos|U|32|210
BORNES|Bornes de recharge|électricité|Borne de recharge murale;Borne double sur pied;Délesteur dynamique|U|390|4100
SOLAIRE|Photovoltaïque|électricité|Panneau photovoltaïque monocristallin;Micro-onduleur;Onduleur hybride;Coffret de protection DC|U|95|2700
ALARME|Alarme et intrusion|électricité|Centrale d'alarme sans fil;Détecteur de mouvement;Sirène extérieure;Clavier déporté|U|39|720
INTERPH|Interphonie et accès|électricité|Platine de rue vidéo;Moniteur mains libres;Lecteur de badge;Gâche électrique|U|28|690
INCENDIE|Sécurité incendie|électricité|Détecteur optique de fumée;Déclencheur manuel;Centrale incendie adressable|U|24|1900
CHAUFELE|Chauffage électrique|électricité|Radiateur à inertie;Convecteur;Panneau rayonnant;Thermostat fil pilote|U|59|790
VMC|Ventilation|ventilation|Caisson VMC simple flux hygroréglable;Groupe VMC double flux;Bouche d'extraction;Gaine isolée|U|9|2900
CLIM|Climatisation|ventilation|Unité murale réversible;Cassette quatre voies;Groupe extérieur multi-split;Gainable|U|480|4900
FLUIDES|Fluides frigorigènes|ventilation|Charge de fluide R32;Charge de fluide R410A;Liaison frigorifique pré-isolée|K|18|140
FILTRES|Filtres|ventilation|Filtre F7 pour double flux;Filtre G4;Filtre à charbon actif|U|9|95
SERVEURS|Serveurs|informatique|Serveur tour;Serveur rackable 1U;Disque SSD pour serveur;Module mémoire ECC|U|140|6900
POSTES|Postes de travail|informatique|Ordinateur portable 14 pouces;Unité centrale compacte;Écran 27 pouces;Station d'accueil|U|149|1850
RESEAU|Réseau|informatique|Commutateur manageable 24 ports;Point d'accès Wi-Fi;Pare-feu;Module SFP+;Routeur 4G de secours|U|49|2400
BAIES|Baies et brassage|informatique|Baie murale 12U;Panneau de brassage 24 ports;Cordon de brassage;Bandeau de prises|U|4|890
ONDULEUR|Onduleurs|informatique|Onduleur en ligne;Onduleur line-interactive;Batterie de remplacement|U|59|1900
IMPRESS|Impression|informatique|Imprimante laser couleur;Multifonction A3;Cartouche de toner;Kit tambour|U|49|2900
TELEPH|Téléphonie|informatique|Poste IP;Base DECT;Casque sans fil;Passerelle SIP|U|45|690
LOGICIEL|Logiciels et licences|informatique|Licence bureautique annuelle;Licence antivirus;Sauvegarde externalisée;Abonnement supervision|U|25|940
VIDEOSUR|Vidéosurveillance|informatique|Caméra dôme IP;Caméra tube varifocale;Enregistreur réseau 16 voies|U|89|1650
OUTIL|Outillage et consommables|divers|Disque à tronçonner;Foret béton;Cheville à frapper;Mastic acrylique;Collier de fixation|U|1|45
MAINOEUV|Main-d'œuvre|service|Main-d'œuvre technicien;Main-d'œuvre technicien confirmé;Heure de nuit;Forfait dépannage|H|42|140
DEPLAC|Déplacements|service|Forfait déplacement zone 1;Forfait déplacement zone 2;Forfait déplacement zone 3|U|25|95
ENTRET|Entretien et contrats|service|Visite d'entretien chaudière gaz;Visite d'entretien pompe à chaleur;Ramonage;Contrat de supervision|U|89|390
"""  # noqa: E501
_SUB_CAPTIONS = ("Gamme standard", "Gamme professionnelle", "Accessoires et pièces")
_BRANDS = (
    "Thermalis", "Calorix", "Ventéa", "Voltéo", "Réseaulis", "Hydrostil", "Elmatec", "Chaleur & Co", "Norvège",
    "Aquilon", "Brévalis", "Solémia", "Domélec", "Ignéo", "Orélia",
)  # fmt: skip


def _family(line: str) -> Family:
    code, caption, trade, nouns, unit, low, high = line.split("|")
    return Family(code, caption, trade, tuple(nouns.split(";")), unit, int(low), int(high))


FAMILIES = tuple(_family(line) for line in _FAMILIES.strip().splitlines())
SUB_FAMILIES = tuple(
    (f"{family.code[:8]}{rank}", f"{family.caption} - {caption}"[:40], family.code)
    for rank, caption in enumerate(_SUB_CAPTIONS, start=1)
    for family in FAMILIES
)
UNITS = (
    ("U", "Unité", "C62"), ("M", "Mètre", "MTR"), ("H", "Heure", "HUR"), ("K", "Kilogramme", "KGM"),
    ("L", "Litre", "LTR"), ("M2", "Mètre carré", "MTK"), ("M3", "Mètre cube", "MTQ"), ("J", "Journée", "DAY"),
    ("MN", "Minute", "MIN"), ("F", "Forfait", "LS"), ("LOT", "Lot", "SET"),
)  # fmt: skip
VAT_RATES = tuple(Decimal(rate) for rate in ("20", "10", "5.5", "2.1", "0"))


def make_items(chance: Chance, count: int, sub_families: int) -> list[GeneratedItem]:
    """So many items: each family in turn, so that the smallest catalogue has heating, electricity, IT and hours."""
    subs = [[sub for sub, _, parent in SUB_FAMILIES[:sub_families] if parent == family.code] for family in FAMILIES]
    return [_item(chance, number, subs[number % len(FAMILIES)]) for number in range(count)]


def _item(chance: Chance, number: int, subs: list[str]) -> GeneratedItem:
    family = FAMILIES[number % len(FAMILIES)]
    is_service = family.trade == "service"
    rank = number // len(FAMILIES)
    noun = family.nouns[rank % len(family.nouns)]
    brand, model = chance.pick(_BRANDS), f"{chance.pick('ABCDEGKLMNPRSTVX')}{chance.draw_between(1, 99) * 5}"
    caption = (f"{noun} n° {rank + 1}" if is_service else f"{noun} {brand} {model}")[:80]
    price = Decimal(chance.draw_between(family.price_low * 100, family.price_high * 100)).scaleb(-2)
    cost = (price * chance.draw_between(45, 78) / 100).quantize(Decimal("0.01"))
    return GeneratedItem(
        code=f"{family.code}-{rank + 1:04d}",
        caption=caption,
        description=f"{caption}. {family.caption}, {'prestation' if is_service else 'garantie deux ans, pièces'}.",
        family=family,
        sub_family=chance.pick(subs) if subs else "",
        price=price,
        cost=cost,
        vat_rate=VAT_RATES[1] if family.trade in ("chauffage", "service") and chance.happens(0.4) else VAT_RATES[0],
        barcode=_ean13(f"376{number:09d}"),
        is_service=is_service,
    )


def _ean13(body: str) -> str:
    total = sum(int(digit) * (3 if position % 2 else 1) for position, digit in enumerate(body))
    return body + str(-total % 10)
