"""Where a database stands, and whether it is fit: what `twinbase db` says of it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import asyncpg
from rich.console import Console
from rich.markup import escape

from twinbase.plugins import Plugins
from twinbase_server.capture.install import CaptureError, check_capturable, uninstall
from twinbase_server.capture.rights import find_missing_grants, find_missing_ownership
from twinbase_server.capture.status import TableCapture, read_capture_status
from twinbase_server.capture.tables import CapturedTable
from twinbase_server.cli.history_size import HistorySize, read_history_size
from twinbase_server.database.connection import Connection, connect
from twinbase_server.database.migrations import MigrationStatus, read_migration_status
from twinbase_server.feed.misfits import Misfit
from twinbase_server.feed.readiness import read_readiness
from twinbase_server.feed.uncarried_keys import find_uncarried_keys
from twinbase_server.projection.sources import tables_to_capture


@dataclass(frozen=True)
class DatabaseState:
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


async def find_what_is_unfit(url: str, plugins: Plugins) -> list[str]:
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


async def find_tables_of_others(url: str, plugins: Plugins) -> list[str]:
    connection = await connect(url)
    try:
        return await find_missing_ownership(connection, await tables_to_capture(connection, plugins))
    finally:
        await connection.close()


async def read_database_state(url: str, plugins: Plugins, uncaptured: Sequence[str] = ()) -> DatabaseState:
    migrations = await read_migration_status(url)
    if migrations.current is None:
        return DatabaseState(migrations)
    connection = await connect(url)
    try:
        tables = await tables_to_capture(connection, plugins)
        captured = await read_capture_status(connection, tables)
        readiness = await read_readiness(connection, plugins.registry)
        left_out = await find_uncarried_keys(connection, plugins.registry, readiness)
        history = await read_history_size(connection, url) if not migrations.pending else None
        return DatabaseState(migrations, captured, (*readiness.misfits, *left_out), uncaptured, history)
    finally:
        await connection.close()


async def remove_capture(url: str, plugins: Plugins) -> list[str]:
    connection = await connect(url)
    try:
        tables = await tables_to_capture(connection, plugins)
        await uninstall(connection, tables)
        return [table.label for table in tables]
    finally:
        await connection.close()
