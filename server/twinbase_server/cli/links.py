"""A link that a command has made: sent by mail, or shown to be handed over."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rich.console import Console

from twinbase.clock import utc_now
from twinbase_server.cli.run import FAILED
from twinbase_server.cli.screen import answer, make_error_console
from twinbase_server.database.connection import connect
from twinbase_server.links.letter import write_letter
from twinbase_server.links.link import OneTimeLink, make_address
from twinbase_server.links.store import make_link
from twinbase_server.mail.address import read_mail_server
from twinbase_server.mail.send import MailFailed, send_mail
from twinbase_server.settings import Settings

THIS_MACHINE = "http://127.0.0.1:8000"
"""Where `twinbase serve` listens when nothing else is said."""
MADE_BY = "command line"


class LetterLanguage(StrEnum):
    """What people are written to in."""

    EN = "en"
    FR = "fr"


@dataclass(frozen=True, slots=True)
class GivenLink:
    """A link, and whether the mail server has taken it; if not, `address` is to be handed over."""

    link: OneTimeLink
    address: str
    is_sent: bool = False
    failure: str = ""

    def describe_link(self) -> dict[str, Any]:
        """For programs. What was sent is not shown: it is for one person to read."""
        said = {"email": self.link.account, "kind": self.link.kind, "ends_at": self.link.ends_at, "sent": self.is_sent}
        return {**said, "link": None if self.is_sent else self.address, "failure": self.failure or None}

    def show(self, console: Console) -> None:
        """For people."""
        ends = f"{self.link.ends_at:%Y-%m-%d %H:%M} UTC"
        if self.is_sent:
            console.print(f"[green]✓[/] The link is on its way to {self.link.account}; it is good until {ends}.")
            return
        console.print(f"[green]✓[/] For {self.link.account} alone, good once, until {ends}:")
        console.print(self.address, markup=False)


async def give_link(settings: Settings, link: OneTimeLink, language: LetterLanguage, *, by_mail: bool) -> GivenLink:
    """Make it and send it, where a mail server is set. A mail that fails costs nobody the link."""
    now = utc_now()
    connection = await connect(settings.database_url.get_secret_value())
    try:
        secret = await make_link(connection, link, MADE_BY, now)
    finally:
        await connection.close()
    given = GivenLink(link, make_address(settings.public_url or THIS_MACHINE, secret))
    url = settings.smtp_url.get_secret_value()
    if not (url and by_mail):
        return given
    try:
        letter = write_letter(link, given.address, settings.mail_from, language.value, now)
        await send_mail(read_mail_server(url), letter)
    except MailFailed as failure:
        return GivenLink(link, given.address, failure=str(failure))
    return GivenLink(link, given.address, is_sent=True)


def say_given(given: GivenLink, *, as_json: bool) -> int:
    """The answer of the command, and its status: a mail that was wanted and failed is a failure; the link is shown."""
    if given.failure:
        make_error_console().print(f"{given.failure} The link is good all the same: hand it over.", markup=False)
    answer(given.describe_link(), as_json=as_json, show=given.show)
    return FAILED if given.failure else 0
