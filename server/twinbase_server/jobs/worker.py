"""The worker: runs sources and exporters when they are due, together with any number of other workers."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pgqueuer import QueueManager
from pgqueuer.errors import PgqException
from pgqueuer.models import Job

from twinbase.clock import Clock, utc_now
from twinbase.errors import TwinbaseError
from twinbase.plugins import Plugins
from twinbase_server.database.connection import Connection, Pool, open_pool
from twinbase_server.database.errors import DATABASE_ERRORS
from twinbase_server.files.configured import open_configured_store
from twinbase_server.files.preview import make_next_preview
from twinbase_server.jobs import deliveries, schedule
from twinbase_server.jobs.exporters import exporter_tasks, final_destinations
from twinbase_server.jobs.queue import make_queue, prune_queue
from twinbase_server.jobs.run import ConnectionLost, RunsAlready, run_task
from twinbase_server.jobs.sources import source_tasks
from twinbase_server.jobs.task import Task, describe_error
from twinbase_server.settings import Settings

JOBS_AT_ONCE = 8
JOBS_KEPT = timedelta(days=7)
HOUSE_EVERY = timedelta(hours=1)
AWAY_SECONDS_MAX = 30.0
CLOSE_SECONDS_MAX = 10.0
_log = logging.getLogger(__name__)
Say = Callable[[schedule.TaskStatus], None]


class QueueMissing(TwinbaseError):
    """The database lacks the tables of the queue. Run `twinbase db upgrade` first."""


@dataclass(frozen=True, slots=True)
class WorkerPace:
    """How often to look for what is due, and after how long without a sign of life another worker takes a job over."""

    look: timedelta = timedelta(seconds=2)
    patience: timedelta = timedelta(seconds=20)


@dataclass
class Worker:
    """`stop`: set it, and the worker ends as soon as what it runs has been stopped; those runs are due at once."""

    settings: Settings
    plugins: Plugins
    stop: asyncio.Event
    say: Say = lambda status: None
    clock: Clock = utc_now
    pace: WorkerPace = WorkerPace()
    tasks: dict[str, Task] = field(init=False)
    _house_at: datetime | None = None

    def __post_init__(self) -> None:
        every = (*source_tasks(self.plugins).values(), *exporter_tasks(self.plugins).values())
        self.tasks = {task.entry: task for task in every}

    @property
    def url(self) -> str:
        return self.settings.database_url.get_secret_value()

    async def run(self) -> None:
        """Work until stopped. PostgreSQL may go and come back; raises QueueMissing."""
        away = 1.0
        while not self.stop.is_set():
            try:
                await self._shift()
                away = 1.0
            except (*DATABASE_ERRORS, TimeoutError, PgqException) as error:
                _log.warning("PostgreSQL does not answer (%s); tried again in %.0f s.", describe_error(error), away)
                await _wait(self.stop.wait(), away)
                away = min(2 * away, AWAY_SECONDS_MAX)

    async def _shift(self) -> None:
        """Until stopped, or until the queue is lost."""
        pool = await open_pool(self.url, min_size=2, max_size=6, statement_cache_size=self.settings.statement_cache)
        try:
            await _check(pool)
            queue = self._queue(pool)
            await self._together(queue, self._look(pool, queue), self._make_previews(pool))
        finally:
            await _closed(pool)

    def _queue(self, pool: Pool) -> QueueManager:
        queue = make_queue(pool)
        for entry, task in self.tasks.items():
            queue.entrypoint(entry, concurrency_limit=1, accepts_context=False)(self._job(task))
        return queue

    def _job(self, task: Task) -> Callable[[Job], Awaitable[None]]:
        async def run(job: Job) -> None:
            await self._run_task(task)

        return run

    async def _run_task(self, task: Task) -> None:
        """Nothing is raised into the queue, which would keep the text of an error; what is due is offered again."""
        if self.stop.is_set():
            return  # It was due at once when it was stopped here: the next worker's, not begun again to be stopped.
        try:
            self.say(await run_task(task, self.url, self.clock, stop=self.stop))
        except RunsAlready:
            _log.info("%s %s is being run by somebody else.", task.kind, task.name)
        except ConnectionLost as error:
            _log.warning("%s", error)
        except Exception:
            _log.exception("%s %s could not be run.", task.kind, task.name)

    async def _together(self, queue: QueueManager, *beside: Awaitable[None]) -> None:
        """The queue, whoever fills it, and what is done beside; when one ends, so do the others."""
        jobs = asyncio.ensure_future(
            queue.run(
                dequeue_timeout=self.pace.look,
                batch_size=1,
                max_concurrent_tasks=JOBS_AT_ONCE,
                heartbeat_timeout=self.pace.patience,
                log_aggregation_interval=timedelta(0),
            )
        )
        others = [asyncio.ensure_future(work) for work in beside]
        try:
            await asyncio.wait([jobs, *others], return_when=asyncio.FIRST_COMPLETED)
        finally:
            queue.shutdown.set()
            for other in others:
                other.cancel()
            await asyncio.wait([jobs, *others])
        for done in (jobs, *others):
            if not done.cancelled() and (error := done.exception()):
                raise error

    async def _look(self, pool: Pool, queue: QueueManager) -> None:
        """Offer what is due, until stopped. A line that breaks here is made anew by the pool."""
        while not self.stop.is_set():
            try:
                async with pool.acquire(timeout=CLOSE_SECONDS_MAX) as connection:
                    await self._offer(connection, queue.queries)
                    await self._keep_house(connection)
            except (*DATABASE_ERRORS, TimeoutError) as error:
                _log.warning("What is due could not be looked up (%s); tried again.", describe_error(error))
            await _wait(self.stop.wait(), self.pace.look.total_seconds())

    async def _make_previews(self, pool: Pool) -> None:
        """Thumbnails of pictures that have come, one after the other, until stopped."""
        store = open_configured_store(self.settings)
        while not self.stop.is_set():
            made = False
            try:
                made = store is not None and await make_next_preview(pool, store, self.clock())
            except (*DATABASE_ERRORS, TimeoutError) as error:
                _log.warning("No thumbnail could be made (%s); tried again.", describe_error(error))
            await _wait(self.stop.wait(), 0 if made else self.pace.look.total_seconds())

    async def _offer(self, connection: Connection, queries: Any) -> None:
        now = self.clock()
        handed = await deliveries.find_due_destinations(connection, now, final_destinations(self.plugins))
        for task in await schedule.find_due_tasks(connection, self.tasks.values(), now):
            if task.kind == "source" or task.name in handed:
                await queries.enqueue(task.entry, None, dedupe_key=task.entry, on_conflict="skip")

    async def _keep_house(self, connection: Connection) -> None:
        """Once an hour: finished jobs and deliveries that nobody asks for any more."""
        now = self.clock()
        if self._house_at is not None and now < self._house_at:
            return
        self._house_at = now + HOUSE_EVERY
        await prune_queue(connection, now - JOBS_KEPT)
        kept = timedelta(days=self.settings.delivery_days)
        await deliveries.prune(connection, final_destinations(self.plugins), now - kept)


async def _check(pool: Pool) -> None:
    async with pool.acquire() as connection:
        if await connection.fetchval("SELECT to_regclass('twinbase.queue') IS NULL"):
            raise QueueMissing


async def _closed(pool: Pool) -> None:
    try:
        async with asyncio.timeout(CLOSE_SECONDS_MAX):
            await pool.close()
    except (*DATABASE_ERRORS, TimeoutError):
        pool.terminate()


async def _wait(sign: Awaitable[Any], seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await sign
