"""`twinbase db`: what Twinbase keeps in PostgreSQL: its own schema, and the triggers on captured tables."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import asyncpg
import typer
from rich.console import Console
from rich.markup import escape

from twinbase.clock import utc_now
from twinbase.errors import TwinbaseError
from twinbase.plugins import Plugins
from twinbase_server.capture.install import CaptureError, check_capturable, uninstall
from twinbase_server.capture.removal import CannotRemove, read_unsent, remove_everything
from twinbase_server.capture.rights import find_missing_grants, find_missing_ownership
from twinbase_server.capture.status import TableCapture, read_capture_status
from twinbase_server.capture.tables import CapturedTable
from twinbase_server.cli.groups import make_command_group
from twinbase_server.cli.history_size import HistorySize, read_history_size
from twinbase_server.cli.options import (
    DatabaseUrl,
    PluginNames,
    load_named_plugins,
    open_database,
    read_named_wrapping_key,
)
from twinbase_server.cli.run import FAILED
from twinbase_server.cli.screen import AsJson, answer, make_error_console
from twinbase_server.database.connection import Connection, connect
from twinbase_server.database.migrations import MigrationStatus, read_migration_status
from twinbase_server.database.tables import create_twin_tables
from twinbase_server.feed.misfits import Misfit
from twinbase_server.feed.readiness import read_readiness
from twinbase_server.feed.uncarried_keys import find_uncarried_keys
from twinbase_server.projection.sources import tables_to_capture
from twinbase_server.setup import init_database

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
    loaded = load_named_plugins(plugins)
    with open_database(database_url, set_up=False) as url:
        state = asyncio.run(_state(url, loaded))
    answer(state.as_dict(), as_json=as_json, show=lambda console: _show_state(console, state))
    return 0 if state.sound else FAILED


@command.command()
def check(database_url: DatabaseUrl = None, plugins: PluginNames = "accounts", as_json: AsJson = False) -> int:
    """Look whether a database is fit for these plugins before anything is changed in it: tables, columns, keys, rights.

    Everything that stands in the way is listed, with what to do; exit status 1 when something does.
    """
    loaded = load_named_plugins(plugins)
    with open_database(database_url, set_up=False) as url:
        found = asyncio.run(_check(url, loaded))
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
    if everything:
        _remove_everything(database_url, lose_unsent=lose_unsent, yes=yes, as_json=as_json)
        return
    if not yes:
        typer.confirm("Devices get no changes until capture is installed again. Remove it?", abort=True)
    loaded = load_named_plugins(plugins)
    with open_database(database_url, set_up=False) as url:
        labels = asyncio.run(_remove(url, loaded))
    answer({"removed": labels}, as_json=as_json, show=lambda console: console.print(f"{len(labels)} tables let go."))


def _show_state(console: Console, state: "_State") -> None:
    state.show(console)
    if any(one.captured for one in state.tables):
        console.print(PARTIAL_DUMP, style="dim", markup=False)


def _remove_everything(database_url: str | None, *, lose_unsent: bool, yes: bool, as_json: bool) -> None:
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
    loaded = load_named_plugins(plugins)
    with open_database(database_url, set_up=False) as url, make_error_console().status("Setting up"):
        if missing := asyncio.run(_missing_ownership(url, loaded)):
            raise MissingRights(" ".join(missing))
        if create_tables:
            asyncio.run(create_twin_tables(url, loaded.registry, loaded.collect_tables()))
        try:
            asyncio.run(init_database(url, loaded, utc_now(), wrapping=read_named_wrapping_key(url)))
            uncaptured: Sequence[str] = ()
        except CaptureError as error:
            uncaptured = error.sentences
        state = asyncio.run(_state(url, loaded, uncaptured))
    answer(state.as_dict(), as_json=as_json, show=state.show)
    return 0 if state.sound else FAILED


@dataclass(frozen=True)
class _State:
    """Where a database stands. `uncaptured`: why capture could not be installed, a sentence for each table."""

    migrations: MigrationStatus
    tables: Sequence[TableCapture] = ()
    misfits: Sequence[Misfit] = ()
    uncaptured: Sequence[str] = ()
    history: HistorySize | None = None

    @property
    def sound(self) -> bool:
        captured = not self.uncaptured and all(table.captured for table in self.tables)
        return captured and not self.migrations.pending and not any(misfit.blocks for misfit in self.misfits)

    def as_dict(self) -> dict[str, Any]:
        return {
            "sound": self.sound,
            "version": self.migrations.current,
            "pending": list(self.migrations.pending),
            "tables": [
                {
                    "table": one.table.label,
                    "captured": one.captured,
                    "base": one.base,
                    "problems": [{"kind": problem.kind, "detail": problem.detail} for problem in one.problems],
                }
                for one in self.tables
            ],
            "uncaptured": list(self.uncaptured),
            "misfits": [asdict(misfit) for misfit in self.misfits],
            "history": asdict(self.history) if self.history else None,
        }

    def show(self, console: Console) -> None:
        pending = ", ".join(self.migrations.pending)
        version = self.migrations.current or "none"
        console.print(f"Schema twinbase: version {version}{f', to come: {pending}' if pending else ''}")
        if self.migrations.current is None:
            console.print("[red]✗[/] It is not set up: run `twinbase db init`.")
            return
        captured = [one for one in self.tables if one.captured]
        console.print(f"[green]✓[/] {len(captured)} of {len(self.tables)} tables are captured")
        problems = [problem.detail for one in self.tables for problem in one.problems]
        blocking = [misfit.detail for misfit in self.misfits if misfit.blocks]
        for sentence in dict.fromkeys((*self.uncaptured, *problems, *blocking)):
            console.print(f"[red]✗[/] {escape(sentence)}")
        for misfit in self.misfits:
            if not misfit.blocks:
                console.print(f"[yellow]![/] {escape(misfit.detail)}")
        if self.history is not None and self.history.limit:
            console.print(f"{'[yellow]![/]' if self.history.is_passed else '[green]✓[/]'} {self.history}")


async def _check(url: str, plugins: Plugins) -> list[str]:
    connection = await connect(url)
    try:
        tables = await tables_to_capture(connection, plugins)
        written = {(twin.schema, str(twin.table.name)) for twin in plugins.registry if twin.pushes}
        found = await find_missing_ownership(connection, tables)
        found += await find_missing_grants(connection, tables, written)
        return [*found, *[said for table in tables if (said := await _unfit(connection, table))]]
    finally:
        await connection.close()


async def _unfit(connection: Connection, table: CapturedTable) -> str:
    try:
        await check_capturable(connection, table)
    except CaptureError as error:
        return error.detail
    except asyncpg.InsufficientPrivilegeError:
        return ""  # its columns cannot be looked at: the right is said already
    return ""


def _show_check(console: Console, found: list[str]) -> None:
    for sentence in found:
        console.print(f"[red]✗[/] {escape(sentence)}")
    if not found:
        console.print("[green]✓[/] Fit: `twinbase db init` will set it up.")


async def _missing_ownership(url: str, plugins: Plugins) -> list[str]:
    connection = await connect(url)
    try:
        return await find_missing_ownership(connection, await tables_to_capture(connection, plugins))
    finally:
        await connection.close()


async def _state(url: str, plugins: Plugins, uncaptured: Sequence[str] = ()) -> _State:
    migrations = await read_migration_status(url)
    if migrations.current is None:
        return _State(migrations)
    connection = await connect(url)
    try:
        tables = await tables_to_capture(connection, plugins)
        captured = await read_capture_status(connection, tables)
        readiness = await read_readiness(connection, plugins.registry)
        left_out = await find_uncarried_keys(connection, plugins.registry, readiness)
        history = await read_history_size(connection, url) if not migrations.pending else None
        return _State(migrations, captured, (*readiness.misfits, *left_out), uncaptured, history)
    finally:
        await connection.close()


async def _remove(url: str, plugins: Plugins) -> list[str]:
    connection = await connect(url)
    try:
        tables = await tables_to_capture(connection, plugins)
        await uninstall(connection, tables)
        return [table.label for table in tables]
    finally:
        await connection.close()
