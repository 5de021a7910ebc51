"""Options that the commands of NinjaOne share."""

import getpass
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from twinbase.clock import utc_now
from twinbase.plugins import Plugins
from twinbase_ninjaone.linking import LinkDecision
from twinbase_server.extension import open_engine, run_command

Answer = TypeVar("Answer")
By = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who decides; without it, who is signed in on this machine.")
]


def make_decision(by: str | None) -> LinkDecision:
    """Who decides, and that it is now."""
    return LinkDecision(by or getpass.getuser(), utc_now())


def run_in_transaction(
    database_url: str | None, plugins: str, work: Callable[[AsyncConnection], Awaitable[Answer]]
) -> Answer:
    """What `work` answers; what it wrote is kept when it ends well."""

    async def run(url: str, loaded: Plugins) -> Answer:
        async with open_engine(url) as made, made.begin() as connection:
            return await work(connection)

    return run_command(database_url, plugins, run)
