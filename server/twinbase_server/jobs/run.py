"""One run of a task: under a lock that ends with the process, watched, noted in `twinbase.schedule`."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from twinbase.clock import Clock
from twinbase.errors import TwinbaseError
from twinbase.source import Run, Tell
from twinbase_server.database.address import read_address
from twinbase_server.database.connection import connect
from twinbase_server.database.errors import DATABASE_ERRORS
from twinbase_server.jobs import schedule
from twinbase_server.jobs.task import Task, clean_text, describe_error

BEAT_SECONDS = 2.0
CONNECTION_SECONDS_MAX = 20.0
# PostgreSQL lets go of the lock soon after the machine that held it has vanished from the network.
_KEEPALIVES = {"tcp_keepalives_idle": "20", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
_log = logging.getLogger(__name__)


class RunsAlready(TwinbaseError):
    """It is running already. Wait for that run to end."""


class WantedToLeave(TwinbaseError):
    """The run called sys.exit(), which is for commands. Let it raise an error that says what went wrong."""


class ConnectionLost(TwinbaseError):
    """The line to PostgreSQL broke during a run, so the run was stopped. The next one goes on."""


@dataclass(slots=True)
class Turn:
    """The right to run a task: a connection of its own, which holds the lock as long as it lives."""

    connection: "asyncpg.Connection[asyncpg.Record]"
    lost: asyncio.Event = field(default_factory=asyncio.Event)

    async def beat(self, task: Task, progress: str, before: str) -> None:
        """See that the line is there, and leave how far the run has come."""
        try:
            if progress == before:
                await self.connection.execute("SELECT 1", timeout=CONNECTION_SECONDS_MAX)
            else:
                await schedule.note_progress(self.connection, task, progress)
        except (TimeoutError, *DATABASE_ERRORS):
            self.lost.set()


@asynccontextmanager
async def enter_lane(task: Task, url: str) -> AsyncIterator[Turn]:
    """The turn of a task; raises RunsAlready when somebody has it."""
    connection = await connect(url, command_timeout=CONNECTION_SECONDS_MAX, server_settings=_KEEPALIVES)
    turn = Turn(connection)
    connection.add_termination_listener(lambda _: turn.lost.set())
    try:
        if not await connection.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", task.lock):
            raise RunsAlready(f"{task.kind.capitalize()} {task.name!r}.")
        yield turn
    finally:
        with suppress(TimeoutError, *DATABASE_ERRORS):
            await connection.close(timeout=CONNECTION_SECONDS_MAX)


async def run_task(
    task: Task, url: str, clock: Clock, *, tell: Tell | None = None, stop: asyncio.Event | None = None
) -> schedule.TaskStatus:
    """Run a task now; answers where it stands afterwards. A failure is noted, and told by the answer.

    Raises RunsAlready, and ConnectionLost. `stop`: set it to stop the run, which is then due at once.
    """
    async with enter_lane(task, url) as turn:
        await _run(task, url, clock, turn, tell, stop or asyncio.Event())
        (status,) = await schedule.read_task_statuses(turn.connection, task.kind, [task.name])
        return status


async def _run(task: Task, url: str, clock: Clock, turn: Turn, tell: Tell | None, stop: asyncio.Event) -> None:
    due_at = await schedule.begin(turn.connection, task, clock())
    progress = _ProgressText(tell)
    work = asyncio.ensure_future(_begun(task, Run(read_address(url).url, clock(), progress)))
    try:
        await _watch(task, work, turn, progress, stop)
    except asyncio.CancelledError:
        await _cancelled(work)
        with suppress(TimeoutError, *DATABASE_ERRORS):
            await schedule.note_stopped(turn.connection, task, clock(), due_at)
        raise
    if turn.lost.is_set():
        await _cancelled(work)
        raise ConnectionLost(f"{task.kind.capitalize()} {task.name!r}.")
    if not work.done():
        await _cancelled(work)
        await schedule.note_stopped(turn.connection, task, now := clock(), now)
    else:
        await _note(task, work, turn, clock)


async def _begun(task: Task, run: Run) -> str:
    """Its figures as they are kept. Where they cannot be, it has failed: an end that is not noted is due at once."""
    try:
        return schedule.encode_figures(await task.run(run))
    except SystemExit as error:
        # It would end the loop, and with it the worker and whatever else that runs.
        raise WantedToLeave from error


async def _watch(
    task: Task, work: "asyncio.Future[str]", turn: Turn, progress: "_ProgressText", stop: asyncio.Event
) -> None:
    """Until the run has ended, or has to."""
    signs: list[asyncio.Future[Any]] = [asyncio.ensure_future(event.wait()) for event in (turn.lost, stop)]
    before = ""
    try:
        while not work.done() and not any(sign.done() for sign in signs):
            await asyncio.wait([work, *signs], timeout=BEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if not work.done() and not any(sign.done() for sign in signs):
                await turn.beat(task, progress.words, before)
                before = progress.words
    finally:
        for sign in signs:
            sign.cancel()


async def _cancelled(work: "asyncio.Future[Any]") -> None:
    work.cancel()
    await asyncio.wait([work])
    if not work.cancelled() and (error := work.exception()):
        _log.warning("A run that was being stopped failed.", exc_info=error)


async def _note(task: Task, work: "asyncio.Future[str]", turn: Turn, clock: Clock) -> None:
    error = asyncio.CancelledError() if work.cancelled() else work.exception()
    if error is None:
        await schedule.note_done(turn.connection, task, work.result(), clock())
        return
    _log.error("%s %s failed.", task.kind, task.name, exc_info=error)
    await schedule.note_failed(turn.connection, task, describe_error(error), clock())


class _ProgressText:
    """How far a run has come, in words, passed on to whoever watches."""

    def __init__(self, tell: Tell | None) -> None:
        self._tell = tell
        self.words = ""

    def __call__(self, subject: str, done: int, of: int | None) -> None:
        self.words = clean_text(f"{subject} {done:,}" + ("" if of is None else f" of {of:,}"))
        if self._tell is not None:
            self._tell(subject, done, of)
