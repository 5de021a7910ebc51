"""Sync in the background: regularly, soon after a write, at once when the network is back, patiently after failures."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol

from twinbase.errors import HalfAnswer, NoEventLoop, Offline, TransportError, TwinbaseError, Unforeseen
from twinbase.replica.report import Report
from twinbase.replica.schedule import Schedule, SyncPace

_log = logging.getLogger(__name__)
WatchWrites = Callable[[Callable[[], None]], Callable[[], None]]
"""Takes what is to be called after a write; answers what stops it."""


class Timer(Protocol):
    """Seconds that only grow, and a wait that ends early when the event is set."""

    def now(self) -> float: ...

    async def wait(self, event: asyncio.Event, seconds: float) -> None: ...


class LoopTimer:
    """The event loop's own clock."""

    def now(self) -> float:
        try:
            return asyncio.get_running_loop().time()
        except RuntimeError:
            raise NoEventLoop() from None

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        # Not `wait_for`: in Python 3.11 it forgets a cancellation that comes in the moment in which the event is set.
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, seconds)):
                await event.wait()


class Listen(Protocol):
    """Whatever hears of the server's news: `run` calls the first when there are any, and the second when the server was
    reached."""

    async def run(self, on_news: Callable[[], None], on_hello: Callable[[], None]) -> None: ...

    def note_synced(self) -> None: ...

    def note_network(self) -> None: ...


class Background:
    """Syncs until it is cancelled, whatever a sync ends with.

    It hears of every commit that wrote to a twin through this replica. `note_network()` says that the network is back,
    `note_write()` that another process has written; either may be called at any time from the event loop.
    """

    def __init__(
        self,
        sync: Callable[[], Awaitable[Report]],
        *,
        pace: SyncPace | None = None,
        timer: Timer | None = None,
        rng: random.Random | None = None,
        has_more: Callable[[], Awaitable[bool]] | None = None,
        watch_writes: WatchWrites | None = None,
        listen: Listen | None = None,
    ) -> None:
        self._sync, self._has_more, self._watch_writes, self._listen = sync, has_more, watch_writes, listen
        self._timer = timer or LoopTimer()
        self._schedule = Schedule(pace or SyncPace(), self._timer.now(), rng or random.Random())
        self._changed = asyncio.Event()
        self.last_error: Exception | None = None

    @property
    def due(self) -> float:
        """When the next sync will start, in the clock's seconds."""
        return self._schedule.due

    def note_write(self) -> None:
        """Something was written, by another process say: sync soon, when the typing pauses."""
        self._schedule.note_write(self._timer.now())
        self._changed.set()

    def note_network(self) -> None:
        """There is a network again: sync at once, whatever failed before."""
        if self._listen is not None:
            self._listen.note_network()
        self._schedule.note_network(self._timer.now())
        self._changed.set()

    def note_news(self) -> None:
        """The server has something new, as a push notification says perhaps: sync at once, and once more if a sync
        runs."""
        self._schedule.note_news(self._timer.now())
        self._changed.set()

    def _note_hello(self) -> None:
        """The server was reached: what failed for want of a network need not wait."""
        if isinstance(self.last_error, Offline | HalfAnswer):
            self._schedule.note_network(self._timer.now())
            self._changed.set()

    async def run(self) -> None:
        """Wait, sync, plan the next; no error is the end of it: nobody awaits this task, so nobody would hear of it."""
        stop = self._watch_writes(self.note_write) if self._watch_writes else None
        listening = self._listen and asyncio.create_task(self._listen.run(self.note_news, self._note_hello))
        try:
            while True:
                await self._wait_until_due()
                await self._once()
        finally:
            if stop is not None:
                stop()
            if listening:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)

    async def _wait_until_due(self) -> None:
        while (seconds := self._schedule.due - self._timer.now()) > 0:
            self._changed.clear()
            await self._timer.wait(self._changed, seconds)

    async def _once(self) -> None:
        self._schedule.note_begin(self._timer.now())
        try:
            report = await self._sync()
            more = await self._has_more() if self._has_more else False
        except TwinbaseError as error:
            if isinstance(error, Unforeseen):
                _log.exception("A sync in the background failed; it is tried again.")
            self.last_error = error
            wait = error.retry_after_seconds if isinstance(error, TransportError) else None
            self._schedule.note_failure(self._timer.now(), retry_after_seconds=wait)
        except Exception as error:
            _log.exception("A sync in the background failed; it is tried again.")
            self.last_error = error
            self._schedule.note_failure(self._timer.now())
        else:
            self.last_error = None
            if self._listen is not None:
                self._listen.note_synced()
            self._schedule.note_success(
                self._timer.now(),
                more_to_send=more or report.has_files_to_send,
                unfinished=bool(report.files_problem),
                retry_after_seconds=report.files_retry_seconds,
            )
