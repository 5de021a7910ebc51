"""The replica on a thread of its own, with a loop of its own: a screen asks, and never waits for the processor.

runner = Runner()
await runner.open(lambda: Replica.open(path, key, plugins=plugins, server=server))
day = await runner.read(lambda session: my_day(session, me, now=now))
runner.close()
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from twinbase.errors import ReplicaClosed
from twinbase.replica import Replica, ReplicaSession
from twinbase.replica.background import Background
from twinbase.replica.schedule import SyncPace
from twinbase.replica.status import SyncStatus
from twinbase_presentation.timing import AtMostEvery, LoopTiming
from twinbase_presentation.turns import Turns

Answer = TypeVar("Answer")
Work = Callable[[Replica], Awaitable[Answer]]
SECONDS_TO_END = 10
"""What runs for longer when the app ends is left: nobody waits for it, and nothing of a file is open any more."""
SECONDS_BETWEEN = 0.1
"""A callback is called at most ten times a second."""
STATUS, FILES, ROWS = "status", "files", "rows:"
"""Topics; of rows, with the twin's name behind it."""


class Runner:
    """One thread, one loop, one replica in it with its background sync.

    What `ask` answers is a frozen value: a row of a session, or a session, belongs to the other thread.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """`loop`: one that runs already, for whoever needs no thread; `let_go` ends it then, and not `close`."""
        self._loop = loop or asyncio.new_event_loop()
        self._thread: threading.Thread | None = None
        if loop is None:
            self._thread = threading.Thread(target=self._loop.run_forever, name="twinbase replica", daemon=True)
            self._thread.start()
        self._replica: Replica | None = None
        self._background: Background | None = None
        self._syncing: asyncio.Task[None] | None = None
        self._listeners: dict[str, list[_Listener]] = {}
        self._asked: set[asyncio.Task[Any]] = set()
        self._turns = Turns()
        self._pace: SyncPace | None = None
        self._is_closed = False

    @property
    def is_open(self) -> bool:
        """Whether there is a replica to ask."""
        return self._replica is not None

    @property
    def status(self) -> SyncStatus:
        """Where the sync is at this moment."""
        return SyncStatus() if self._replica is None else self._replica.status.now

    async def open(self, open_replica: Callable[[], Awaitable[Replica]]) -> None:
        """Open a replica over there, in place of the one before it. What it raises is raised here."""
        await self._over_there(self._open(open_replica))

    async def ask(self, work: Work[Answer]) -> Answer:
        """What `work(replica)` answers, which runs over there; its error is raised here. When whoever waits is
        cancelled, the work is cancelled too."""
        return await self._over_there(self._work(work))

    async def work(self, work: Callable[[], Awaitable[Answer]]) -> Answer:
        """What `work()` answers, over there: it needs a network and no file."""

        async def working() -> Answer:
            return await work()

        return await self._over_there(working())

    async def read(self, work: Callable[[ReplicaSession], Awaitable[Answer]]) -> Answer:
        """What `work(session)` answers, over one moment of the file."""

        async def reading(replica: Replica) -> Answer:
            async with replica.read() as session:
                return await work(session)

        return await self.ask(reading)

    async def write(self, work: Callable[[ReplicaSession], Awaitable[Answer]]) -> Answer:
        """The same in one local transaction, which is committed behind it. It is finished, also when whoever waits is
        cancelled: a screen that is left takes nothing back."""

        async def writing(replica: Replica) -> Answer:
            async with replica.session() as session:
                answer = await work(session)
                await session.commit()
                return answer

        return await asyncio.shield(asyncio.ensure_future(self.ask(writing)))

    async def ask_alone(self, work: Work[Answer]) -> Answer:
        """The same as `ask`, while nothing else reads, writes or syncs: what is asked meanwhile waits. It is finished,
        also when whoever waits is cancelled."""
        return await asyncio.shield(asyncio.ensure_future(self._over_there(self._work_alone(work))))

    def watch(self, topic: str, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` in the loop that runs now when something of the topic has changed, at most ten times a
        second; what is answered stops it. The last change is always told.

        `status`: see `Runner.status`. `rows:interventions`: a row of that twin may be another one. `files`: an
        attachment has moved.
        """
        listener = _Listener(asyncio.get_running_loop(), callback)
        self._listeners.setdefault(topic, []).append(listener)

        def stop() -> None:
            listener.is_stopped = True
            with suppress(ValueError):
                self._listeners[topic].remove(listener)

        return stop

    async def start_syncing(self, *, pace: SyncPace | None = None) -> None:
        """Sync by itself from now on: see `Replica.background`. A second call changes nothing."""
        await self._over_there(self._start(pace))

    def note_network(self) -> None:
        """There is another network, or none any more: sync at once, and once more if a sync runs that began before."""
        if (background := self._background) is not None:
            self._loop.call_soon_threadsafe(background.note_network)
            self._loop.call_soon_threadsafe(background.note_news)

    async def let_go(self) -> None:
        """Close the file, and ask nothing of it until another `open`: the app is locked, or somebody else signs in."""
        await self._over_there(self._let_go_when_free())

    def close(self) -> None:
        """End what runs, close the file, end the thread. Call it from any other thread; a second call does nothing."""
        if self._is_closed or self._thread is None:
            return
        self._is_closed = True
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _over_there(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        if self._is_closed:
            work.close()
            raise ReplicaClosed()
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._note_asked(work), self._loop))

    async def _note_asked(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        task = asyncio.current_task()
        assert task is not None
        self._asked.add(task)
        try:
            return await work
        finally:
            self._asked.discard(task)

    async def _work(self, work: Work[Answer]) -> Answer:
        async with self._turns.take_one():
            if self._replica is None:
                raise ReplicaClosed()
            return await work(self._replica)

    async def _work_alone(self, work: Work[Answer]) -> Answer:
        async with self._turns.take_all():
            if self._replica is None:
                raise ReplicaClosed()
            was_syncing = await self._stop_syncing()
            try:
                return await work(self._replica)
            finally:
                if was_syncing:
                    await self._start(self._pace)

    async def _open(self, open_replica: Callable[[], Awaitable[Replica]]) -> None:
        await self._let_go_when_free()
        replica = self._replica = await open_replica()
        replica.status.watch(lambda status: self._tell(STATUS))
        replica.syncing.observers.append(self._tell_rows)
        replica.database.watch_writes(partial(self._tell_rows, {twin.name: None for twin in replica.registry}))
        replica.attachments.watch(lambda sha256: self._tell(FILES))
        self._tell(STATUS)

    async def _start(self, pace: SyncPace | None) -> None:
        if self._replica is not None and self._syncing is None:
            self._pace = pace
            self._background = self._replica.background(pace=pace)
            self._syncing = asyncio.create_task(self._background.run())

    async def _let_go_when_free(self) -> None:
        """Nobody who has the file for himself is disturbed."""
        await self._turns.wait_until_free()
        await self._let_go()

    async def _let_go(self) -> None:
        """Of the replica that is open, and of what syncs it."""
        await self._stop_syncing()
        replica, self._replica = self._replica, None
        if replica is not None:
            await replica.close()

    async def _stop_syncing(self) -> bool:
        """Whether it did."""
        syncing, self._syncing, self._background = self._syncing, None, None
        if syncing is not None:
            syncing.cancel()
            await asyncio.gather(syncing, return_exceptions=True)
        return syncing is not None

    async def _end(self) -> None:
        """What still runs ends before the file is closed.

        Once is enough: whoever is cancelled already is ending a connection, and a second time would end its thread
        before that is done. So would it end what the libraries began themselves.
        """
        asked = list(self._asked)
        for task in asked:
            if not task.cancelling():
                task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
        await self._let_go()
        if left := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(left, timeout=SECONDS_TO_END)
        await self._loop.shutdown_asyncgens()
        await self._loop.shutdown_default_executor()

    def _tell_rows(self, changed: Mapping[str, object]) -> None:
        self._tell(*(ROWS + twin for twin in changed))

    def _tell(self, *topics: str) -> None:
        for listener in self._listening(topics):
            listener.tell()

    def _listening(self, topics: Iterable[str]) -> list["_Listener"]:
        return [listener for topic in topics for listener in list(self._listeners.get(topic, ()))]


class _Listener:
    """A callback in another loop. Told over here, it is called over there."""

    def __init__(self, loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
        self.is_stopped = False
        self._loop, self._callback = loop, callback
        self._pace = AtMostEvery(LoopTiming(), SECONDS_BETWEEN, self._hand_over)

    def tell(self) -> None:
        self._pace.ask()

    def _hand_over(self) -> None:
        """A loop that has ended wants to know nothing any more."""
        if not self.is_stopped:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._call)

    def _call(self) -> None:
        if not self.is_stopped:
            self._callback()
