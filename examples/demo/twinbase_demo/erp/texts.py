"""What people write: instructions to a technician, reports, notes of the office, captions of deals and equipment."""

import re

from twinbase_demo.erp.chance import Chance

INSTRUCTIONS = {
    "chauffage": (
        "Plus de chauffage depuis hier soir, la chaudière se met en sécurité après {n} minutes. Prévoir une électrode.",
        "Entretien annuel de la chaudière : nettoyage du corps de chauffe, combustion, mesure du CO ambiant.",
        "Fuite au niveau du circulateur, pression tombée à 0,{n} bar. Le gardien ouvre la chaufferie sur appel.",
        "Radiateurs froids à l'étage : purger, vérifier le désemboueur et l'équilibrage.",
        "Mise en service de la pompe à chaleur, régler la courbe de chauffe et former le client à la régulation.",
    ),
    "électricité": (
        "Disjoncteur différentiel qui saute plusieurs fois par jour, rechercher le défaut d'isolement côté cuisine.",
        "Pose de {n} blocs d'éclairage de sécurité et vérification du registre.",
        "Raccorder la borne de recharge, contrôler la terre et remettre l'attestation au client.",
        "Remplacer le tableau vétuste, repérage des circuits et mesure de terre à l'arrivée.",
        "Panne d'éclairage au parking sous-sol niveau -{n}, prévoir nacelle.",
    ),
    "informatique": (
        "Le serveur ne répond plus depuis la coupure de courant, vérifier l'onduleur et la sauvegarde de la nuit.",
        "Installer {n} postes de travail et reprendre les profils des utilisateurs.",
        "Couverture Wi-Fi insuffisante à l'étage, relever les niveaux et proposer un emplacement.",
        "Imprimante réseau hors ligne, réattribuer une adresse fixe et tester la numérisation.",
        "Renouvellement du pare-feu : bascule prévue à 12h30, prévenir l'accueil.",
    ),
    "plomberie": (
        "Fuite sous l'évier, siphon à reprendre. Couper l'eau à l'arrivée, le robinet d'arrêt est dans le placard.",
        "Chauffe-eau qui ne chauffe plus, contrôler la résistance et l'anode, détartrer si besoin.",
        "Adoucisseur en défaut, mesurer la dureté (relevé précédent : {n} °f) et régénérer.",
    ),
    "ventilation": (
        "Nettoyage de la VMC double flux, remplacement des {n} filtres et relevé des débits.",
        "Climatisation de la salle serveur en alarme haute pression, contrôler la charge.",
        "Contrôle d'étanchéité annuel du groupe froid, remplir la fiche d'intervention.",
    ),
}
_ANY_REPORTS = (
    "Intervention terminée, client présent et satisfait. Prévoir le devis pour le remplacement d'ici l'été.",
    "Accès impossible au local technique, clé absente. Nouveau passage à fixer avec le gardien.",
    "Remplacement de la pièce défectueuse, essais concluants. Installation remise en service à {hour} h {minute}.",
)
REPORTS = {
    "chauffage": (
        *_ANY_REPORTS,
        "Entretien effectué selon la notice. CO ambiant {n} ppm, rendement 9{n} %. Attestation remise au client.",
        "Purge complète du circuit, pression remise à 1,{n} bar. Légère trace d'humidité au raccord, resserré.",
    ),
    "électricité": (
        *_ANY_REPORTS,
        "Défaut d'isolement trouvé sur le circuit prises du bureau {n}. Circuit isolé, réparation à planifier.",
        "Recherche de panne : connecteur oxydé. Nettoyage et resserrage, à surveiller au prochain passage.",
    ),
    "informatique": (
        *_ANY_REPORTS,
        "Mise à jour appliquée, sauvegarde contrôlée, restauration d'essai réussie sur {n} fichiers.",
        "Commutateur redémarré, {n} prises repérées et étiquetées. Débit conforme après recâblage.",
    ),
    "plomberie": (
        *_ANY_REPORTS,
        "Joint et flexible remplacés, plus de fuite après {n} minutes en pression. Arrêt d'eau à changer.",
        "Détartrage effectué, anode usée à 8{n} %. Groupe de sécurité remplacé et testé.",
    ),
    "ventilation": (
        *_ANY_REPORTS,
        "Filtres remplacés, débits relevés et équilibrés. Écart de {n} % sur la bouche de la salle d'eau.",
        "Contrôle d'étanchéité sans fuite décelée. Condenseur dépoussiéré, étiquette mise à jour.",
    ),
}
NOTES = (
    "Client rappelé, préfère un passage le matin.",
    "Devis n° {n} relancé par téléphone, réponse promise sous huitaine.",
    "Attention au chien, sonner deux fois au portail.", "Règlement reçu, dossier à clôturer.",
    "Demande un créneau après 16 h en raison du travail posté.",
    "Pièce commandée, délai annoncé : {n} jours ouvrés.", "Courriel envoyé avec le compte rendu et les photos.",
    "Code de la porte : voir la fiche du gardien, ne pas le noter ici.",
    "Réunion de chantier : réservations à reprendre avant le coulage de la dalle.",
    "Le locataire a changé, nouvelles coordonnées à saisir.", "Visite reportée à la demande du client (congés).",
    "Signalement d'un bruit anormal au démarrage, à vérifier lors de l'entretien.",
)  # fmt: skip
ACTIVITIES = (
    "Appel du client", "Relance du devis", "Compte rendu de visite", "Envoi de la facture", "Demande d'intervention",
    "Prise de rendez-vous", "Réclamation", "Réunion de chantier", "Confirmation par courriel", "Suivi de commande",
)  # fmt: skip
DEALS = (
    "Rénovation de la chaufferie", "Remplacement de la chaudière", "Mise aux normes électriques",
    "Câblage des bureaux", "Installation d'une pompe à chaleur", "Réfection des sanitaires",
    "Extension du réseau informatique", "Bornes de recharge", "Ventilation double flux",
    "Vidéosurveillance du parking", "Éclairage LED de l'atelier", "Climatisation de l'étage",
)  # fmt: skip
TECHNICAL_SHEETS = (
    "Chaufferie au sous-sol, accès par la cour. Vanne de barrage gaz à gauche de la porte.",
    "Tableau général dans l'entrée de service, départ des communs au second tableau.",
    "Baie informatique au premier étage, clé à l'accueil. Onduleur remplacé l'an dernier.",
    "Installation au fioul, cuve enterrée de 3 000 litres, jauge dans le garage.",
)
PLACES_IN_SITE = (
    "cave",
    "cuisine",
    "garage",
    "chaufferie",
    "combles",
    "local technique",
    "buanderie",
    "toiture",
    "bureau",
)


_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


def fill_template(chance: Chance, templates: tuple[str, ...]) -> str:
    """One of the texts, with small numbers in its gaps."""
    return chance.pick(templates).format(
        n=chance.draw_between(2, 9), hour=chance.draw_between(9, 17), minute=chance.pick(("10", "30", "45"))
    )


def format_rich(text: str) -> str:
    """The same text as EBP's editor stores it: rich text with the letters that are not ASCII written by number."""
    letters = _NOT_ASCII.sub(lambda found: f"\\u{ord(found[0])}?", text)
    return "{\\rtf1\\ansi\\deff0 {\\fonttbl{\\f0 Arial;}}\\f0\\fs20 " + letters + "\\par}"
