"""Seconds that pass, for what happens after a pause: a draft, a held act, a screen that is read again."""

import asyncio
from collections.abc import Callable
from typing import Protocol


class Planned(Protocol):
    """Something that will be called."""

    def cancel(self) -> None: ...


class Timing(Protocol):
    """Seconds that only grow, and calls after some of them."""

    def read_seconds(self) -> float: ...

    def call_after(self, seconds: float, callback: Callable[[], None]) -> Planned: ...


class LoopTiming:
    """Those of the event loop in which the screens live."""

    def read_seconds(self) -> float:
        return asyncio.get_running_loop().time()

    def call_after(self, seconds: float, callback: Callable[[], None]) -> Planned:
        return asyncio.get_running_loop().call_later(max(0.0, seconds), callback)


class AtMostEvery:
    """Calls something at once, and then at most once in so many seconds, however often it is asked to."""

    def __init__(self, timing: Timing, seconds: float, callback: Callable[[], None]) -> None:
        self._timing, self._seconds, self._callback = timing, seconds, callback
        self._last: float | None = None
        self._planned: Planned | None = None

    def ask(self) -> None:
        """Call it now, or as soon as it may be called again."""
        if self._planned is not None:
            return
        now = self._timing.read_seconds()
        wait = 0.0 if self._last is None else self._last + self._seconds - now
        if wait <= 0:
            self._call()
        else:
            self._planned = self._timing.call_after(wait, self._call)

    def cancel(self) -> None:
        """What was asked for and did not come yet will not."""
        if self._planned is not None:
            self._planned.cancel()
            self._planned = None

    def _call(self) -> None:
        self._planned = None
        self._last = self._timing.read_seconds()
        self._callback()
