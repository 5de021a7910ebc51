"""News at once: from a commit in PostgreSQL to the row in a session of a device, with hundreds of others connected."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from statistics import median, quantiles
from time import perf_counter
from typing import Any
from uuid import UUID

from sqlmodel import col, func, select

from twinbase.replica.file.state import read_state
from twinbase.replica.replica import Replica
from twinbase.replica.status import SyncStatus
from twinbase.replica.sync.exchange import ChangedKeys
from twinbase_server.bench.fill import open_connection
from twinbase_server.bench.listeners import QuietListener, connect_listeners, make_listeners
from twinbase_server.bench.pairs import Result, make_limit_result
from twinbase_server.bench.process import ServerProcess
from twinbase_server.bench.sizes import BenchSizes
from twinbase_server.bench.tables import BenchJob
from twinbase_server.bench.testbed import Testbed
from twinbase_server.database.connection import Connection

ONE_MS_MAX, ONE_LATE_MS_MAX, MANY_MS_MAX, LISTENER_KB_MAX = 30.0, 200.0, 200.0, 60.0
COMMITS_PER_SECOND = 20
PAUSE_SECONDS = 0.7
"""Between two measurements: longer than a device waits between two syncs that only news have called for."""
_WRITE = "UPDATE bench.job SET minutes = $2, updated_at = now() WHERE id = ANY($1::uuid[])"
WRITE_OF_OTHERS = "UPDATE bench.job SET minutes = coalesce(minutes, 0) + 1 WHERE sector = $1"
# One job for each of those who listen, like any other.
JOBS_OF_OTHERS = """
INSERT INTO bench.job
SELECT r.* FROM unnest($1::text[]) AS s (sector), (SELECT to_jsonb(j) AS row FROM bench.job j LIMIT 1) o,
    jsonb_populate_record(
        NULL::bench.job, o.row || jsonb_build_object('id', gen_random_uuid(), 'sector', s.sector)) r
"""


class NewsBench:
    """One device with a file, whose sync runs by itself, and `listeners` others that only listen."""

    def __init__(self, testbed: Testbed, server: ServerProcess, replica: Replica, sizes: BenchSizes) -> None:
        self._testbed, self._server, self._replica, self._sizes = testbed, server, replica, sizes
        self._chance = random.Random(sizes.listeners)
        self._wanted: set[UUID] = set()
        self._whole = asyncio.Event()
        self._value = 0
        self._began_at = 0.0
        self.until_sync: list[float] = []

    async def measure(self) -> list[Result]:
        """The rows of the table about news."""
        office, schema = self._testbed.connection, (await self._replica.database.look(read_state)).schema
        listeners = await make_listeners(office, self._sizes.listeners, schema)
        await office.execute(JOBS_OF_OTHERS, [one.sector for one in listeners])
        keys = [row[0] for row in await office.fetch("SELECT id FROM bench.job WHERE sector NOT LIKE 'listener %'")]
        async with connect_listeners(self._server, listeners[:10]):
            before = self._server.read_bytes()
            async with connect_listeners(self._server, listeners[10:]):
                each = (self._server.read_bytes() - before) / 1024 / max(1, len(listeners) - 10)
                async with self._hearing(), self._writing(listeners):
                    one = [await self._time_news(self._chance.sample(keys, 1)) for _ in range(self._sizes.news)]
                    many = [
                        await self._time_news(self._chance.sample(keys, self._sizes.changed))
                        for _ in range(self._sizes.news // 2)
                    ]
        began = {"until_sync_ms": round(median(self.until_sync[: len(one)]), 1)}
        return _make_results(
            one, many, each, self._sizes, {**began, "hints": sum(listener.heard for listener in listeners)}
        )

    @asynccontextmanager
    async def _hearing(self) -> AsyncIterator[None]:
        """The device's sync runs by itself, and it hears of news."""
        self._replica.syncing.observers[:] = [self._note_arrived]
        stop = self._replica.status.watch(self._note_status)
        task = asyncio.create_task(self._replica.background().run())
        async with asyncio.timeout(60):
            async for status in self._replica.status.follow_changes():
                if status.hears_news and not status.is_syncing:
                    break
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        stop()
        self._replica.syncing.observers.clear()

    @asynccontextmanager
    async def _writing(self, listeners: Sequence[QuietListener]) -> AsyncIterator[None]:
        """Meanwhile the office writes rows of others, twenty times a second, each in a transaction of its own."""
        connection = await open_connection(self._testbed.url)
        task = asyncio.create_task(self._write_for_others(connection, listeners))
        yield
        assert not task.done(), "the others' rows were not written"
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await connection.close()

    async def _write_for_others(self, connection: Connection, listeners: Sequence[QuietListener]) -> None:
        due = asyncio.get_running_loop().time()
        while True:
            await connection.execute(WRITE_OF_OTHERS, self._chance.choice(listeners).sector)
            due += 1 / COMMITS_PER_SECOND
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))

    async def _time_news(self, keys: Sequence[UUID]) -> float:
        """The milliseconds from the answer to a commit to the rows in a session of the device."""
        await asyncio.sleep(PAUSE_SECONDS * (1 + self._chance.random()))
        self._value, self._wanted = self._value + 1, set(keys)
        self._whole.clear()
        await self._testbed.connection.execute(_WRITE, keys, self._value)
        start, self._began_at = perf_counter(), 0.0
        async with asyncio.timeout(60):
            await self._whole.wait()
        async with self._replica.read() as session:
            written = select(func.count()).where(col(BenchJob.minutes) == self._value, col(BenchJob.id).in_(keys))
            assert (await session.exec(written)).one() == len(keys)
        self.until_sync.append((self._began_at - start) * 1000)
        return (perf_counter() - start) * 1000

    def _note_status(self, status: SyncStatus) -> None:
        if status.is_syncing and not self._began_at:
            self._began_at = perf_counter()

    def _note_arrived(self, keys: ChangedKeys) -> None:
        arrived = keys.get("job")
        self._wanted -= self._wanted if arrived is None else {UUID(str(key[0])) for key in arrived}
        if not self._wanted:
            self._whole.set()


def _make_results(
    one: list[float], many: list[float], each: float, sizes: BenchSizes, detail: Mapping[str, Any]
) -> list[Result]:
    among = f"{sizes.listeners:,} others connected, {COMMITS_PER_SECOND} commits/s"
    late = quantiles(one, n=20)[-1]
    return [
        make_limit_result(
            "news", f"commit to row in a session, {among}: half", median(one), ONE_MS_MAX, "ms", len(one), **detail
        ),
        make_limit_result("news late", "the same: 95 of 100", late, ONE_LATE_MS_MAX, "ms", len(one)),
        make_limit_result(
            "news many", f"the same for {sizes.changed} rows: half", median(many), MANY_MS_MAX, "ms", len(many)
        ),
        make_limit_result(
            "listener memory", "the server's memory for each that listens", each, LISTENER_KB_MAX, "kB", sizes.listeners
        ),
    ]
