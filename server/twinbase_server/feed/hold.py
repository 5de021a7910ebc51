"""Tables held still while an answer reads them: TRUNCATE and an ALTER that rewrites do not respect a snapshot.

A loader begins, truncates, inserts, commits. A reader whose snapshot is older waits for the loader's lock, and finds an
empty table: the rows that its snapshot should see are gone, and those that came are too new for it. So before its first
row an answer takes the weakest lock on every table that it will read, and then looks whether one of them was written
anew since its snapshot was taken; if so, it begins again with another snapshot.
"""

from collections.abc import Collection

from twinbase.registry import Twin
from twinbase_server.database.connection import Connection
from twinbase_server.feed.cursor import Cursor
from twinbase_server.feed.proof import is_daily_proof_due, must_prove
from twinbase_server.feed.reading import Reading
from twinbase_server.feed.schemas import FeedShapes
from twinbase_server.sql.names import TableName, qualify_name


def tables_to_read(
    reading: Reading, shapes: FeedShapes, since: Cursor | None, *, everything: bool
) -> frozenset[TableName]:
    """The tables that an answer reads: of all twins, or of those that have to be sent or proven."""
    whole = everything or since is None or is_daily_proof_due(reading, since)
    read = (shape.twin for shape in shapes.values() if whole or _is_due(reading, shape.twin, since))
    return frozenset().union(*(twin.reads.tables for twin in read))


def _is_due(reading: Reading, twin: Twin, since: Cursor | None) -> bool:
    return since is None or must_prove(reading, twin, since)


async def hold_tables(connection: Connection, tables: Collection[TableName]) -> bool:
    """Keep these tables as they are until the transaction ends; whether they are as its snapshot sees them.

    PostgreSQL's functions look at the newest catalog, a query at the snapshot's: the two name different files for a
    table that was written anew in between.
    """
    if not tables:
        return True
    names = ", ".join(qualify_name(schema, name) for schema, name in sorted(tables))
    await connection.execute(f"LOCK TABLE {names} IN ACCESS SHARE MODE")
    return not await connection.fetchval(_REWRITTEN, *zip(*tables, strict=True))


_REWRITTEN = """
WITH RECURSIVE tree (oid) AS (
    SELECT c.oid FROM unnest($1::text[], $2::text[]) AS t (schema, name)
    JOIN pg_namespace n ON n.nspname = t.schema JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name
    UNION
    SELECT i.inhrelid FROM tree JOIN pg_inherits i ON i.inhparent = tree.oid
)
SELECT EXISTS (
    SELECT FROM tree JOIN pg_class c ON c.oid = tree.oid
    WHERE c.relfilenode <> 0 AND pg_relation_filenode(c.oid) IS DISTINCT FROM c.relfilenode)
"""
