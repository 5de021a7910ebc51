"""What others keep locked: found at once, and not by waiting for each."""

from collections.abc import Sequence
from functools import lru_cache

import asyncpg

from twinbase.registry import Twin
from twinbase_server.accept.batch import Change, RowId
from twinbase_server.accept.rows import encode_keys
from twinbase_server.accept.scope import key_match, recordset_sql
from twinbase_server.database.connection import Connection
from twinbase_server.sql.names import table_sql


async def find_locked(connection: Connection, changes: Sequence[Change]) -> set[RowId]:
    """The rows of these changes that another transaction holds, or whose whole table it does."""
    by_twin: dict[Twin, dict[RowId, None]] = {}
    for change in changes:
        by_twin.setdefault(change.twin, {})[change.row_id] = None
    locked: set[RowId] = set()
    for twin, row_ids in by_twin.items():
        locked |= await _find_in(connection, twin, list(row_ids))
    return locked


async def _find_in(connection: Connection, twin: Twin, row_ids: list[RowId]) -> set[RowId]:
    """Rows that are not locked are ours from now on, as they would be a moment later. What else is wrong with them is
    found when they are written."""
    keys = encode_keys([key for _, key in row_ids])
    await connection.execute("SAVEPOINT twinbase_locked")
    try:
        found = await connection.fetch(_locked_sql(twin), keys)
    except asyncpg.LockNotAvailableError:
        await connection.execute("ROLLBACK TO SAVEPOINT twinbase_locked")
        return set(row_ids)
    except asyncpg.PostgresError:
        await connection.execute("ROLLBACK TO SAVEPOINT twinbase_locked")
        return set()
    return {row_ids[ordinal] for (ordinal,) in found}


@lru_cache(maxsize=1024)
def _locked_sql(twin: Twin) -> str:
    table, rows = table_sql(twin.table), recordset_sql(twin.key, 1, ordinal=True)
    found = f"SELECT _twinbase_r.o FROM {rows} JOIN {table} t ON {key_match(twin, 't')}"
    return (
        f"WITH free AS MATERIALIZED ({found} FOR NO KEY UPDATE OF t SKIP LOCKED)"
        f" {found} WHERE _twinbase_r.o NOT IN (SELECT o FROM free)"
    )
