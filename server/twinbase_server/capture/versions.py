"""Reading the versions that capture wrote: what changed since a snapshot, and when a tombstone may go.

A version is the transaction that last changed a row's watched content. Since a snapshot means: by transactions that
the snapshot cannot see. Lower transactions may commit later, so versions are compared for equality, never for order.
"""

from collections.abc import Iterable
from datetime import datetime

from twinbase_server.capture.tables import CapturedTable, version_table
from twinbase_server.database.connection import Connection
from twinbase_server.sql.names import quoted
from twinbase_server.sql.unseen import Snapshot, changed_since_sql

COLLECT_ROWS = 5000


def row_version_sql(versions: str, base: int) -> str:
    """The version of a base row that was LEFT JOINed with its version row: without one, the capture base."""
    return f"coalesce({versions}.xid, '{base}'::xid8)"


def table_changed_sql(schema: str, name: str, *, xmax: str = "$1", xip: str = "$2") -> str:
    """A boolean: may anything in this captured table have changed since a snapshot? Costs O(log n).

    Counts rows, capture installed anew, and gaps. The table must be captured.
    """
    since = {"xmax": xmax, "xip": xip}
    return f"""(SELECT {changed_since_base_sql("c", **since)}
            OR EXISTS (SELECT FROM twinbase.capture_gap g WHERE g.relid = c.relid AND {changed_since_sql("g", **since)})
            OR EXISTS (SELECT FROM {version_table(schema, name)} v WHERE {changed_since_sql("v", **since)})
        FROM twinbase.capture c WHERE c.schema_name = {_literal(schema)} AND c.table_name = {_literal(name)})"""


def changed_since_base_sql(capture: str, *, xmax: str = "$1", xip: str = "$2") -> str:
    """Whether capture was installed anew since a snapshot; then every row of the table counts as changed."""
    return f"({capture}.base >= {xmax}::xid8 OR {capture}.base = ANY ({xip}::xid8[]))"


async def changed_tables(
    connection: Connection, tables: Iterable[tuple[str, str]], snapshot: Snapshot
) -> set[tuple[str, str]]:
    """Of these tables (schema, name), the ones in which anything may have changed: all that are not captured too."""
    asked = set(tables)
    captured = {(row["schema_name"], row["table_name"]) for row in await connection.fetch(_CAPTURED)}
    probed = sorted(asked & captured)
    if not probed:
        return asked
    picked = ", ".join(table_changed_sql(schema, name) for schema, name in probed)
    row = await connection.fetchrow(f"SELECT {picked}", snapshot.xmax, list(snapshot.xip))
    assert row is not None
    return {table for table, changed in zip(probed, row.values(), strict=True) if changed} | (asked - captured)


async def collect(connection: Connection, older_than: datetime) -> int:
    """Delete tombstones and gaps from before `older_than`, in short transactions; says how many tombstones.

    Any age is safe: the collection is noted, so a device that has not pulled since compares digests and finds the
    difference. A row that a writer holds at the
    moment is left for the next time, and a writer never waits for more than one short transaction (H19).
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
    keys = ", ".join(quoted(key) for key in table.key)
    async with connection.transaction():
        if not await connection.fetchval(_LOCK, relid):
            return 0
        status = await connection.execute(
            f"DELETE FROM {table.made('v')} WHERE ({keys}) IN (SELECT {keys} FROM {table.made('v')} "
            f"WHERE deleted AND xid < $1 ORDER BY {keys} LIMIT {COLLECT_ROWS} FOR UPDATE SKIP LOCKED)",
            horizon,
        )
        found = int(status.split()[-1])
        if found:
            await connection.execute(_NOTE_COLLECTED, relid)
    return found


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_CAPTURED = "SELECT relid::bigint AS relid, schema_name, table_name, key_columns FROM twinbase.capture ORDER BY 2, 3"
_NOTE_COLLECTED = "UPDATE twinbase.capture SET collected = pg_current_xact_id() WHERE relid = $1::bigint::oid"
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('twinbase capture'), $1::bigint::oid::int)"
# Versions carry no time of day; the salts, written on a timer, say which transaction it was at a time.
_HORIZON = "SELECT xid FROM twinbase.salt WHERE at <= $1 ORDER BY at DESC LIMIT 1"
# The newest gap of a table stays: it is the answer for cursors of any age.
_COLLECT_GAPS = """
DELETE FROM twinbase.capture_gap g WHERE at < $1
AND EXISTS (SELECT FROM twinbase.capture_gap newer WHERE newer.relid = g.relid AND newer.xid > g.xid)
"""
