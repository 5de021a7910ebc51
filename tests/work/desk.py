"""Sources for the tests of the worker, as small as can be, and workers in this process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
from pydantic import SecretStr

from twinbase import Exporter, Plugins, Run, Source, hookimpl
from twinbase_server.database.connection import Connection
from twinbase_server.jobs.schedule import TaskStatus, read_task_statuses
from twinbase_server.jobs.worker import Worker, WorkerPace
from twinbase_server.settings import Settings

QUICK = WorkerPace(look=timedelta(milliseconds=50), patience=timedelta(seconds=2))
SECONDS_MAX = 60.0


@dataclass
class Brings:
    """A plugin with these sources and exporters."""

    sources: tuple[Source, ...] = ()
    exporters: tuple[Exporter, ...] = ()

    @hookimpl
    def twinbase_sources(self) -> Iterable[Source]:
        return self.sources

    @hookimpl
    def twinbase_exporters(self) -> Iterable[Exporter]:
        return self.exporters


def plugins(*sources: Source, exporters: tuple[Exporter, ...] = ()) -> Plugins:
    return Plugins(Brings(sources, exporters))


async def bring(run: Run, what: str) -> int:
    """Write one row, as a source does; its number."""
    connection = await asyncpg.connect(run.database_url)
    try:
        return int(await connection.fetchval("INSERT INTO brought (what) VALUES ($1) RETURNING n", what))
    finally:
        await connection.close()


def counting(name: str, every: timedelta = timedelta(hours=1)) -> Source:
    """A source that brings one row a run."""

    async def run(run: Run) -> Mapping[str, Any]:
        run.tell(name, 1, 1)
        return {"rows": 1, "last": await bring(run, name)}

    return Source(name, run, every, project=False)


@dataclass
class Held:
    """A source whose run stays in its middle until it is let go; `inside` and `most` say how many are there at once."""

    name: str = "held"
    go: asyncio.Event = field(default_factory=asyncio.Event)
    inside: int = 0
    most: int = 0
    ended: list[str] = field(default_factory=list)

    async def run(self, run: Run) -> Mapping[str, Any]:
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            run.tell("rows", 3, 7)
            await self.go.wait()
            self.ended.append("done")
        except asyncio.CancelledError:
            self.ended.append("stopped")
            raise
        finally:
            self.inside -= 1
        return {}

    @property
    def source(self) -> Source:
        return Source(self.name, self.run, timedelta(hours=1), project=False)


@asynccontextmanager
async def working(
    url: str, plugins: Plugins, *, count: int = 1, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> AsyncIterator[list[Worker]]:
    """Workers, stopped with the block."""
    settings = Settings(database_url=SecretStr(url))
    workers = [Worker(settings, plugins, asyncio.Event(), clock=clock, pace=QUICK) for _ in range(count)]
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        yield workers
    finally:
        for worker in workers:
            worker.stop.set()
        async with asyncio.timeout(SECONDS_MAX):
            await asyncio.gather(*tasks)


async def until(condition: Callable[[], Awaitable[Any]], what: str) -> Any:
    """Wait for a condition to be seen; a failure says for which."""
    try:
        async with asyncio.timeout(SECONDS_MAX):
            while not (seen := await condition()):
                await asyncio.sleep(0.005)
            return seen
    except TimeoutError:
        raise AssertionError(f"never seen: {what}") from None


async def standing(office: Connection, name: str, kind: Any = "source") -> TaskStatus:
    (found,) = await read_task_statuses(office, kind, [name])
    return found


async def brought(office: Connection) -> list[str]:
    return [row["what"] for row in await office.fetch("SELECT what FROM brought ORDER BY n")]
