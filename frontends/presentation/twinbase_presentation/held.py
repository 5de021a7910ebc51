"""Acts that destroy something are held for some seconds before they are written, and can be undone until then.

A kill in those seconds means that nothing was destroyed.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from twinbase.errors import TwinbaseError
from twinbase_presentation.command import Done
from twinbase_presentation.observers import Observers
from twinbase_presentation.timing import Planned, Timing

HELD_SECONDS = 6.0
WriteHeld = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class HeldAct:
    """What is held, for the toast. `hides`: the rows and contents that look as if they were gone already."""

    said: str
    hides: frozenset[UUID | str]


class HeldActs:
    """The one act that is held at a time: the next one writes the one before it.

    `spawn` runs what the end of the seconds begins, as a task of the screens' loop. Call `release` when a screen is
    left, and when the app goes to the background.
    """

    def __init__(
        self, timing: Timing, spawn: Callable[[Awaitable[None]], object], seconds: float = HELD_SECONDS
    ) -> None:
        self._timing, self._spawn, self._seconds = timing, spawn, seconds
        self._now: HeldAct | None = None
        self._write: WriteHeld | None = None
        self._planned: Planned | None = None
        self._observers = Observers()
        self.fault: TwinbaseError | None = None

    @property
    def now(self) -> HeldAct | None:
        """What can be undone at this moment."""
        return self._now

    def hides(self, id_: UUID | str) -> bool:
        """Whether a row or a content is about to go, and is shown no more."""
        return self._now is not None and id_ in self._now.hides

    def observe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` when something is held, undone or written; what is answered stops it."""
        return self._observers.add(callback)

    async def hold(self, said: str, write: WriteHeld, *hides: UUID | str) -> Done:
        """Hold an act; `write` does it. What was held before is written now."""
        await self.release()
        self._now, self._write = HeldAct(said, frozenset(hides)), write
        self._planned = self._timing.call_after(self._seconds, self._release_soon)
        self._observers.tell()
        return Done(said, can_undo=True)

    def undo(self) -> bool:
        """Drop what is held; False where nothing is."""
        was_held = self._take() is not None
        self._observers.tell()
        return was_held

    async def release(self) -> None:
        """Write what is held, now. An error is kept in `fault`, for a toast: whoever acted may be elsewhere by now."""
        if (write := self._take()) is None:
            return
        try:
            await write()
        except TwinbaseError as error:
            self.fault = error
        self._observers.tell()

    def _release_soon(self) -> None:
        self._spawn(self.release())

    def _take(self) -> WriteHeld | None:
        if self._planned is not None:
            self._planned.cancel()
        write, self._now, self._write, self._planned = self._write, None, None, None
        return write
