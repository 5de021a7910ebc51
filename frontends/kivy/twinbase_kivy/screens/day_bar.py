"""A day of hours at a glance: its lines as blocks from morning to evening, and a week as seven days to touch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kivy.metrics import dp

from twinbase_kivy.boxes import Box, ColumnBox
from twinbase_kivy.drawing import paint_dot, paint_edge, paint_ground, paint_tint
from twinbase_kivy.look import look
from twinbase_kivy.widgets.touch import Act, Touchable
from twinbase_kivy.widgets.words import Words
from twinbase_presentation.tokens import HUES, RADIUS, SPACE, Hue

MORNING, EVENING, STEP = 7, 19, 3
BAR_DP = 24


@dataclass(frozen=True, slots=True)
class DayBlock:
    """From when to when, and in which colour; `is_gap`: nothing is written of it."""

    start: datetime
    end: datetime
    hue: Hue
    is_gap: bool = False


class DayBar(Box):
    """Blocks on a line of hours, from seven to seven, or from as early and as late as there is something."""

    def __init__(self, blocks: Sequence[DayBlock], name: str) -> None:
        super().__init__(name=name, role="img")
        self.blocks = blocks
        self.first = min([MORNING, *(one.start.hour for one in blocks)])
        self.last = max([EVENING, *(one.end.hour + 1 for one in blocks)])
        self.labels = [Words(str(hour), "tiny", "text3") for hour in range(self.first, self.last, STEP)]
        self.hold(self.labels)

    def height_for(self, width: float) -> float:
        return float(dp(BAR_DP) + dp(SPACE.xs) + self.labels[0].line_height())

    def arrange(self) -> None:
        for number, label in enumerate(self.labels):
            left = self._place_hour(self.first + number * STEP)
            label.place(left, self.y, label.width_wanted(), label.line_height())

    def paint(self) -> None:
        self.canvas.before.clear()
        bottom, high = self.top - dp(BAR_DP), dp(BAR_DP)
        paint_tint(self.canvas.before, (self.x, bottom, self.width, high), "inset", "outline", dp(6))
        for block in self.blocks:
            left, right = self._place_moment(block.start), self._place_moment(block.end)
            rect = (left + 1, bottom, max(right - left - 2, dp(3)), high)
            strong = look.find_colour(HUES[block.hue].strong)
            if block.is_gap:
                paint_edge(self.canvas.before, rect, strong, dp(4), look.find_colour(HUES[block.hue].tint))
            else:
                paint_ground(self.canvas.before, rect, strong, dp(4))

    def _place_moment(self, moment: datetime) -> float:
        return self._place_hour(moment.hour + moment.minute / 60)

    def _place_hour(self, hour: float) -> float:
        return self.x + self.width * (hour - self.first) / (self.last - self.first)


class DayCell(Touchable):
    """A day of the week: its letter, its number, and a dot where hours are written."""

    def __init__(self, letter: str, number: str, name: str, act: Act, *, chosen: bool, today: bool, dot: bool) -> None:
        self.is_chosen, self.has_dot = chosen, dot
        front = "on_primary_c" if chosen else "primary" if today else "text2"
        inside = ColumnBox(
            Words(letter, "tiny", front, align="centre"),
            Words(number, "subtitle", front, align="centre"),
            edges=(0, SPACE.xs, 0, SPACE.m),
        )
        super().__init__(act, inside, name=name, role="radio", radius=RADIUS.field, least=SPACE.target_in_row)

    def paint_below(self) -> None:
        if self.is_chosen:
            paint_tint(self.canvas.before, (*self.pos, *self.size), "primary_c", "outline", dp(self.radius))

    def paint(self) -> None:
        super().paint()
        if self.has_dot:
            centre = (self.center_x, self.y + dp(7))
            paint_dot(self.canvas.after, centre, dp(6), look.find_colour("green"))
