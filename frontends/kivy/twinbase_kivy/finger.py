"""A finger on the glass: what it is about to tap stays under it.

Status and news draw a page anew at any moment. Drawn between a finger's down and up, what was touched would be another
row, or gone, and the tap lost: such a drawing waits for the end of the tap.
"""

from collections.abc import Callable
from typing import Any

from kivy.clock import Clock
from kivy.metrics import dp

from twinbase_kivy.boxes import Box, Root

DrawAct = Callable[[], object]
LONGEST_TAP = 1.0
"""Seconds; a finger that lies there for longer keeps nothing waiting, and neither does one whose end was lost."""
AFTER_UP = 0.05
"""Seconds in which what was tapped hears of it: Kivy tells what scrolls a frame later."""


class TappingFinger:
    """Whether somebody may be tapping at the moment, and what waits to be drawn until then."""

    def __init__(self) -> None:
        self._is_down = False
        self._start: tuple[float, float] = (0, 0)
        self._late: dict[DrawAct, None] = {}

    def draw(self, draw: DrawAct) -> None:
        """Draw now, or, while somebody may be tapping, once after it."""
        if self._is_down:
            self._late[draw] = None
        else:
            draw()

    def forget(self, draw: DrawAct) -> None:
        """It is not to be drawn any more."""
        self._late.pop(draw, None)

    def note_down(self, touch: Any) -> None:
        """It has come down here."""
        if not touch.is_mouse_scrolling:
            self._is_down, self._start = True, touch.pos
            self._end_in(LONGEST_TAP)

    def note_move(self, touch: Any) -> None:
        """It has moved here: so far, and it taps nothing."""
        if abs(touch.x - self._start[0]) + abs(touch.y - self._start[1]) > dp(20):
            self.end_tap()

    def note_up(self) -> None:
        """It has gone."""
        if self._is_down:
            self._end_in(AFTER_UP)

    def end_tap(self) -> None:
        """The tap was heard, or is none: what waits is drawn in the next frame, and anything else at once."""
        Clock.unschedule(self._end)
        self._is_down = False
        if self._late:
            Clock.schedule_once(self._draw_late, 0)

    def _end_in(self, seconds: float) -> None:
        Clock.unschedule(self._end)
        Clock.schedule_once(self._end, seconds)

    def _end(self, _seconds: float) -> None:
        self.end_tap()

    def _draw_late(self, _seconds: float) -> None:
        while self._late and not self._is_down:
            draw = next(iter(self._late))
            self._late.pop(draw)
            draw()


finger = TappingFinger()
"""The one on the window: a process has one of both."""


class Glass(Root, Box):
    """All that the window shows at a moment: whatever touches it is noted."""

    def on_touch_down(self, touch: Any) -> bool:
        """Kivy calls it when a finger comes down."""
        finger.note_down(touch)
        return bool(super().on_touch_down(touch))

    def on_touch_move(self, touch: Any) -> bool:
        """Kivy calls it when a finger has moved."""
        finger.note_move(touch)
        return bool(super().on_touch_move(touch))

    def on_touch_up(self, touch: Any) -> bool:
        """Kivy calls it when a finger has gone."""
        finger.note_up()
        return bool(super().on_touch_up(touch))
