"""When to sync next: a pure state machine over a given clock and chance, so that every state has a way out (T15)."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SyncPace:
    """How often: regularly, after a write, and after a failure (doubling up to a ceiling, spread by jitter).

    Of news it hears at once; `news_seconds` lie between the beginnings of two syncs that only news have called for.
    """

    regular_seconds: float = 15 * 60.0
    after_write_seconds: float = 2.0
    after_write_seconds_max: float = 20.0
    retry_seconds: float = 5.0
    retry_seconds_max: float = 10 * 60.0
    jitter: float = 0.3
    news_seconds: float = 0.5


class Schedule:
    """The moment of the next sync, in the clock's seconds. Always finite: nothing waits for ever."""

    def __init__(self, pace: SyncPace, now: float, rng: random.Random) -> None:
        self._pace, self._rng = pace, rng
        self._failures = self._unfinished = 0
        self._first_write: float | None = None
        self._began = now - pace.news_seconds
        self._news_wait = False
        self._planned = self.due = now

    def note_begin(self, now: float) -> None:
        """A sync begins: it brings what was news until now."""
        self._began, self._news_wait = now, False

    def note_news(self, now: float) -> None:
        """The server has something new: at once, or, where the last sync has failed, once it has been tried again."""
        self._news_wait = True
        if not self._failures:
            self._planned = min(self._planned, self._after_news(now))
            self.due = min(self.due, self._planned)

    def note_write(self, now: float) -> None:
        """Something was written here: soon, when the typing pauses, and not for ever later."""
        if self._failures:
            return
        self._first_write = now if self._first_write is None else self._first_write
        latest = self._first_write + self._pace.after_write_seconds_max
        self.due = min(now + self._pace.after_write_seconds, latest, self._planned)

    def note_network(self, now: float) -> None:
        """At once, whatever failed before."""
        self._failures = self._unfinished = 0
        self._planned = self.due = now

    def note_success(
        self,
        now: float,
        *,
        more_to_send: bool = False,
        unfinished: bool = False,
        retry_after_seconds: float | None = None,
    ) -> None:
        """A sync succeeded: the next one at the regular pace, or soon when something was written meanwhile.

        `unfinished`: the rows are through, and something else failed, which is tried again after a while that grows.
        """
        self._failures, self._first_write = 0, None
        self._unfinished = self._unfinished + 1 if unfinished else 0
        wait = self._spread(self._pace.regular_seconds)
        if unfinished:
            wait = min(wait, self._back_off(self._unfinished, retry_after_seconds))
        due = now + (self._pace.after_write_seconds if more_to_send else wait)
        self._planned = self.due = min(due, self._after_news(now)) if self._news_wait else due

    def note_failure(self, now: float, *, retry_after_seconds: float | None = None) -> None:
        """A sync failed: again after a while that grows, or when the server said."""
        self._failures, self._first_write = self._failures + 1, None
        self._planned = self.due = now + self._back_off(self._failures, retry_after_seconds)

    def _back_off(self, failures: int, retry_after_seconds: float | None) -> float:
        backoff = min(self._pace.retry_seconds * 2 ** min(failures - 1, 16), self._pace.retry_seconds_max)
        asked = min(retry_after_seconds or 0.0, self._pace.retry_seconds_max)
        return self._spread(max(backoff, asked))

    def _after_news(self, now: float) -> float:
        return max(now, self._began + self._pace.news_seconds)

    def _spread(self, seconds: float) -> float:
        """A hundred vans that leave the depot together must not ask together."""
        return seconds * (1 + self._pace.jitter * self._rng.random())
