"""A link that was made reaches its person: by mail, or by whoever made it, who hands it over."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from twinbase_server.links.letter import write_letter
from twinbase_server.links.link import OneTimeLink, make_address
from twinbase_server.mail.address import read_mail_server
from twinbase_server.mail.send import MailFailed, send_mail
from twinbase_server.settings import Settings

THIS_MACHINE = "http://127.0.0.1:8000"
"""Where `twinbase serve` listens when nothing else is said."""


class LetterLanguage(StrEnum):
    """What people are written to in."""

    EN = "en"
    FR = "fr"


@dataclass(frozen=True, slots=True)
class GivenLink:
    """A link, and whether the mail server has taken it; if not, `address` is to be handed over."""

    link: OneTimeLink
    address: str = field(repr=False)
    is_sent: bool = False
    failure: str = ""

    def describe_link(self) -> dict[str, Any]:
        """For programs. What was sent is not shown: it is for one person to read."""
        said = {"email": self.link.account, "kind": self.link.kind, "ends_at": self.link.ends_at, "sent": self.is_sent}
        return {**said, "link": None if self.is_sent else self.address, "failure": self.failure or None}


async def send_link(
    settings: Settings, link: OneTimeLink, secret: str, language: LetterLanguage, now: datetime, *, by_mail: bool
) -> GivenLink:
    """Send it, where a mail server is set and it is wanted. A mail that fails costs nobody the link."""
    address = make_address(settings.public_url or THIS_MACHINE, secret)
    url = settings.smtp_url.get_secret_value()
    if not (url and by_mail):
        return GivenLink(link, address)
    try:
        await send_mail(read_mail_server(url), write_letter(link, address, settings.mail_from, language.value, now))
    except MailFailed as failure:
        return GivenLink(link, address, failure=str(failure))
    return GivenLink(link, address, is_sent=True)
