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
from twinbase.plugins import Plugins
from twinbase.protocol import LoginAnswer, SigningRequest
from twinbase_server.cli.bars import show_progress
from twinbase_server.cli.groups import make_command_group
from twinbase_server.cli.options import DatabaseUrl, PluginNames, load_named_plugins, open_database
from twinbase_server.cli.run import FAILED
from twinbase_server.cli.screen import AsJson, answer, make_console, make_error_console, show_table
from twinbase_server.database.address import read_address
from twinbase_server.database.connection import Connection, open_engine
from twinbase_server.explain.lineage import Lineage, trace_lineage
from twinbase_server.http.access import AdmittedDep, needs, needs_sign_in, open_to_anybody
from twinbase_server.http.caller import ServingDep
from twinbase_server.http.signing_in import SigningIn, SigningInDep
from twinbase_server.jobs.schedule import hasten
from twinbase_server.links.admit import admit_person, read_account
from twinbase_server.links.people import change_claims
from twinbase_server.problems import ProblemError, describe_problems
from twinbase_server.projection.fit import Catalog, Fitted, Lack, find_lacks
from twinbase_server.projection.run import Projected, project
from twinbase_server.projection.sources import fit_only, source_catalog
from twinbase_server.settings import split_names

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
    "LoginAnswer",
    "NowDep",
    "PluginNames",
    "ProblemError",
    "Projected",
    "SigningIn",
    "SigningInDep",
    "SigningRequest",
    "admit_person",
    "answer",
    "change_claims",
    "describe_problems",
    "find_lacks",
    "fit_only",
    "make_command_group",
    "make_console",
    "make_due",
    "make_error_console",
    "needs",
    "needs_sign_in",
    "open_database",
    "open_engine",
    "open_to_anybody",
    "project",
    "read_account",
    "run_command",
    "show_progress",
    "show_table",
    "source_catalog",
    "split_names",
    "trace_lineage",
]  # fmt: skip
Answer = TypeVar("Answer")


def run_command(
    database_url: str | None, plugins: str, work: Callable[[str, Plugins], Coroutine[Any, Any, Answer]]
) -> Answer:
    """What `work(url, plugins)` answers, for the options `--database-url` and `--plugins` of a command.

    Ctrl-C cancels it, and the command ends with status 130.
    """
    loaded = load_named_plugins(plugins)
    with open_database(database_url) as url:
        return asyncio.run(work(read_address(url).url, loaded))


async def make_due(connection: Connection, source: str, now: datetime, interval_min: timedelta) -> None:
    """Have the worker run a source now, but not before `interval_min` after its last start, however often this is
    called."""
    await hasten(connection, "source", source, now, interval_min)


async def _identity(who: AdmittedDep) -> Identity:
    return who.identity


async def _connection(serving: ServingDep) -> AsyncGenerator[Connection, None]:
    async with serving.borrow_connection() as connection:
        yield connection


async def _now(serving: ServingDep) -> datetime:
    return serving.clock()


IdentityDep = Annotated[Identity, Depends(_identity)]
"""Who calls a route, and what their role permits (`identity.may("jobs.read")`). Without a valid token the route answers
with the problem `token-invalid` or `token-expired`; where session, device or account were ended since, with theirs."""
ConnectionDep = Annotated[Connection, Depends(_connection)]
"""A connection (asyncpg) of the server's pool for the time of a request; `too-busy` when none comes free."""
NowDep = Annotated[datetime, Depends(_now)]
"""The server's time (aware, UTC)."""
