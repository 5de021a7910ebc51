"""A look at what is new: one transaction, which stays open until the next one, so that it can be asked how it was.

Two looks that follow each other are two snapshots. What the later one sees and the earlier one could not see is new;
and as the earlier one is open still, it says who saw a row before it was changed, moved out of a scope or deleted.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import asyncpg

from twinbase_server.capture.tables import version_table
from twinbase_server.database.connection import Connection
from twinbase_server.sql.names import TableName
from twinbase_server.sql.session import WIRE_SETTINGS_SQL
from twinbase_server.sql.unseen import SNAPSHOT_SQL, Snapshot, any_unseen_sql, parse_snapshot, unseen_sql

STATEMENT_MILLISECONDS = 1000
"""A question of a look that takes longer is given up: what it was about concerns everybody."""
LOCK_MILLISECONDS = 100
PUSHES_MAX = 1000
# As an answer reads: see feed/reading.py. The empty SELECT takes the snapshot, and what is locked after the savepoint
# is let go again: nobody who alters or truncates a table waits for a look.
_BEGIN = (
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
    f"SET LOCAL statement_timeout = {STATEMENT_MILLISECONDS}; SET LOCAL lock_timeout = {LOCK_MILLISECONDS};"
    "SET LOCAL idle_in_transaction_session_timeout = 60000; SET LOCAL row_security = off; SET LOCAL jit = off;"
    f"{WIRE_SETTINGS_SQL}"
    "SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL application_name = 'twinbase news';"
    "SELECT; SAVEPOINT twinbase_look"
)


@dataclass(frozen=True, slots=True)
class FoundNews:
    """What a look sees that the one before could not see. `changed`: tables in which rows were written; `marked`: those
    of which it is not known which rows; `pushed`: (device, transaction) of what devices wrote themselves.
    """

    snapshot: Snapshot
    generation: str
    changed: frozenset[TableName]
    marked: frozenset[TableName]
    pushed: frozenset[tuple[str, int]]

    @property
    def tables(self) -> frozenset[TableName]:
        return self.changed | self.marked


class NewsLook:
    """An open transaction on a connection of its own; every question to it is about one moment."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def begin(self) -> None:
        await self.connection.execute(_BEGIN)

    async def find_news(self, tables: Sequence[TableName], since: Snapshot) -> FoundNews:
        """What is new since a snapshot."""
        return await find_news(self.connection, tables, since)

    async def let_go(self) -> None:
        """No table is locked by it any more; its snapshot stays."""
        await self.connection.execute("ROLLBACK TO SAVEPOINT twinbase_look")

    async def end(self) -> None:
        await self.connection.execute("ROLLBACK")


async def read_snapshot(connection: Connection) -> Snapshot:
    """What this moment sees. It is the same text for as long as nobody has written anything."""
    return parse_snapshot(await connection.fetchval(f"SELECT {SNAPSHOT_SQL}"))


async def find_news(connection: Connection, tables: Sequence[TableName], since: Snapshot) -> FoundNews:
    """What this connection sees that a snapshot could not see."""
    row = await connection.fetchrow(find_news_sql(tuple(tables)), since.xmax, since.xip)
    assert row is not None
    return _found(row, tables)


def _found(row: asyncpg.Record, tables: Sequence[TableName]) -> FoundNews:
    changed = frozenset(table for table, mark in zip(tables, row["changed"], strict=True) if mark)
    marked = frozenset(zip(row["marked_schemas"], row["marked_names"], strict=True)).intersection(tables)
    pushed = frozenset(zip(map(str, row["replicas"]), row["xids"], strict=True))
    return FoundNews(parse_snapshot(row["snapshot"]), row["generation"] or "", changed, marked, pushed)


def find_news_sql(tables: Sequence[TableName]) -> str:
    """Parameters: $1 and $2, what the look before could see. One row; it walks indexes to one entry each."""
    probes = ", ".join(any_unseen_sql(version_table(*table)) for table in tables)
    marks = (
        f"SELECT schema_name, table_name FROM twinbase.capture c WHERE {unseen_sql('c.base')}"
        " UNION SELECT c.schema_name, c.table_name FROM twinbase.capture_gap g"
        f" JOIN twinbase.capture c ON c.relid = g.relid WHERE {unseen_sql('g.xid')} ORDER BY 1, 2"
    )
    pushed = unseen_rows_sql("SELECT DISTINCT replica, xid FROM twinbase.ledger", PUSHES_MAX)
    return f"""
SELECT {SNAPSHOT_SQL} AS snapshot,
    (SELECT id FROM twinbase.generation ORDER BY n DESC LIMIT 1) AS generation,
    ARRAY[{probes}]::boolean[] AS changed,
    ARRAY(SELECT m.schema_name FROM ({marks}) m) AS marked_schemas,
    ARRAY(SELECT m.table_name FROM ({marks}) m) AS marked_names,
    coalesce(p.replicas, '{{}}') AS replicas, coalesce(p.xids, '{{}}') AS xids
FROM (SELECT array_agg(o.replica) AS replicas, array_agg(o.xid::text::bigint) AS xids FROM ({pushed}) o) p"""


def unseen_rows_sql(select: str, most: str | int) -> str:
    """The rows of a SELECT that a snapshot could not see, so many at most: parameters as of `find_news_sql`.

    Both halves walk an index, whatever the planner believes: with one plan for all snapshots it would read the table.
    """
    later = f"{select} WHERE xid >= $1::xid8 ORDER BY xid LIMIT {most}"
    return f"({later}) UNION ALL ({select} WHERE xid = ANY ($2::xid8[]) ORDER BY xid LIMIT {most})"


async def list_rewritten(connection: Connection, tables: Collection[TableName]) -> frozenset[TableName]:
    """Of these tables, those that a transaction cannot see as they were: TRUNCATE and some ALTERs keep no old rows."""
    schemas, names = zip(*tables, strict=True)
    rows = await connection.fetch(_REWRITTEN, list(schemas), list(names))
    return frozenset((row["schema"], row["name"]) for row in rows)


# PostgreSQL's functions look at the newest catalog, a query at the snapshot's: see feed/hold.py.
_REWRITTEN = """
WITH RECURSIVE tree (schema, name, oid) AS (
    SELECT t.schema, t.name, c.oid FROM unnest($1::text[], $2::text[]) AS t (schema, name)
    JOIN pg_namespace n ON n.nspname = t.schema JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name
    UNION
    SELECT tree.schema, tree.name, i.inhrelid FROM tree JOIN pg_inherits i ON i.inhparent = tree.oid
)
SELECT DISTINCT tree.schema, tree.name FROM tree JOIN pg_class c ON c.oid = tree.oid
WHERE c.relfilenode <> 0 AND pg_relation_filenode(c.oid) IS DISTINCT FROM c.relfilenode
"""
