"""A command that asks the database one thing, or has one thing done there."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from twinbase_server.cli.options import open_database

if TYPE_CHECKING:
    from twinbase_server.database.connection import Connection

Answer = TypeVar("Answer")


def ask_database(url: str | None, ask: "Callable[[Connection], Awaitable[Answer]]") -> Answer:
    """What is answered on a connection of its own to the database that is named."""
    with open_database(url) as chosen:
        return asyncio.run(_ask(chosen, ask))


def name_operator() -> str:
    """Who types the command, for whoever asks later who did it."""
    try:
        return f"{getpass.getuser()} (command line)"
    except (KeyError, OSError):
        return "command line"


def show_moment(moment: datetime | None) -> str:
    """As it stands in a table; nothing for what never was."""
    return f"{moment:%Y-%m-%d %H:%M}" if moment is not None else ""


async def _ask(url: str, ask: "Callable[[Connection], Awaitable[Answer]]") -> Answer:
    from twinbase_server.database.connection import connect

    connection = await connect(url)
    try:
        return await ask(connection)
    finally:
        await connection.close()
