"""When a tombstone may go: any time, as its collection is noted and a device that needed it compares digests."""

from datetime import datetime

from twinbase_server.capture.tables import CapturedTable, key_column_sql
from twinbase_server.database.connection import Connection

COLLECT_ROWS = 5000


async def collect_tombstones(connection: Connection, older_than: datetime) -> int:
    """Delete tombstones and gaps from before `older_than`, in short transactions; says how many tombstones.

    Any age is safe: the collection is noted, so a device that has not pulled since compares digests and finds the
    difference. A row that a writer holds at the moment is left for the next time, and a writer never waits for more
    than one short transaction (H19).
    """
    horizon = await connection.fetchval(_HORIZON, older_than)
    if horizon is None:
        return 0
    collected = 0
    for row in await connection.fetch(_CAPTURED):
        table = CapturedTable(row["schema_name"], row["table_name"], tuple(row["key_columns"]), ())
        while (found := await _collect_some(connection, table, row["relid"], horizon)) > 0:
            collected += found
    await connection.execute(_COLLECT_GAPS, older_than)
    return collected


async def _collect_some(connection: Connection, table: CapturedTable, relid: int, horizon: int) -> int:
    """Writers in bulk rely on tombstones staying where they saw them: the lock is the one that they share."""
    keys = ", ".join(map(key_column_sql, table.key))
    async with connection.transaction():
        if not await connection.fetchval(_LOCK, relid):
            return 0
        status = await connection.execute(
            f"DELETE FROM {table.object_sql('v')} WHERE ({keys}) IN (SELECT {keys} FROM {table.object_sql('v')} "
            f"WHERE deleted AND xid < $1 ORDER BY {keys} LIMIT {COLLECT_ROWS} FOR UPDATE SKIP LOCKED)",
            horizon,
        )
        found = int(status.split()[-1])
        if found:
            await connection.execute(_NOTE_COLLECTED, relid)
    return found


_CAPTURED = "SELECT relid::bigint AS relid, schema_name, table_name, key_columns FROM twinbase.capture ORDER BY 2, 3"
_NOTE_COLLECTED = "UPDATE twinbase.capture SET collected = pg_current_xact_id() WHERE relid = $1::bigint::oid"
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('twinbase capture'), $1::bigint::oid::int)"
# Versions carry no time of day; the milestones, written on a timer, say which transaction it was at a time.
_HORIZON = "SELECT xid FROM twinbase.salt WHERE at <= $1 ORDER BY at DESC LIMIT 1"
# The newest gap of a table stays: it is the answer for cursors of any age. Of a table that is captured no more, because
# a loader has put another one in its place, nobody asks.
_COLLECT_GAPS = """
DELETE FROM twinbase.capture_gap g WHERE at < $1 AND (
    EXISTS (SELECT FROM twinbase.capture_gap newer WHERE newer.relid = g.relid AND newer.xid > g.xid)
    OR NOT EXISTS (SELECT FROM twinbase.capture c WHERE c.relid = g.relid))
"""
