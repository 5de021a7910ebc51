"""A device that listens: the engine's own background and listener, whose seconds pass when the simulation says so.

What the server sends is real, and so is what the device makes of it; between the two stands a line that may lose a hint
or break instead of bringing one.
"""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any, Literal

from tests.oracle.person import Mine
from tests.oracle.reckoning import Reckoning
from tests.oracle.scopes import scopes
from tests.oracle.simulation import Simulation

from twinbase.errors import HalfAnswer
from twinbase.replica.background import Background
from twinbase.replica.report import Report
from twinbase.replica.schedule import SyncPace
from twinbase.replica.sync.listen import NewsListener

Treatment = Literal["brought", "lost", "cut"]
PATIENCE_SECONDS = 120
"""Of the simulation: whatever takes longer never comes."""
PACE = SyncPace()
REGULAR_SECONDS = PACE.regular_seconds * (1 + PACE.jitter)
SOON_SECONDS = 2.0


class StandingTimer:
    """A clock of seconds that stands until somebody lets them pass. `rests`: whoever has it waits, and for nothing that
    has come already; `stirred` is set whenever a wait begins."""

    def __init__(self, stirred: asyncio.Event) -> None:
        self._now, self._stirred = 0.0, stirred
        self._waits: dict[asyncio.Event, float] = {}

    def now(self) -> float:
        return self._now

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        self._waits[event] = self._now + seconds
        self._stirred.set()
        try:
            await event.wait()
        finally:
            del self._waits[event]

    def advance(self, seconds: float) -> None:
        self._now += seconds
        for event, until in self._waits.items():
            if self._now >= until:
                event.set()

    @property
    def rests(self) -> bool:
        return bool(self._waits) and not any(event.is_set() for event in self._waits)


class HintLine:
    """An ASGI application behind a line on which hints are brought, or lost, or the stream breaks in their place."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self.treatment: Treatment = "brought"
        self.brought = self.cuts = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def pass_on(message: Any) -> None:
            if message.get("body", b"").startswith(b"event: news"):
                if self.treatment == "lost":
                    return
                if self.treatment == "cut":
                    self.cuts, self.treatment = self.cuts + 1, "brought"
                    raise OSError("the line broke")
                self.brought += 1
            await send(message)

        await self._application(scope, receive, pass_on if scope["path"].endswith("sync/events") else send)


class _Ear:
    """The engine's listener, and how many hints it has heard; `stirred` is set with each."""

    def __init__(self, listener: NewsListener, stirred: asyncio.Event) -> None:
        self._listener, self._stirred, self.heard = listener, stirred, 0
        self.note_synced, self.note_network = listener.note_synced, listener.note_network

    async def run(self, on_news: Callable[[], None], on_hello: Callable[[], None]) -> None:
        def hear() -> None:
            self.heard += 1
            on_news()
            self._stirred.set()

        await self._listener.run(hear, on_hello)


class ListeningDevice:
    """One device that syncs by itself and listens. `report`: of its last sync, None when that failed; `syncs`: how many
    there were."""

    def __init__(self, sim: Simulation, mine: Mine, rng: Random) -> None:
        self._sim, self.mine = sim, mine
        self._stirred = asyncio.Event()
        self._timer, self._patience = StandingTimer(self._stirred), StandingTimer(self._stirred)
        self.line = HintLine(sim.server.application)
        self.report: Report | None = None
        self.syncs = 0
        replica, syncing = mine.device.replica, mine.device.replica.syncing
        listener = NewsListener(
            syncing.server, replica.database, syncing.session, replica.status, timer=self._patience, rng=rng
        )
        self._ear = _Ear(listener, self._stirred)
        self._unwatch = replica.status.watch(lambda _: self._stirred.set())
        self._background = Background(self._sync, pace=PACE, timer=self._timer, rng=rng, listen=self._ear)
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> bool:
        """Sync for the first time, and listen from then on; whether it does."""
        self.mine.device.wire.application = self.line
        self._task = asyncio.create_task(self._background.run())
        await self._until(lambda: self._timer.rests)
        return self.report is not None and await self._hear_greeting()

    async def end(self) -> None:
        """The app is put away."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._unwatch()

    async def take_in(self) -> None:
        """What was brought by the line until now is heard, and what it calls for is done."""
        await self._until(lambda: self._ear.heard == self.line.brought or not self._hears)
        await self._until(lambda: self._timer.rests)
        while self._background.due - self._timer.now() <= SOON_SECONDS:
            self._timer.advance(SOON_SECONDS)
            await self._until(lambda: self._timer.rests)

    async def listen_again(self) -> None:
        """Where the line has broken, the time is up after which it is tried again: what was missed is told at once."""
        if not self.line.cuts:
            return
        self.line.cuts, heard = 0, self._ear.heard
        await self._until(lambda: not self._hears)
        await self._until(lambda: self._patience.rests)
        self._patience.advance(REGULAR_SECONDS)
        if await self._hear_greeting():
            await self._until(lambda: self._ear.heard > heard or not self._hears)
        else:
            await self.let_time_pass()

    async def let_time_pass(self) -> None:
        """The regular interval is over."""
        self._timer.advance(REGULAR_SECONDS)
        await self._until(lambda: self._timer.rests)
        await self.take_in()

    async def find_wrong(self) -> list[str]:
        """What this device lacks or has too much of, now that its last sync has ended well."""
        pending = await self.mine.device.sql(
            "SELECT 1 FROM _twinbase_outbox WHERE state IN ('pending', 'sent') LIMIT 1"
        )
        is_known = self._sim.server.has_all_of(self.mine.edition)
        if pending or not is_known or self.report is None or not self.report.is_proven:
            return []
        reckoning = Reckoning(self._sim)
        for twin, scope in scopes(self.mine.edition.version).items():
            await reckoning.compare(self.mine, twin, *scope)
        return reckoning.found

    @property
    def _hears(self) -> bool:
        return bool(self.mine.device.replica.status.now.hears_news)

    async def _hear_greeting(self) -> bool:
        await self._until(lambda: self._hears or self._patience.rests)
        return self._hears

    async def _until(self, holds: Callable[[], bool]) -> None:
        """Every step that this device takes by itself stirs; it is looked again then."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not holds():
                self._stirred.clear()
                await self._stirred.wait()

    async def _sync(self) -> Report:
        self.syncs += 1
        self.report = await self._sim.sync(self.mine)
        if self.report is None:
            raise HalfAnswer()
        return self.report
