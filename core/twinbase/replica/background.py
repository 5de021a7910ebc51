"""Sync in the background: regularly, soon after a write, at once when the network is back, patiently after failures."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Protocol

from twinbase.errors import NoEventLoop, TransportError, TwinbaseError, Unforeseen
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
        try:
            await asyncio.wait_for(event.wait(), max(0.0, seconds))
        except TimeoutError:
            return


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
    ) -> None:
        self._sync, self._has_more, self._watch_writes = sync, has_more, watch_writes
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
        self._schedule.note_network(self._timer.now())
        self._changed.set()

    async def run(self) -> None:
        """Wait, sync, plan the next; no error is the end of it: nobody awaits this task, so nobody would hear of it."""
        stop = self._watch_writes(self.note_write) if self._watch_writes else None
        try:
            while True:
                await self._wait_until_due()
                await self._once()
        finally:
            if stop is not None:
                stop()

    async def _wait_until_due(self) -> None:
        while (seconds := self._schedule.due - self._timer.now()) > 0:
            self._changed.clear()
            await self._timer.wait(self._changed, seconds)

    async def _once(self) -> None:
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
            self._schedule.note_success(
                self._timer.now(),
                more_to_send=more or report.has_files_to_send,
                unfinished=bool(report.files_problem),
                retry_after_seconds=report.files_retry_seconds,
            )
