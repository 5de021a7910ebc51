"""`twinbase db`: what Twinbase keeps in PostgreSQL: its own schema, and the triggers on captured tables."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from twinbase.clock import utc_now
from twinbase.errors import TwinbaseError
from twinbase_server.cli.groups import make_command_group
from twinbase_server.cli.options import (
    DatabaseUrl,
    PluginNames,
    load_named_plugins,
    open_database,
    read_named_wrapping_key,
)
from twinbase_server.cli.run import FAILED
from twinbase_server.cli.screen import AsJson, answer, make_error_console

if TYPE_CHECKING:
    from twinbase_server.cli.db_state import DatabaseState

PARTIAL_DUMP = (
    "What pg_dump -n or -t makes of it is restored without errors by `pg_restore -L LIST`, of the list that "
    "`pg_restore -l FILE | grep -v ' TRIGGER .* twinbase_capture_'` prints."
)


class MissingRights(TwinbaseError):
    """The role lacks rights. Nothing was changed."""


command = make_command_group("Twinbase's own schema in PostgreSQL, and the capture of changes.")


@command.command()
def init(
    database_url: DatabaseUrl = None,
    plugins: PluginNames = "accounts",
    create_tables: Annotated[
        bool, typer.Option("--create-tables", help="Create the twins' tables that are not there yet.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Set a database up: schema `twinbase`, and capture on every table that a twin, a scope or a projection reads.

    User tables get triggers and no column. Each table is locked for milliseconds; stopped in the middle, run it again.
    What cannot be captured or does not fit its class is listed after all the rest is done, with exit status 1.
    """
    return _init(database_url, plugins, create_tables=create_tables, as_json=as_json)


@command.command()
def upgrade(database_url: DatabaseUrl = None, plugins: PluginNames = "accounts", as_json: AsJson = False) -> int:
    """Bring schema `twinbase` to this version, and capture to what the tables and plugins are now.

    All that can be done is done; the rest is listed, with exit status 1.
    """
    return _init(database_url, plugins, create_tables=False, as_json=as_json)


@command.command("status")
def show_status(database_url: DatabaseUrl = None, plugins: PluginNames = "accounts", as_json: AsJson = False) -> int:
    """Say whether the database is up to date, what escapes capture, and where a class and its table differ.

    Exit status 1 when something is not as it must be (✗). What starts with ! can be synced as it is.
    """
    from twinbase_server.cli.db_state import read_database_state

    loaded = load_named_plugins(plugins)
    with open_database(database_url, set_up=False) as url:
        state = asyncio.run(read_database_state(url, loaded))
    answer(state.as_dict(), as_json=as_json, show=lambda console: _show_state(console, state))
    return 0 if state.sound else FAILED


@command.command()
def check(database_url: DatabaseUrl = None, plugins: PluginNames = "accounts", as_json: AsJson = False) -> int:
    """Look whether a database is fit for these plugins before anything is changed in it: tables, columns, keys, rights.

    Everything that stands in the way is listed, with what to do; exit status 1 when something does.
    """
    from twinbase_server.cli.db_state import find_what_is_unfit

    loaded = load_named_plugins(plugins)
    with open_database(database_url, set_up=False) as url:
        found = asyncio.run(find_what_is_unfit(url, loaded))
    answer({"fit": not found, "found": found}, as_json=as_json, show=lambda console: _show_check(console, found))
    return FAILED if found else 0


@command.command()
def remove(
    database_url: DatabaseUrl = None,
    plugins: PluginNames = "accounts",
    everything: Annotated[
        bool, typer.Option("--everything", help="Of every plugin, and schema `twinbase` with accounts and journal.")
    ] = False,
    lose_unsent: Annotated[
        bool, typer.Option("--lose-unsent", help="Even if it is known that something is not sent yet.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take capture off the user tables, which stay as they are. Schema `twinbase` keeps its ledger and journal.

    With --everything nothing of Twinbase stays but the tables that plugins have made in schemas of their own.
    """
    from twinbase_server.cli.db_state import remove_capture

    if everything:
        _remove_everything(database_url, lose_unsent=lose_unsent, yes=yes, as_json=as_json)
        return
    if not yes:
        typer.confirm("Devices get no changes until capture is installed again. Remove it?", abort=True)
    loaded = load_named_plugins(plugins)
    with open_database(database_url, set_up=False) as url:
        labels = asyncio.run(remove_capture(url, loaded))
    answer({"removed": labels}, as_json=as_json, show=lambda console: console.print(f"{len(labels)} tables let go."))


def _show_state(console: Console, state: "DatabaseState") -> None:
    state.show(console)
    if any(one.captured for one in state.tables):
        console.print(PARTIAL_DUMP, style="dim", markup=False)


def _remove_everything(database_url: str | None, *, lose_unsent: bool, yes: bool, as_json: bool) -> None:
    from twinbase_server.capture.removal import CannotRemove, read_unsent, remove_everything

    with open_database(database_url, set_up=False) as url:
        unsent = asyncio.run(read_unsent(url))
        if unsent.sentence and not lose_unsent:
            raise CannotRemove(f"{unsent.sentence}, or say --lose-unsent.")
        if not yes:
            typer.confirm(f"{unsent.devices} devices can never send again what they hold. Remove it?", abort=True)
        labels = asyncio.run(remove_everything(url))
    done = f"{len(labels)} tables let go; there is no schema twinbase any more."
    answer({"removed": labels}, as_json=as_json, show=lambda console: console.print(done))


def _init(database_url: str | None, plugins: str, *, create_tables: bool, as_json: bool) -> int:
    from twinbase_server.capture.install import CaptureError
    from twinbase_server.cli.db_state import find_tables_of_others, read_database_state
    from twinbase_server.database.tables import create_twin_tables
    from twinbase_server.setup import init_database

    loaded = load_named_plugins(plugins)
    with open_database(database_url, set_up=False) as url, make_error_console().status("Setting up"):
        if missing := asyncio.run(find_tables_of_others(url, loaded)):
            raise MissingRights(" ".join(missing))
        if create_tables:
            asyncio.run(create_twin_tables(url, loaded.registry, loaded.collect_tables()))
        try:
            asyncio.run(init_database(url, loaded, utc_now(), wrapping=read_named_wrapping_key(url)))
            uncaptured: Sequence[str] = ()
        except CaptureError as error:
            uncaptured = error.sentences
        state = asyncio.run(read_database_state(url, loaded, uncaptured))
    answer(state.as_dict(), as_json=as_json, show=state.show)
    return 0 if state.sound else FAILED


def _show_check(console: Console, found: list[str]) -> None:
    for sentence in found:
        console.print(f"[red]✗[/] {escape(sentence)}")
    if not found:
        console.print("[green]✓[/] Fit: `twinbase db init` will set it up.")
