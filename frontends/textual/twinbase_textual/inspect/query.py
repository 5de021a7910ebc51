"""A statement that somebody types: it reads, for a second at most, and sees no secret."""

import sqlite3
import time
from dataclasses import dataclass
from typing import Any

from twinbase.errors import ReplicaError
from twinbase.replica.connection import Connection, StoredRow

SECONDS_MAX = 1.0
ROWS_MAX = 500
_STEPS = 1_000
_READS = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)
# What opens something else than this file: the key of its attachments, and the one by which the device is known.
_SECRET = {("_twinbase_content_key", "key"), ("_twinbase_sync", "value"), ("_twinbase_state", "token")}


class QueryRefused(ReplicaError):
    """The statement was not run to its end. One SELECT is taken that reads this file for a second at most."""


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """What a statement gave: ROWS_MAX rows at most; `is_cut` when there were more."""

    columns: tuple[str, ...]
    rows: list[StoredRow]
    is_cut: bool
    seconds: float


def run_query(connection: Connection, sql: str) -> QueryAnswer:
    """Run one SELECT over the file. Raises QueryRefused, with what SQLite says of it, for anything else."""
    raw: Any = connection
    begun = time.monotonic()
    raw.set_authorizer(_authorize)
    raw.set_progress_handler(lambda: int(time.monotonic() > begun + SECONDS_MAX), _STEPS)
    try:
        cursor = raw.execute(sql)
        rows = cursor.fetchmany(ROWS_MAX + 1)
        columns = tuple(column[0] for column in cursor.description or ())
    except (raw.Error, raw.Warning) as error:
        raise QueryRefused(f"{error}.") from None
    finally:
        raw.set_progress_handler(None, 0)
        raw.set_authorizer(None)
    return QueryAnswer(columns, rows[:ROWS_MAX], len(rows) > ROWS_MAX, time.monotonic() - begun)


def _authorize(action: int, first: str | None, second: str | None, *_: object) -> int:
    """What a SELECT asks leave for is granted; all else, ATTACH and every PRAGMA among it, is not."""
    if action == sqlite3.SQLITE_READ:
        return sqlite3.SQLITE_IGNORE if (first, second) in _SECRET else sqlite3.SQLITE_OK
    return sqlite3.SQLITE_OK if action in _READS else sqlite3.SQLITE_DENY
