"""How many rows a first sync will bring, for a screen that shows how far it is. It is a help and no promise: counted up
to a number and for a time, and left out of the answer where that does not do."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

import asyncpg

from twinbase_server.feed.reading import Reading
from twinbase_server.feed.statements import FeedShape

COUNTED_MAX = 20_000
"""Of a twin so many rows are counted; of one that everybody sees whole, the statistics say how many more there are."""
SECONDS_MAX = 0.5
_ANALYSED = "SELECT reltuples::bigint FROM pg_class WHERE oid = $1::text::regclass"


async def count_expected(reading: Reading, shapes: Iterable[FeedShape]) -> dict[str, int]:
    """About how many rows of each twin the answer holds; the twins that it took too long to count are missing."""
    found: dict[str, int] = {}
    end = asyncio.get_running_loop().time() + SECONDS_MAX
    execute = reading.connection.execute
    await execute(f"SAVEPOINT expected; SET LOCAL statement_timeout = {int(SECONDS_MAX * 1000)}")
    with suppress(asyncpg.QueryCanceledError):
        for shape in shapes:
            if asyncio.get_running_loop().time() > end:
                break
            found[shape.twin.name] = await _count(reading, shape)
    # The timeout of before comes back with it.
    await execute("ROLLBACK TO SAVEPOINT expected; RELEASE SAVEPOINT expected")
    return found


async def _count(reading: Reading, shape: FeedShape) -> int:
    """A twin that is left out of this answer brings none."""
    if shape.twin.name in reading.locked:
        return 0
    rows = f"SELECT FROM {shape.table} WHERE {shape.condition.sql} LIMIT {COUNTED_MAX}"
    values = shape.bind(reading.caller.identity, reading.as_of)
    counted: int = await reading.connection.fetchval(f"SELECT count(*) FROM ({rows}) counted", *values)
    if counted < COUNTED_MAX or shape.twin.filtered:
        return counted
    return max(counted, await reading.connection.fetchval(_ANALYSED, shape.table) or 0)
