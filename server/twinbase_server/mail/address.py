"""The address of a mail server, as an operator writes it. No I/O here."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias
from urllib.parse import unquote, urlsplit

Protection: TypeAlias = Literal["tls", "starttls", "none"]
_SCHEMES: dict[str, tuple[Protection, int]] = {
    "smtps": ("tls", 465),
    "smtp": ("starttls", 587),
    "smtp+plain": ("none", 25),
}
_WRONG = (
    "it is no address of a mail server: write smtp://user:password@host (STARTTLS), smtps://… (TLS), "
    "or smtp+plain://host for a relay on a trusted line"
)


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over, and as whom."""

    host: str
    port: int
    protection: Protection
    user: str = ""
    password: str = field(default="", repr=False)


def read_mail_server(text: str) -> MailServer:
    """The server that a URL names; raises ValueError, which shows nothing of it: there may be a password in it."""
    try:
        parts = urlsplit(text.strip())
        given_port = parts.port
    except ValueError as error:
        raise ValueError(_WRONG) from error
    if parts.scheme not in _SCHEMES or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(_WRONG)
    protection, port = _SCHEMES[parts.scheme]
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if protection == "none" and (user or password):
        raise ValueError("with smtp+plain:// everybody on the way could read the password: leave it out, or use TLS")
    return MailServer(parts.hostname, given_port or port, protection, user, password)
