"""Names as they are compared: two people never write one alike. Pure."""

import re
import unicodedata

LEGAL_FORMS = frozenset(
    ("sarl", "sas", "sasu", "eurl", "sci", "sa", "snc", "scop", "selarl", "scp", "earl", "gaec", "ei", "eirl", "ste")
)
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})


def normalise_name(name: str | None) -> str:
    """The words of a name in small letters, without accents, signs and legal forms; "" when nothing is left of it."""
    spelled = unicodedata.normalize("NFKD", (name or "").casefold().translate(_LIGATURES))
    letters = "".join(mark for mark in spelled if not unicodedata.combining(mark))
    words = re.findall(r"[^\W_]+", letters.replace(".", ""))
    return " ".join([word for word in words if word not in LEGAL_FORMS] or words)


def normalise_person(first: str | None, last: str | None) -> str:
    """The same for a person: which name comes first makes no difference."""
    return " ".join(sorted(normalise_name(f"{first or ''} {last or ''}").split()))


def normalise_email(email: str | None) -> str:
    """An e-mail address as it is compared; "" for what is none."""
    written = (email or "").strip().casefold()
    return written if "@" in written else ""
