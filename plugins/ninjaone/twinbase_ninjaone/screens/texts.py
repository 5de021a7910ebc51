"""The texts of the screens in French; in English they are written."""

from collections.abc import Callable, Mapping

FRENCH: Mapping[str, str] = {
    "Tickets": "Tickets",
    "Mine": "Miens",
    "Closed too": "Clos aussi",
    "No ticket is open.": "Aucun ticket ouvert.",
    "Customer": "Client",
    "Device": "Appareil",
    "Status": "Statut",
    "Assigned to": "Confié à",
    "Job": "Intervention",
    "This ticket is no longer on this device.": "Ce ticket n\u2019est plus sur cet appareil.",
    "Nothing was said yet.": "Rien n\u2019a encore été dit.",
    "Comment": "Commenter",
    "Text": "Texte",
    "The customer sees it": "Visible par le client",
    "Minutes": "Minutes",
    "Comment kept. It is sent as soon as possible.": "Commentaire gardé. Envoi dès que possible.",
}

SayText = Callable[[str], str]


def say_in(language: str) -> SayText:
    """What says a text in a language; one that it has not stays as it is."""
    return (lambda text: FRENCH.get(text, text)) if language == "fr" else str
