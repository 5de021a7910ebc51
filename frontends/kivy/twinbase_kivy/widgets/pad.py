"""The pad on which a customer signs. It stands outside of whatever scrolls: that would keep the first touch."""

from collections.abc import Callable
from typing import Any

from kivy.graphics import Color, Line
from kivy.metrics import dp

from twinbase_kivy.boxes import Box
from twinbase_kivy.drawing import paint_edge
from twinbase_kivy.look import look
from twinbase_kivy.widgets.words import Words
from twinbase_presentation.paper.strokes import STROKE_DP, Point, Strokes
from twinbase_presentation.tokens import RADIUS

PAPER, INK = "FFFFFF", "191C1F"
"""A signature is black on white in every theme: so it is kept, and so it is printed."""


class SignPad(Box):
    """A finger, a pen or a mouse draws. `drawn` is told of the lines whenever one has ended; `typed`: a name that
    stands in their place."""

    def __init__(
        self, strokes: Strokes, drawn: Callable[[Strokes], object], *, name: str, high_dp: float, typed: str = ""
    ) -> None:
        super().__init__(name=name, role="img")
        self.strokes, self._drawn, self.high_dp, self.typed = strokes, drawn, high_dp, typed
        self._words = Words(typed, "headline", INK, align="centre", lines_max=2)
        self.hold([self._words] if typed else [])

    def height_for(self, width: float) -> float:
        return float(round(dp(self.high_dp)))

    def arrange(self) -> None:
        self._words.place(self.x + dp(12), self.y + dp(8), self.width - dp(24), self.height - dp(16))

    def paint(self) -> None:
        self.canvas.before.clear()
        rect = (*self.pos, *self.size)
        paint_edge(self.canvas.before, rect, look.find_colour("outline"), dp(RADIUS.card), look.find_colour(PAPER))
        if self.typed:
            return
        with self.canvas.before:
            Color(*look.find_colour(INK))
            for line in self.strokes.lines:
                points = [part for point in line for part in self._find_place(point)]
                if len(points) == 2:
                    points += [points[0] + 1, points[1]]
                Line(points=points, width=dp(STROKE_DP) / 2, cap="round", joint="round")

    def on_touch_down(self, touch: Any) -> bool:
        """A pen comes down."""
        if not self.collide_point(*touch.pos) or touch.is_mouse_scrolling:
            return False
        touch.grab(self)
        if not self.strokes.lines:
            self.strokes = Strokes(round(self.width / dp(1)), round(self.height / dp(1)))
        self.strokes, self.typed = self.strokes.start(self._find_point(touch)), ""
        self.hold([])
        self.paint()
        return True

    def on_touch_move(self, touch: Any) -> bool:
        """It goes on, also where it has left the pad."""
        if touch.grab_current is not self:
            return False
        self.strokes = self.strokes.go_on(self._find_point(touch))
        self.paint()
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """It is lifted."""
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        self._drawn(self.strokes)
        return True

    def _scale(self) -> float:
        """Pixels for each unit of the lines: a device that is turned shows them whole."""
        return min(self.width / self.strokes.width, self.height / self.strokes.height)

    def _find_place(self, point: Point) -> Point:
        scale = self._scale()
        return self.x + point[0] * scale, self.top - point[1] * scale

    def _find_point(self, touch: Any) -> Point:
        scale = self._scale()
        return (touch.x - self.x) / scale, (self.top - touch.y) / scale
