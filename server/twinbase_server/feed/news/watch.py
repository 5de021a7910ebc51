"""The watch: one light look per process and interval, and only while somebody listens."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from twinbase.clock import Clock, cut_to_hour
from twinbase.registry import Registry
from twinbase_server.database.connection import Connection, Session
from twinbase_server.feed.news.audience import Audience, Listener
from twinbase_server.feed.news.concern import Concerned, Question
from twinbase_server.feed.news.look import FoundNews, NewsLook, read_snapshot
from twinbase_server.feed.news.plan import plan_news
from twinbase_server.feed.news.telling import NewsTeller
from twinbase_server.metrics import Metrics
from twinbase_server.problems import ProblemError
from twinbase_server.revocation import find_turned_away
from twinbase_server.settings import Settings
from twinbase_server.sql.names import TableName
from twinbase_server.sql.unseen import Snapshot

LOOK_SECONDS_MAX = 20.0
"""A look that takes longer has lost its connection."""
RENEW_SECONDS = 1.0
"""How long a look stays open at most: it keeps vacuum from what was deleted since."""
READY_SECONDS_MAX = 5.0
PAUSE_SECONDS_MIN, PAUSE_SECONDS_MAX = 0.5, 10.0
_log = logging.getLogger(__name__)


@dataclass
class OpenLooks:
    """Two connections: on one the last look is open still, on the other the next one will be."""

    last: NewsLook | None
    begun_at: float
    spare: Connection
    other: Connection

    def replace_last(self, look: NewsLook, now: float) -> None:
        """The new look is the last one now."""
        self.last, self.begun_at = look, now
        self.spare, self.other = self.other, self.spare


class NewsWatch:
    """One process's watch over its database. `tables`: what is captured of all that devices' rows depend on."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[Session]],
        registry: Registry,
        tables: tuple[TableName, ...],
        settings: Settings,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._connect, self._settings, self._clock, self._metrics = connect, settings, clock, metrics
        self.tables, self._plans = tables, plan_news(registry)
        self.audience = Audience(settings.listeners_max, settings.account_listeners_max)
        self._teller = NewsTeller(settings.news_per_second, metrics, random.Random())
        self._task: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._seen: Snapshot | None = None
        self._generation = ""
        self._reported: frozenset[int] = frozenset()
        self._checked_at = 0.0

    @asynccontextmanager
    async def follow_news(self, listener: Listener) -> AsyncIterator[None]:
        """Whatever is written from the beginning of the block on, and concerns it, is told to this listener.

        Raises `too-busy` when too many listen, and `database-unavailable` when nobody can look.
        """
        self.audience.join(listener)
        self._metrics.listeners.set(len(self.audience))
        try:
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._run())
            try:
                async with asyncio.timeout(READY_SECONDS_MAX):
                    await self._ready.wait()
            except TimeoutError as error:
                raise ProblemError("database-unavailable") from error
            yield
        finally:
            self.audience.release(listener)
            self._teller.forget(listener)
            self._metrics.listeners.set(len(self.audience))

    @property
    def is_telling(self) -> bool:
        """Whether some of those whom a change concerns still wait to be told."""
        return self._teller.is_telling

    @property
    def seen(self) -> Snapshot | None:
        """What the last look saw; None while nobody looks."""
        return self._seen

    def may_concern(self, listener: Listener, found: FoundNews) -> bool:
        """Whether its rows depend on a table with news; no scope is asked."""
        return any(listener.has_any(self._plans[table].twins) for table in found.tables & self._plans.keys())

    @property
    def away_seconds(self) -> float:
        """How long all who listen now may take to come again, elsewhere or after a restart: not all at once."""
        return len(self.audience) / self._settings.news_per_second

    async def close(self) -> None:
        """Everybody is sent away, and nobody looks any more."""
        self._teller.close()
        for listener in self.audience:
            listener.send_away(self.away_seconds)
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        """Look for as long as somebody listens, whatever happens to the connections: what was last seen is kept."""
        pause = PAUSE_SECONDS_MIN
        try:
            while len(self.audience):
                try:
                    async with self._open_pair() as pair:
                        async for _ in self._look_on(pair):
                            pause = PAUSE_SECONDS_MIN
                except Exception:  # nobody awaits this task, so nobody would hear of its end
                    _log.warning("It could not be looked for news; it is tried again.", exc_info=True)
                    self._metrics.failed_looks.inc()
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, PAUSE_SECONDS_MAX)
        finally:
            self._ready.clear()
            self._seen, self._reported = None, frozenset()

    @asynccontextmanager
    async def _open_pair(self) -> AsyncIterator[OpenLooks]:
        opened: list[Session] = []
        try:
            for _ in range(2):
                opened.append(await self._connect())
            yield OpenLooks(None, 0.0, *opened)
        finally:
            for connection in opened:
                connection.terminate()

    async def _look_on(self, pair: OpenLooks) -> AsyncIterator[None]:
        """A look, and a pause that is not shorter: it never takes more than half of a connection's time."""
        time = asyncio.get_running_loop().time
        while len(self.audience):
            start = time()
            async with asyncio.timeout(LOOK_SECONDS_MAX):
                if start >= self._checked_at + self._settings.news_heartbeat_seconds:
                    self._checked_at = start
                    await self._send_away(pair.spare)
                if await self._is_due(pair, start):
                    with self._metrics.look_seconds.time():
                        await self._look(pair, start)
            yield
            await asyncio.sleep(max(self._settings.news_look_seconds, time() - start))

    async def _is_due(self, pair: OpenLooks, now: float) -> bool:
        """Whether somebody has written anything, anywhere, since the last look; or that one is open for long."""
        if pair.last is None or now >= pair.begun_at + RENEW_SECONDS:
            return True
        return await read_snapshot(pair.spare) != self._seen

    async def _look(self, pair: OpenLooks, now: float) -> None:
        look = NewsLook(pair.spare)
        await look.begin()
        if self._seen is None:
            self._seen = await read_snapshot(pair.spare)
        found = await look.find_news(self.tables, self._seen)
        await self._tell(pair.last, look, found)
        await look.let_go()
        self._seen, self._generation = found.snapshot, found.generation
        if pair.last is not None:
            await pair.last.end()
        pair.replace_last(look, now)
        self._ready.set()

    async def _tell(self, last: NewsLook | None, look: NewsLook, found: FoundNews) -> None:
        assert self._seen is not None
        if self._generation not in ("", found.generation) or found.snapshot.xmax < self._seen.xmax:
            # Another history: whoever pulls is told so.
            self._teller.tell(Concerned(by_table=set(self.audience)))
        elif found.tables:
            as_of = cut_to_hour(self._clock())
            rows = self._settings.news_rows_max
            question = Question(self._plans, rows, self._seen, last, look, found, as_of, self._reported)
            concerned = await question.find_concerned(self.audience)
            self._reported = frozenset(xid for xid in concerned.xids if not found.snapshot.sees(xid))
            self._teller.tell(concerned)

    async def _send_away(self, connection: Connection) -> None:
        """Whoever may not pull any more does not listen any more: it comes again, and is told why."""
        now, listeners = self._clock(), list(self.audience)
        turned_away = await find_turned_away(connection, [listener.caller for listener in listeners])
        for number, listener in enumerate(listeners):
            if number in turned_away or listener.expires_at <= now:
                listener.send_away()
