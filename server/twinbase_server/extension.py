"""What a plugin may use of the server, in its commands and its routes. Everything else here may change at any time.

A plugin's tables, mirrors, scopes and hooks need the core alone; import this module only where a command line or the
web framework is there already, so that the plugin still loads on a device.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar

from fastapi import Depends

from twinbase.identity import Identity
from twinbase.plugins import Plugins, load_plugins
from twinbase_server.cli.bars import progress
from twinbase_server.cli.groups import group
from twinbase_server.cli.options import DatabaseUrl, PluginNames, database, names
from twinbase_server.cli.run import FAILED
from twinbase_server.cli.screen import AsJson, answer, errors, screen
from twinbase_server.database.connection import Connection, engine
from twinbase_server.explain.lineage import Lineage, behind
from twinbase_server.http.caller import ServingDep, SignedInDep
from twinbase_server.jobs.schedule import hasten
from twinbase_server.problems import ProblemError, described
from twinbase_server.projection.fit import Catalog, Fitted, Lack, lacks
from twinbase_server.projection.run import Projected, project
from twinbase_server.projection.sources import fit_only, source_catalog

__all__ = [
    "FAILED",
    "AsJson",
    "Catalog",
    "Connection",
    "ConnectionDep",
    "DatabaseUrl",
    "Fitted",
    "IdentityDep",
    "Lack",
    "Lineage",
    "NowDep",
    "PluginNames",
    "ProblemError",
    "Projected",
    "answer",
    "behind",
    "database",
    "described",
    "engine",
    "errors",
    "fit_only",
    "group",
    "lacks",
    "make_due",
    "names",
    "progress",
    "project",
    "run_command",
    "screen",
    "source_catalog",
]  # fmt: skip
Answer = TypeVar("Answer")


def run_command(
    database_url: str | None, plugins: str, work: Callable[[str, Plugins], Coroutine[Any, Any, Answer]]
) -> Answer:
    """What `work(url, plugins)` answers, for the options `--database-url` and `--plugins` of a command.

    Ctrl-C cancels it, and the command ends with status 130.
    """
    loaded = load_plugins(names(plugins))
    with database(database_url) as url:
        return asyncio.run(work(url, loaded))


async def make_due(connection: Connection, source: str, now: datetime, gap: timedelta) -> None:
    """Have the worker run a source now, but not before `gap` after its last start, however often this is called."""
    await hasten(connection, "source", source, now, gap)


def _identity(who: SignedInDep) -> Identity:
    return who.identity


async def _connection(serving: ServingDep) -> AsyncGenerator[Connection, None]:
    async with serving.connection() as connection:
        yield connection


def _now(serving: ServingDep) -> datetime:
    return serving.clock()


IdentityDep = Annotated[Identity, Depends(_identity)]
"""Who calls a route; without a valid token the route answers with the problem `token-invalid` or `token-expired`."""
ConnectionDep = Annotated[Connection, Depends(_connection)]
"""A connection (asyncpg) of the server's pool for the time of a request; `too-busy` when none comes free."""
NowDep = Annotated[datetime, Depends(_now)]
"""The server's time (aware, UTC)."""
