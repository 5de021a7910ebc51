"""Nobody has touched the app for some minutes: it locks."""

from collections.abc import Callable
from datetime import datetime, timedelta

from twinbase.clock import Clock
from twinbase_presentation.timing import Planned, Timing


class IdleWatch:
    """Calls `on_idle` when so many minutes have passed without a touch; with 0 it never does.

    A machine that sleeps counts no seconds: its clock says at the first touch how long nobody was there.
    """

    def __init__(self, timing: Timing, clock: Clock, on_idle: Callable[[], None]) -> None:
        self._timing, self._clock, self._on_idle = timing, clock, on_idle
        self._minutes, self._touched = 0, 0.0
        self._seen: datetime = clock()
        self._planned: Planned | None = None

    def start(self, minutes: int) -> None:
        """Count from now on, so many minutes."""
        self.stop()
        self._minutes = minutes
        self._seen = self._clock()
        if minutes:
            self.note_touch()
            self._plan(minutes * 60)

    def stop(self) -> None:
        """Nothing is open that could be locked."""
        if self._planned is not None:
            self._planned.cancel()
            self._planned = None

    def note_touch(self) -> None:
        """Somebody is there. It costs nothing: what is planned looks at it when its time has come."""
        slept, self._seen = self._clock() - self._seen, self._clock()
        self._touched = self._timing.read_seconds()
        if self._planned is not None and slept >= timedelta(minutes=self._minutes):
            self.stop()
            self._on_idle()

    def _plan(self, seconds: float) -> None:
        self._planned = self._timing.call_after(seconds, self._look)

    def _look(self) -> None:
        self._planned = None
        left = self._touched + self._minutes * 60 - self._timing.read_seconds()
        if left > 0:
            self._plan(left)
        else:
            self._on_idle()
