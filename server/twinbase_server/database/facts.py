"""What one look at a database says: which PostgreSQL it is, who we are there, and whether it was set up for us."""

import errno
import os
import ssl
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from twinbase.errors import TwinbaseError
from twinbase_server.database.connection import Session, connect

OLDEST_MAJOR = 14
_MIGRATIONS = Path(__file__).with_name("migrations") / "versions"
_LOOK = """
SELECT current_setting('server_version_num')::int / 10000 AS major, split_part(version(), ' ', 2) AS version,
    current_database()::text AS database, current_user::text AS role, pg_is_in_recovery() AS standby,
    current_setting('transaction_read_only') = 'on' AS read_only,
    to_regclass('twinbase.alembic_version') IS NOT NULL AS set_up
"""
_MIGRATION = "SELECT version_num FROM twinbase.alembic_version"


class NoDatabase(TwinbaseError):
    """PostgreSQL cannot be used."""


class NotSetUp(TwinbaseError):
    """The database is not set up for this version of Twinbase."""


class ReadOnlyDatabase(TwinbaseError):
    """The database takes no writes from us."""


@dataclass(frozen=True)
class DatabaseFacts:
    """A database as it was found; `migration` is the version of schema `twinbase`, None where there is none."""

    version: str
    database: str
    role: str
    standby: bool
    read_only: bool
    migration: str | None

    def check_ready(self) -> None:
        """Raise what keeps commands from working here, with the command that mends it."""
        if self.migration is None:
            raise NotSetUp(f"Database {self.database!r} has no schema twinbase: run `twinbase db init`.")
        if self.migration < newest_migration():
            found = f"schema twinbase is version {self.migration}, and {newest_migration()} is needed"
            raise NotSetUp(f"In database {self.database!r} {found}: run `twinbase db upgrade`.")
        self.check_writable()

    def check_writable(self) -> None:
        """Raise ReadOnlyDatabase where nothing can be written."""
        if self.standby:
            raise ReadOnlyDatabase(f"{self.database!r} is a standby: name its primary, or all hosts of the cluster"
                                   " with ?target_session_attrs=read-write.")  # fmt: skip
        if self.read_only:
            raise ReadOnlyDatabase(
                f"Transactions of role {self.role!r} are read-only by default (default_transaction_read_only) in"
                f" {self.database!r}: ALTER ROLE … IN DATABASE … SET default_transaction_read_only = off."
            )


def newest_migration() -> str:
    """The version of schema `twinbase` that this program brings."""
    return max(path.name[:4] for path in _MIGRATIONS.glob("[0-9]*.py"))


async def read_database_facts(url: str, where: str) -> DatabaseFacts:
    """Look; raises NoDatabase with PostgreSQL's own words, or those of the network. `where`: how people call it."""
    try:
        connection = await connect(url)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        raise NoDatabase(f"{where} says: {_first_line(error)}.") from error
    except TimeoutError as error:
        raise NoDatabase(f"{where} did not answer in time (connect_timeout).") from error
    except (OSError, ssl.SSLError, ValueError) as error:
        raise NoDatabase(f"There is no connection to {where}: {_reason(error)}. Is its URL right?") from error
    try:
        return await _look(connection, where)
    finally:
        await connection.close()


async def _look(connection: Session, where: str) -> DatabaseFacts:
    seen = await connection.fetchrow(_LOOK)
    assert seen is not None
    if seen["major"] < OLDEST_MAJOR:
        raise NoDatabase(f"{where} is version {seen['version']}, and Twinbase needs {OLDEST_MAJOR} or newer.")
    migration = await connection.fetchval(_MIGRATION) if seen["set_up"] else None
    return DatabaseFacts(seen["version"], seen["database"], seen["role"], seen["standby"], seen["read_only"], migration)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")


def _reason(error: Exception) -> str:
    """The system's own words, without the addresses that asyncio puts around them."""
    if isinstance(error, OSError) and error.errno and error.errno > 0:
        return os.strerror(error.errno)
    return os.strerror(errno.ECONNREFUSED) if "Connect call failed" in str(error) else _first_line(error)
