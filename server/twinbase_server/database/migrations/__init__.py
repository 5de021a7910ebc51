"""The tables of schema `twinbase`: brought to the newest version, forward only, by one process at a time."""

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from twinbase_server.database.connection import open_engine

SCHEMA = "twinbase"
TURN_SECONDS_MAX = 10
# Any constant will do, as long as every process that migrates takes the same one.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('twinbase migrations', 0))"


@dataclass(frozen=True)
class MigrationStatus:
    """Where a database stands: `pending` is empty when it is up to date, `current` is None when it is bare."""

    current: str | None
    head: str
    pending: tuple[str, ...]


async def migrate(url: str, *, lock_seconds: int = TURN_SECONDS_MAX) -> MigrationStatus:
    """Bring schema `twinbase` to the newest version in one transaction; a second process waits, then finds it done."""
    async with open_engine(url) as database, database.begin() as connection:
        await _enter_lane(connection, lock_seconds)
        await connection.run_sync(_upgrade)
        return await connection.run_sync(_status)


async def read_migration_status(url: str) -> MigrationStatus:
    """What `migrate` would do; changes nothing."""
    async with open_engine(url) as database, database.connect() as connection:
        return await connection.run_sync(_status)


async def _enter_lane(connection: AsyncConnection, lock_seconds: int) -> None:
    """A lock that does not come fails the migration; it must not make the customer's writers queue behind it."""
    await connection.execute(text(f"SET LOCAL lock_timeout = '{lock_seconds}s'"))
    await connection.execute(text(_LOCK))
    await connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))


def _upgrade(connection: Connection) -> None:
    configuration = _configuration()
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, "head")


def _status(connection: Connection) -> MigrationStatus:
    scripts = ScriptDirectory.from_config(_configuration())
    head = scripts.get_current_head()
    assert head is not None
    context = MigrationContext.configure(connection, opts={"version_table_schema": SCHEMA})
    current = context.get_current_revision()
    pending = [script.revision for script in scripts.iterate_revisions(head, current or "base")]
    return MigrationStatus(current, head, tuple(reversed(pending)))


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    configuration.set_main_option("path_separator", "os")
    return configuration
