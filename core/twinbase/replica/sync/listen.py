"""Hearing of news: a stream of hints that a pull would bring something. No row depends on it.

Whatever becomes of the stream, a sync comes at the regular interval; and whoever comes again says what it has seen, so
that nothing is missed in between.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

import msgspec

from twinbase.errors import HalfAnswer, IdentityError, ServerRefused, TwinbaseError
from twinbase.replica.background import LoopTimer, Timer
from twinbase.replica.engines import Database
from twinbase.replica.file.state import read_state
from twinbase.replica.status import StatusBoard
from twinbase.replica.sync.device_session import DeviceSession
from twinbase.replica.sync.messages import RequestContext
from twinbase.replica.sync.server import Server

SYNC_KNOWS = frozenset({400, 401, 403, 409, 410, 426})
"""Whatever is wrong then, a sync is told the same, and knows what to do about it."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ListenPace:
    """How patient a listener is: `hello_seconds` until a greeting must have come; after a line that broke again and
    again it comes back later, `again_seconds` at first; where it can hear nothing it tries after `deaf_seconds`. A
    greeting that was only slow looks like one that is kept back: so the first trial after it comes sooner."""

    hello_seconds: float = 15.0
    again_seconds: float = 1.0
    again_seconds_max: float = 120.0
    deaf_seconds: float = 3600.0


class _KeptBack(Exception):
    """Something on the way keeps the answer back until it is whole, which it never is."""


class NewsListener:
    """Listens until it is cancelled, while a sync has succeeded since somebody was signed in."""

    def __init__(
        self,
        server: Server,
        database: Database,
        session: DeviceSession,
        status: StatusBoard,
        *,
        pace: ListenPace | None = None,
        timer: Timer | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self._server, self._database, self._session, self._status = server, database, session, status
        self._pace, self._timer, self._rng = pace or ListenPace(), timer or LoopTimer(), rng or random.Random()
        self._synced, self._wakes = asyncio.Event(), asyncio.Event()
        self._failures = self._kept_back = 0

    def note_synced(self) -> None:
        """A sync has succeeded: there is a cursor, and a token that is taken."""
        self._synced.set()

    def note_network(self) -> None:
        """There is a network again: no need to wait any longer."""
        self._failures = self._kept_back = 0
        self._wakes.set()

    async def run(self, on_news: Callable[[], None], on_hello: Callable[[], None]) -> None:
        """Call `on_news` whenever a pull would bring something, and `on_hello` whenever the server has been reached."""
        while True:
            await self._synced.wait()
            try:
                away = await self._listen_once(on_news, on_hello)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                away = self._judge(error, on_news)
            finally:
                self._status.set(hears_news=False)
            self._wakes.clear()
            await self._timer.wait(self._wakes, away)

    async def _listen_once(self, on_news: Callable[[], None], on_hello: Callable[[], None]) -> float:
        """Hear one stream to its end; answers after how long to come again."""
        state = await self._database.look(read_state)
        caller = RequestContext(self._session.access_token, UUID(state.replica), state.epoch, state.schema, uuid4())
        async with self._greeted(state.cursor, caller) as events:
            self._failures = self._kept_back = 0
            self._status.set(hears_news=True, news_kept_back=False)
            on_hello()
            async for name, said in events:
                if name == "news":
                    on_news()
                if name == "bye":
                    return self._rng.random() * _read_seconds(said)
        raise HalfAnswer()

    @asynccontextmanager
    async def _greeted(self, cursor: str, caller: RequestContext) -> AsyncIterator[AsyncIterator[tuple[str, str]]]:
        """The events that follow the greeting. Where none comes, and yet the server answers, it is kept back."""
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(self._pace.hello_seconds):
                    events = await stack.enter_async_context(self._server.stream_events(cursor, caller))
                    first, _ = await anext(events, ("", ""))
            except TimeoutError as error:
                await self._server.check_health()
                raise _KeptBack from error
            if first != "hello":
                raise HalfAnswer()
            yield events

    def _judge(self, error: Exception, on_news: Callable[[], None]) -> float:
        """What to do about an error, and after how long to come again."""
        self._failures += 1
        if isinstance(error, _KeptBack):
            self._kept_back += 1
            self._status.set(news_kept_back=True)
            waits = self._pace.again_seconds_max * 2 ** min(self._kept_back - 1, 16)
            return self._spread(min(waits, self._pace.deaf_seconds))
        if not isinstance(error, TwinbaseError):
            _log.warning("It could not be listened for news; it is tried again.", exc_info=error)
        if isinstance(error, ServerRefused) and error.status in (404, 405):
            return self._spread(self._pace.deaf_seconds)
        if isinstance(error, IdentityError) or (isinstance(error, ServerRefused) and error.status in SYNC_KNOWS):
            self._leave_to_sync(on_news)
        asked = error.retry_after_seconds if isinstance(error, ServerRefused) else None
        doubled = self._pace.again_seconds * 2 ** min(self._failures - 1, 16)
        return self._spread(max(min(doubled, self._pace.again_seconds_max), asked or 0.0))

    def _leave_to_sync(self, on_news: Callable[[], None]) -> None:
        """Listen again when a sync has succeeded; once it is asked for, and from then on it comes at its pace."""
        self._synced.clear()
        if self._failures == 1:
            on_news()

    def _spread(self, seconds: float) -> float:
        """All who listened to a server that has gone must not come back together."""
        return seconds * (0.5 + self._rng.random())


def _read_seconds(said: str) -> float:
    """Within how long whoever was sent away is to come again; little, where it is not said."""
    try:
        return max(0.1, min(float(msgspec.json.decode(said)["away_seconds"]), 600.0))
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        return 1.0
