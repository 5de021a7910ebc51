"""What is old is deleted in short transactions, a bounded number in a turn, by one server at a time."""

from collections.abc import Mapping

from twinbase_server.database.connection import Connection

BATCH_ROWS = 1000
TURN_BATCHES_MAX = 100
"""Of one kind. What is left then goes an hour later: 100,000 in an hour is more than anybody makes."""
HISTORY = ("ledger", "settled", "journal", "salt", "salvaged")
"""The tables that are history: nobody's rows, but what became of them."""


async def forget_rows(connection: Connection, sql: str, *values: object) -> int:
    """Run a statement that deletes some rows, and answers how many, until none is left or the turn is over.

    Its last parameter is the most that it may delete at once. While another server is at it nothing is done.
    """
    forgotten = 0
    for _ in range(TURN_BATCHES_MAX):
        async with connection.transaction():
            if not await connection.fetchval(_LOCK, sql):
                break
            found = int(await connection.fetchval(sql, *values, BATCH_ROWS))
        forgotten += found
        if found < BATCH_ROWS:
            break
    return forgotten


async def measure_history(connection: Connection) -> Mapping[str, int]:
    """Bytes of the tables that are history, and of their indexes, as PostgreSQL's statistics have it."""
    rows = await connection.fetch(HISTORY_SQL)
    return {row["name"]: row["bytes"] for row in rows}


_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('twinbase forgets ' || $1, 0))"
# A file never shrinks by itself: of it counts the part that rows take, which VACUUM and ANALYZE count as they go by.
# 28: the head of a row and its place in the page. Of a table that was never looked at, the whole file counts.
HISTORY_SQL = f"""
SELECT c.relname AS name, round(pg_total_relation_size(c.oid) * CASE
    WHEN c.reltuples < 0 OR c.relpages = 0 THEN 1
    ELSE least(1, c.reltuples * (28 + coalesce(s.width, 0)) / (c.relpages * 8192.0)) END)::bigint AS bytes
FROM pg_class c LEFT JOIN LATERAL (
    SELECT sum(avg_width) AS width FROM pg_stats WHERE schemaname = 'twinbase' AND tablename = c.relname) s ON true
WHERE c.relnamespace = 'twinbase'::regnamespace AND c.relname IN ({", ".join(f"'{name}'" for name in HISTORY)})
"""
