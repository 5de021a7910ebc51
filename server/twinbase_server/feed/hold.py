"""Tables held still while an answer reads them: TRUNCATE and an ALTER that rewrites do not respect a snapshot.

A loader begins, truncates, inserts, commits. A reader whose snapshot is older waits for the loader's lock, and finds an
empty table: the rows that its snapshot should see are gone, and those that came are too new for it. So before its first
row an answer takes the weakest lock on every table that it will read, and then looks whether one of them was written
anew since its snapshot was taken; if so, it begins again with another snapshot.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from twinbase.registry import Twin
from twinbase_server.database.connection import Connection
from twinbase_server.feed.columns import signature_sql
from twinbase_server.feed.cursor import Cursor
from twinbase_server.feed.proof import is_daily_proof_due, must_prove
from twinbase_server.feed.reading import Reading
from twinbase_server.feed.schemas import FeedShapes
from twinbase_server.sql.names import TableName, qualify_name

TRY_MILLISECONDS = 100
"""How long an answer keeps its connection while it waits for a table; then it tries again, and others go first."""


@dataclass(frozen=True, slots=True)
class Hold:
    """`locked`: the tables that others keep locked; the rest is held. `rewritten`: not as the snapshot sees it, or
    altered."""

    locked: frozenset[TableName]
    rewritten: bool


def twins_to_read(reading: Reading, shapes: FeedShapes, since: Cursor | None, *, everything: bool) -> Sequence[Twin]:
    """The twins whose tables an answer reads: all, or those that have to be sent or proven."""
    whole = everything or since is None or is_daily_proof_due(reading, since)
    return [shape.twin for shape in shapes.values() if whole or _is_due(reading, shape.twin, since)]


def _is_due(reading: Reading, twin: Twin, since: Cursor | None) -> bool:
    return since is None or must_prove(reading, twin, since)


async def hold_tables(
    connection: Connection, twins: Sequence[Twin], signatures: Mapping[TableName, int], *, patient: bool
) -> Hold | None:
    """Keep the tables of these twins as they are until the transaction ends. `signatures`: what their columns were.

    None when one is locked, to those who are `patient`: they come again with another transaction. To others it says
    which are.

    PostgreSQL's functions look at the newest catalog, a query at the snapshot's: the two name different files for a
    table that was written anew in between.
    """
    tables: frozenset[TableName] = frozenset().union(*(twin.reads.tables for twin in twins))
    if not tables:
        return Hold(frozenset(), False)
    locked: frozenset[TableName] = frozenset()
    try:
        if not await _lock(connection, tables):
            if patient:
                return None
            locked = frozenset([table for table in sorted(tables) if not await _lock(connection, [table])])
    except asyncpg.UndefinedTableError:
        return Hold(frozenset(), True)
    held = sorted(tables - locked)
    return Hold(locked, bool(held) and not await _are_as_known(connection, held, signatures))


async def _are_as_known(
    connection: Connection, tables: Sequence[TableName], signatures: Mapping[TableName, int]
) -> bool:
    row = await connection.fetchrow(_AS_THEY_ARE, *zip(*tables, strict=True))
    assert row is not None
    return not row["rewritten"] and list(row["signatures"]) == [signatures.get(table) for table in tables]


async def _lock(connection: Connection, tables: Collection[TableName]) -> bool:
    """Whether nobody else keeps these locked; what waits for a lock keeps others out as well."""
    names = ", ".join(qualify_name(schema, name) for schema, name in sorted(tables))
    try:
        await connection.execute(
            f"SAVEPOINT twinbase_hold; SET LOCAL lock_timeout = {TRY_MILLISECONDS};"
            f" LOCK TABLE {names} IN ACCESS SHARE MODE; RELEASE SAVEPOINT twinbase_hold"
        )
    except asyncpg.LockNotAvailableError:
        await connection.execute("ROLLBACK TO SAVEPOINT twinbase_hold; RELEASE SAVEPOINT twinbase_hold")
        return False
    return True


_AS_THEY_ARE = f"""
WITH RECURSIVE tree (oid) AS (
    SELECT c.oid FROM unnest($1::text[], $2::text[]) AS t (schema, name)
    JOIN pg_namespace n ON n.nspname = t.schema JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name
    UNION
    SELECT i.inhrelid FROM tree JOIN pg_inherits i ON i.inhparent = tree.oid
)
SELECT EXISTS (
    SELECT FROM tree JOIN pg_class c ON c.oid = tree.oid
    WHERE c.relfilenode <> 0 AND pg_relation_filenode(c.oid) IS DISTINCT FROM c.relfilenode) AS rewritten,
    ARRAY(SELECT {signature_sql("c.oid")}
          FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS t (schema, name, i)
          LEFT JOIN pg_namespace n ON n.nspname = t.schema
          LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name ORDER BY t.i) AS signatures
"""
