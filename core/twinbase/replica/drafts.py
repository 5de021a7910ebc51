"""Drafts: what somebody has begun to type and has not saved. In the encrypted file, and never sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from twinbase.errors import DraftTooLarge
from twinbase.replica.connection import Connection
from twinbase.replica.engines import Database, Enter

TEXT_BYTES_MAX = 64 * 1024
NAME_BYTES_MAX = 512
KEPT_MAX = 256
"""Beyond these, the draft that was touched longest ago goes: a form that nobody came back to."""

_TABLE = """CREATE TABLE IF NOT EXISTS _twinbase_draft (
    route TEXT NOT NULL, field TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL, touched INTEGER NOT NULL,
    PRIMARY KEY (route, field)
) STRICT, WITHOUT ROWID"""
_IS_THERE = "SELECT 1 FROM sqlite_master WHERE name = '_twinbase_draft'"
_SET = """INSERT OR REPLACE INTO _twinbase_draft (route, field, text, at, touched)
    SELECT ?, ?, ?, ?, 1 + coalesce(max(touched), 0) FROM _twinbase_draft"""
_TRIM = """DELETE FROM _twinbase_draft WHERE touched <= (
    SELECT touched FROM _twinbase_draft ORDER BY touched DESC LIMIT 1 OFFSET ?)"""
_LIST = "SELECT route, field, text, at FROM _twinbase_draft WHERE ? IS NULL OR route = ? ORDER BY touched DESC"


@dataclass(frozen=True, slots=True)
class Draft:
    """What stood in one field of one form. `at`: by the device's clock, when it was last set."""

    route: str
    field: str
    text: str
    at: datetime


class Drafts:
    """The drafts of one replica. They survive a kill and a power cut, are encrypted as all of the file, and go with it:
    with `sign_out`, with a wipe. Nobody but this device ever has them. Another account has another file.

    `route` says which form: the path of the screen and the id of the row, say; `field`, what is typed in. Call `set`
    when somebody has paused, and not for each key: each is a commit of its own.
    """

    def __init__(self, database: Database, enter: Enter) -> None:
        self._database, self._enter = database, enter

    async def get(self, route: str, field: str) -> str | None:
        """What was last set; None when nothing is kept."""
        with self._enter():
            return await self._database.look(_get, route, field)

    async def set(self, route: str, field: str, text: str) -> None:
        """Keep this text in place of what was kept. When it returns, the text is on the disk.

        Raises DraftTooLarge beyond 65,536 bytes of UTF-8; of more than 256 drafts, those set longest ago go.
        """
        with self._enter(ValueError):
            _check_size(route, field, text)
            await self._database.write(_set, route, field, text, self._database.clock())

    async def delete(self, route: str, field: str | None = None) -> None:
        """Forget one field, or the whole form: it was saved, or given up."""
        with self._enter():
            await self._database.write(_delete, route, field)

    async def list(self, route: str | None = None) -> Sequence[Draft]:
        """All that are kept, or those of one form; the newest first."""
        with self._enter():
            return await self._database.look(_list, route)


def _check_size(route: str, field: str, text: str) -> None:
    for what, given, most in (
        ("route", route, NAME_BYTES_MAX),
        ("field", field, NAME_BYTES_MAX),
        ("text", text, TEXT_BYTES_MAX),
    ):
        if not isinstance(given, str):
            raise ValueError(f"The {what} of a draft is a text, and not a {type(given).__name__}.")
        if (size := len(given.encode())) > most:
            raise DraftTooLarge(f"Its {what} has {size:,} bytes of UTF-8, and may have {most:,}.")


def _is_there(connection: Connection) -> bool:
    return connection.execute(_IS_THERE).fetchone() is not None


def _get(connection: Connection, route: str, field: str) -> str | None:
    if not _is_there(connection):
        return None
    query = "SELECT text FROM _twinbase_draft WHERE route = ? AND field = ?"
    row = connection.execute(query, (route, field)).fetchone()
    return None if row is None else str(row[0])


def _set(connection: Connection, route: str, field: str, text: str, now: datetime) -> None:
    connection.execute(_TABLE)
    connection.execute(_SET, (route, field, text, now.isoformat()))
    connection.execute(_TRIM, (KEPT_MAX,))


def _delete(connection: Connection, route: str, field: str | None) -> None:
    if _is_there(connection):
        statement = "DELETE FROM _twinbase_draft WHERE route = ? AND (? IS NULL OR field = ?)"
        connection.execute(statement, (route, field, field))


def _list(connection: Connection, route: str | None) -> Sequence[Draft]:
    if not _is_there(connection):
        return ()
    rows = connection.execute(_LIST, (route, route))
    return tuple(Draft(route, field, text, datetime.fromisoformat(at)) for route, field, text, at in rows)
