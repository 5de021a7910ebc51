"""A link that a command has made: sent by mail, or shown to be handed over."""

from rich.console import Console

from twinbase.clock import utc_now
from twinbase_server.cli.run import FAILED
from twinbase_server.cli.screen import answer, make_error_console
from twinbase_server.database.connection import connect
from twinbase_server.links.give import GivenLink, LetterLanguage, send_link
from twinbase_server.links.link import OneTimeLink
from twinbase_server.links.store import make_link
from twinbase_server.settings import Settings

MADE_BY = "command line"


async def give_link(settings: Settings, link: OneTimeLink, language: LetterLanguage, *, by_mail: bool) -> GivenLink:
    """Make it and send it, where a mail server is set. A mail that fails costs nobody the link."""
    now = utc_now()
    connection = await connect(settings.database_url.get_secret_value())
    try:
        secret = await make_link(connection, link, MADE_BY, now)
    finally:
        await connection.close()
    return await send_link(settings, link, secret, language, now, by_mail=by_mail)


def say_given(given: GivenLink, *, as_json: bool) -> int:
    """The answer of the command, and its status: a mail that was wanted and failed is a failure; the link is shown."""
    if given.failure:
        make_error_console().print(f"{given.failure} The link is good all the same: hand it over.", markup=False)
    answer(given.describe_link(), as_json=as_json, show=lambda console: _show(console, given))
    return FAILED if given.failure else 0


def _show(console: Console, given: GivenLink) -> None:
    ends = f"{given.link.ends_at:%Y-%m-%d %H:%M} UTC"
    if given.is_sent:
        console.print(f"[green]✓[/] The link is on its way to {given.link.account}; it is good until {ends}.")
        return
    console.print(f"[green]✓[/] For {given.link.account} alone, good once, until {ends}:")
    console.print(given.address, markup=False)
