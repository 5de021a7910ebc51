# ruff: noqa: RUF001 — French texts have a typographic apostrophe.
"""What did not work out at the directory, and what to do: for whoever signs in, in their language."""

from collections.abc import Mapping

from twinbase.errors import NotSignedIn, ServerRefused, TwinbaseError

NO_ANSWER = (
    "The company's directory does not answer just now. Try again in a moment, or sign in another way.",
    "L’annuaire de l’entreprise ne répond pas pour l’instant. Réessayez dans un moment, ou connectez-vous autrement.",
)
NO_CODES = (
    "The company's directory has no codes for terminals: sign in on a device with a browser, or another way.",
    "L’annuaire de l’entreprise n’a pas de code pour les terminaux\u00a0: connectez-vous sur un appareil qui a un "
    "navigateur, ou autrement.",
)
NO_MORE = (
    "This server no longer signs in at a directory. Sign in another way.",
    "Ce serveur ne connecte plus par un annuaire. Connectez-vous autrement.",
)
NOT_KNOWN = (
    "The directory knows you, and the office does not: ask it for an invitation, or choose another account there.",
    "L’annuaire vous connaît, mais pas le bureau\u00a0: demandez-lui une invitation, ou choisissez un "
    "autre compte dans l’annuaire.",
)
BY_DETAIL: Mapping[str, tuple[str, str]] = {
    # Said by this device.
    "Nobody has come back from the browser.": (
        "You did not come back from the browser in time. Sign in once more.",
        "Vous n’êtes pas revenu du navigateur à temps. Recommencez.",
    ),
    "Nobody has signed in with the code.": (
        "Nobody has typed the code in time. Begin once more: there is another one.",
        "Personne n’a saisi le code à temps. Recommencez\u00a0: vous en recevrez un autre.",
    ),
    "Nobody has signed in at the directory.": (
        "You did not sign in at the directory, or it did not let you in. Try again, or sign in another way.",
        "Vous ne vous êtes pas connecté à l’annuaire, ou il vous a refusé. Réessayez, ou connectez-vous autrement.",
    ),
    "The browser came back from another sign-in: begin again.": (
        "The browser came back from another sign-in. Close its window, and sign in once more.",
        "Le navigateur est revenu d’une autre connexion. Fermez sa fenêtre et recommencez.",
    ),
    "The browser came back from another directory than the company's.": (
        "The browser came back from another directory than the company's. Call the office.",
        "Le navigateur est revenu d’un autre annuaire que celui de l’entreprise. Appelez le bureau.",
    ),
    "The server leads to no page of a directory.": (
        "This server leads to no page of a directory. Check its address, or call the office.",
        "Ce serveur ne mène à aucune page d’annuaire. Vérifiez son adresse, ou appelez le bureau.",
    ),
    # Said by the server.
    "The code was used, or has ended: sign in again.": (
        "The directory did not let you in, or it took too long. Sign in once more.",
        "L’annuaire vous a refusé, ou cela a duré trop longtemps. Recommencez.",
    ),
    "What the directory said is not to be believed.": (
        "What the directory said cannot be believed. Call the office.",
        "La réponse de l’annuaire n’est pas digne de confiance. Appelez le bureau.",
    ),
    "The account was disabled. Ask whoever manages the accounts.": (
        "Your account was disabled. Call the office.",
        "Votre compte a été désactivé. Appelez le bureau.",
    ),
    "The directory vouches for no e-mail of yours, and nobody has linked you to an account.": (
        "The directory vouches for no e-mail of yours. Call the office.",
        "L’annuaire ne garantit aucune adresse e-mail à vous. Appelez le bureau.",
    ),
    "The directory knows you, and the office does not: ask for an invitation.": NOT_KNOWN,
    "The account of this e-mail is somebody else's at the directory. Ask the office.": (
        "The account of your e-mail belongs to somebody else at the directory. Call the office.",
        "Le compte de votre adresse e-mail appartient à quelqu’un d’autre dans l’annuaire. Appelez le bureau.",
    ),
    "No group of yours at the directory gives a role here. Ask whoever manages it.": (
        "None of your groups at the directory gives a role here. Call the office.",
        "Aucun de vos groupes de l’annuaire ne donne de rôle ici. Appelez le bureau.",
    ),
}
"""By the end of the detail of NotSignedIn: in English, and in French."""


def explain_failure(error: TwinbaseError, language: str) -> str:
    """What went wrong and what to do, in `fr` or else in English; "" where it has nothing to do with the directory."""
    said = _find(error)
    return "" if said is None else said[language == "fr"]


def _find(error: TwinbaseError) -> tuple[str, str] | None:
    if isinstance(error, NotSignedIn):
        # The server says before it what kind of failure that is.
        return next((said for detail, said in BY_DETAIL.items() if error.detail.endswith(detail)), None)
    if isinstance(error, ServerRefused) and error.kind == "plugin-failed":
        return NO_CODES if "no codes for terminals" in error.detail else NO_ANSWER
    if isinstance(error, ServerRefused) and error.kind == "not-found":
        return NO_MORE
    return None
