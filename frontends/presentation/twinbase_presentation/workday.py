"""What all screens of one person on one device have in common."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from platformdirs import user_documents_path, user_pictures_path

from twinbase.clock import Clock, utc_now
from twinbase_mobile.reading import ProductSearch
from twinbase_mobile.reading.moments import PARIS, Zone, local_day, local_time
from twinbase_presentation.device.own_device import OwnDevice
from twinbase_presentation.held import HeldActs
from twinbase_presentation.languages import Language
from twinbase_presentation.runner import Runner
from twinbase_presentation.timing import LoopTiming, Timing

_log = logging.getLogger(__name__)


@dataclass
class Workday:
    """Who works, on which replica, in which language, and what time it is there.

    `timing` is for pauses of seconds, `clock` for the time of day; both are arguments, so that a test moves them.
    `pictures`: the folder in which a picture is looked for first; `documents`: the one into which reports are written.
    """

    runner: Runner
    me: UUID
    language: Language
    clock: Clock = utc_now
    zone: Zone = PARIS
    timing: Timing = field(default_factory=LoopTiming)
    pictures: Path = field(default_factory=user_pictures_path)
    documents: Path = field(default_factory=user_documents_path)
    products: ProductSearch = field(default_factory=ProductSearch)
    device: OwnDevice = field(default_factory=OwnDevice)

    def __post_init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self.held = HeldActs(self.timing, self.spawn)
        self._away: list[Callable[[], None]] = []

    def read_now(self) -> datetime:
        """The time, on the clocks of the zone."""
        now = local_time(self.clock(), self.zone)
        assert now is not None
        return now

    @property
    def today(self) -> date:
        return local_day(self.clock(), self.zone)

    def spawn(self, work: Awaitable[None]) -> None:
        """Have the loop do it; nobody waits, so what it raises is said in the log."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._note_ended)

    def _note_ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("Something that nobody waits for has failed.", exc_info=error)

    @property
    def is_away(self) -> bool:
        """Whether somebody is in another app for this one, in a browser say, and comes back."""
        return bool(self._away)

    @contextmanager
    def being_away(self, end: Callable[[], None]) -> Iterator[None]:
        """Somebody is, inside of the block; `end` is called where the day is left meanwhile."""
        self._away.append(end)
        try:
            yield
        finally:
            self._away.remove(end)

    async def leave(self) -> None:
        """The day is left: nobody who is away is waited for, and the rest is settled."""
        for end in list(self._away):
            end()
        await self.settle()

    async def settle(self) -> None:
        """Write what is held, and wait for what still runs: before the app goes to the background, or ends."""
        await self.held.release()
        await self.finish_tasks()

    async def finish_tasks(self) -> None:
        """Wait for what still runs, and for what that begins."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def observe_status(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` when the sync has come further; what is answered stops it."""
        return self.runner.watch("status", callback)
