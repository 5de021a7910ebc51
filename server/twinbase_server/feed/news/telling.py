"""Telling those whom news concern: a few at once, many one after the other, for each of them then pulls."""

import asyncio
import random
from collections.abc import Collection

from twinbase_server.feed.news.audience import NEWS, Listener
from twinbase_server.feed.news.concern import Concerned
from twinbase_server.metrics import Metrics


class NewsTeller:
    """At most `per_second` are told of one change at the same moment; the others wait their turn, at that rate."""

    def __init__(self, per_second: int, metrics: Metrics, rng: random.Random) -> None:
        self._per_second, self._metrics, self._rng = per_second, metrics, rng
        self._queue: dict[Listener, None] = {}
        self._next: asyncio.TimerHandle | None = None

    @property
    def is_telling(self) -> bool:
        """Whether somebody waits to be told."""
        return bool(self._queue)

    def tell(self, concerned: Concerned) -> None:
        """Tell everybody who is concerned, those first of whom a scope said so."""
        by_table = concerned.by_table - concerned.by_scope
        self._metrics.news.labels("scope").inc(len(concerned.by_scope))
        self._metrics.news.labels("table").inc(len(by_table))
        if len(concerned.by_scope) <= self._per_second:
            _tell_now(concerned.by_scope)
        else:
            by_table |= concerned.by_scope
        if len(by_table) <= self._per_second and not self._queue:
            _tell_now(by_table)
        else:
            self._spread(by_table)

    def forget(self, listener: Listener) -> None:
        """It does not listen any more."""
        self._queue.pop(listener, None)

    def close(self) -> None:
        """Nobody is told any more."""
        self._queue.clear()
        if self._next is not None:
            self._next.cancel()

    def _spread(self, listeners: Collection[Listener]) -> None:
        waiting = [one for one in listeners if one not in self._queue]
        self._rng.shuffle(waiting)
        self._queue.update(dict.fromkeys(waiting))
        if self._queue and self._next is None:
            self._tell_next()

    def _tell_next(self) -> None:
        self._next = None
        if self._queue:
            listener = next(iter(self._queue))
            del self._queue[listener]
            listener.say(NEWS)
            self._next = asyncio.get_running_loop().call_later(1 / self._per_second, self._tell_next)


def _tell_now(listeners: Collection[Listener]) -> None:
    for listener in listeners:
        listener.say(NEWS)
