"""Create every table and fill it by COPY, over one or two connections."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import date

import asyncpg

from twinbase_demo.erp.copy_text import columns_and_text
from twinbase_demo.erp.ddl import create_table
from twinbase_demo.erp.ebp_tables import ebp_tables
from twinbase_demo.erp.rows import rows_of
from twinbase_demo.erp.world import GeneratedWorld

CONNECTIONS = 2

OnTable = Callable[[str, int, int], None]


class DatabaseNotEmpty(Exception):
    """Schema public already has tables of these names. Generate into an empty database, or drop them first."""


@dataclass(frozen=True, slots=True)
class GeneratedTableReport:
    rows: int
    seconds: float


@dataclass(frozen=True, slots=True)
class GeneratedReport:
    """What was loaded: rows and seconds of each table, and the seconds of the whole (tables load side by side)."""

    tables: dict[str, GeneratedTableReport]
    seconds: float

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())


async def generate(
    connection_or_url: "asyncpg.Connection[asyncpg.Record] | str",
    *,
    seed: int = 1,
    scale: float = 1.0,
    today: date,
    progress: OnTable | None = None,
) -> GeneratedReport:
    """Build the database in schema public, as it would be on the morning of `today`.

    The same seed, scale and day give the same bytes. A URL loads over two connections; a connection over that one,
    where an open transaction of yours holds the whole. `progress` hears (table, rows so far, rows in all) after each.
    At full size it takes about 15 seconds on two cores that do nothing else.
    """
    started = time.perf_counter()
    world = GeneratedWorld(seed, scale, today)
    loader = _Loader(world, progress)
    if not isinstance(connection_or_url, str):
        await loader.start(connection_or_url)
        await loader.run(connection_or_url)
    else:
        await _over_two(connection_or_url, loader)
    reports = {name: loader.reports[name] for name in ebp_tables()}
    return GeneratedReport(reports, time.perf_counter() - started)


async def _over_two(url: str, loader: "_Loader") -> None:
    connections = await asyncio.gather(*(asyncpg.connect(url) for _ in range(CONNECTIONS)))
    try:
        await loader.start(connections[0])
        async with asyncio.TaskGroup() as group:
            for connection in connections:
                group.create_task(loader.run(connection))
    except BaseExceptionGroup as group_error:
        raise group_error.exceptions[0] from None
    finally:
        await asyncio.gather(*(connection.close() for connection in connections))


class _Loader:
    """The tables still to do, largest first; each connection takes the next."""

    def __init__(self, world: GeneratedWorld, progress: OnTable | None) -> None:
        self._world = world
        self._progress = progress
        self._todo = deque(sorted(ebp_tables(), key=lambda name: -world.rows[name] * len(ebp_tables()[name].columns)))
        self.reports: dict[str, GeneratedTableReport] = {}

    async def start(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        found = await connection.fetchval(
            "SELECT string_agg(tablename, ', ' ORDER BY tablename) FROM pg_tables"
            " WHERE schemaname = 'public' AND tablename = ANY ($1::text[])",
            list(ebp_tables()),
        )
        if found:
            raise DatabaseNotEmpty(f"{DatabaseNotEmpty.__doc__} Found: {found[:200]}")

    async def run(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        while self._todo:
            name = self._todo.popleft()
            self.reports[name] = await self._load(connection, name)
            if self._progress:
                loaded = sum(report.rows for report in self.reports.values())
                self._progress(name, loaded, sum(self._world.rows.values()))

    async def _load(self, connection: "asyncpg.Connection[asyncpg.Record]", name: str) -> GeneratedTableReport:
        """One table in one transaction: created and full, or not there. As nobody saw it, its rows come frozen."""
        started = time.perf_counter()
        async with connection.transaction():
            await connection.execute(create_table(ebp_tables()[name]))
            columns, chunks = columns_and_text(rows_of(self._world, name))
            if columns:
                await connection.copy_to_table(
                    name, schema_name="public", source=_stream(chunks), columns=columns, format="text", freeze=True
                )
        return GeneratedTableReport(self._world.rows[name], time.perf_counter() - started)


async def _stream(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
        # Let the other connection feed its table too.
        await asyncio.sleep(0)
