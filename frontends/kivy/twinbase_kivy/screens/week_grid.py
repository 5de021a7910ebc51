"""A week as seven columns of hours: visits as blocks in the colour of their status, and where one is now."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time

from kivy.metrics import dp

from twinbase_kivy.boxes import Box, ColumnBox
from twinbase_kivy.drawing import paint_divider, paint_dot, paint_edge, paint_ground
from twinbase_kivy.look import look
from twinbase_kivy.screens.week_block import WeekBlock
from twinbase_kivy.widgets.touch import Act, Touchable
from twinbase_kivy.widgets.words import Words
from twinbase_presentation import Language
from twinbase_presentation.screens.planned_blocks import LANES_MAX, make_blocks
from twinbase_presentation.screens.planning import PlannedDay
from twinbase_presentation.screens.visit_rows import VisitRow
from twinbase_presentation.tokens import RADIUS, SPACE

MORNING, EVENING = 7, 19
HOUR_DP = 54
BETWEEN_DP = 2
EDGE_DP = 3
LEAST_MINUTES = -(-(SPACE.target_in_row + BETWEEN_DP) * 60 // HOUR_DP)
"""A visit that is shorter is drawn so high that a finger hits it."""


class DayHead(Touchable):
    """The name of a day over its column, with its hours; a touch looks at it alone."""

    def __init__(self, one: PlannedDay, language: Language, act: Act, *, today: bool) -> None:
        colour = "primary" if today else "text"
        inside = ColumnBox(
            Words(f"{language.format_day(one.day).split()[0].rstrip(',')} {one.day.day}", "subtitle", colour),
            Words(one.said.replace("\u00a0· ", "\n"), "tiny", "text3") if one.said else None,
            gap=2,
            edges=(SPACE.s, SPACE.s, SPACE.xs, SPACE.s),
        )
        name = ", ".join(part for part in (language.format_long_day(one.day), one.said) if part)
        super().__init__(act, inside, name=name, radius=RADIUS.field, least=SPACE.target_main)

    def arrange(self) -> None:
        """At the top: the heads of a week stand in one line, however much the hours need."""
        if self.content is not None:
            high = self.content.height_for(self.width)
            self.content.place(self.x, self.top - high, self.width, high)


class WeekGrid(Box):
    """Nothing is dragged here: the office plans."""

    def __init__(
        self,
        week: Sequence[PlannedDay],
        language: Language,
        now: datetime,
        choose: Callable[[date], Act],
        opens: Callable[[VisitRow], Act],
    ) -> None:
        super().__init__(role="grid")
        self.now, self.days = now, [one.day for one in week]
        self.week, self.language, self._choose, self._opens = week, language, choose, opens
        self.lanes = LANES_MAX
        blocks = [block for one in week for block in make_blocks(one.rows, one.day, LEAST_MINUTES)]
        self.first = min([MORNING, *(block.start // 60 for block in blocks)])
        self.last = max([EVENING, *(-(-block.end // 60) for block in blocks)])
        today = now.date()
        self.heads = [DayHead(one, language, choose(one.day), today=one.day == today) for one in week]
        self.blocks = list(self._make_blocks())
        hours = range(self.first, self.last)
        self.hours = [Words(language.format_time(time(hour)), "tiny", "text3", align="right") for hour in hours]
        self._hold_all()

    def height_for(self, width: float) -> float:
        return self._head_height(width) + (self.last - self.first) * dp(HOUR_DP) + dp(SPACE.m)

    def width_wanted(self) -> float:
        return self._left() + 7 * dp(110)

    def arrange(self) -> None:
        share, head = self._share(self.width), self._head_height(self.width)
        self._fit_lanes(share)
        for number, box in enumerate(self.heads):
            box.place(self._column(number), self.top - head, share, head)
        for number, label in enumerate(self.hours):
            high = label.line_height()
            # Below its line: over it, the first one would lie on the heads.
            label.place(self.x, self._place_minute((self.first + number) * 60) - high, self._left() - dp(8), high)
        for number, block in self.blocks:
            planned = block.planned
            wide = (share - 2 * dp(EDGE_DP)) / planned.lanes
            top, bottom = self._place_minute(planned.start), self._place_minute(planned.end)
            left = self._column(number) + dp(EDGE_DP) + planned.lane * wide
            between = dp(BETWEEN_DP)
            block.place(left, bottom + between / 2, wide - between, top - bottom - between)

    def paint(self) -> None:
        self.canvas.before.clear()
        self.canvas.after.clear()
        rect, radius = (*self.pos, *self.size), dp(RADIUS.card)
        surface = look.find_colour("surface")
        if look.theme.outlined:
            paint_edge(self.canvas.before, rect, look.find_colour("outline"), radius, surface)
        else:
            paint_ground(self.canvas.before, rect, surface, radius)
        share, bottom = self._share(self.width), self._place_minute(self.last * 60)
        if self.now.date() in self.days:
            self._paint_today(share, bottom)
        for hour in range(self.first, self.last + 1):
            line = self._place_minute(hour * 60)
            paint_divider(self.canvas.before, self.x + self._left(), line, self.width - self._left())
        for number in range(7):
            thin = (self._column(number), bottom, max(dp(1), 1), self.top - bottom)
            paint_ground(self.canvas.before, thin, look.find_colour("divider"))

    def _fit_lanes(self, share: float) -> None:
        """As many beside each other as a finger can tell apart in a column of this width; the others are one block."""
        lanes = max(int((share - 2 * dp(EDGE_DP)) // dp(SPACE.target_in_row + BETWEEN_DP)), 1)
        if lanes != self.lanes:
            self.lanes = lanes
            self.blocks = list(self._make_blocks())
            self._hold_all()

    def _make_blocks(self) -> Iterator[tuple[int, WeekBlock]]:
        """Each with the number of its day. One that stands for several leads to the day."""
        for number, one in enumerate(self.week):
            for block in make_blocks(one.rows, one.day, LEAST_MINUTES, self.lanes):
                if not block.more:
                    yield number, WeekBlock(block, self._opens(block.row))
                    continue
                said = self.language.count("{n} more visit", "{n} more visits", len(block.more))
                name = f"{said}, {self.language.format_long_day(one.day)}"
                yield number, WeekBlock(block, self._choose(one.day), name)

    def _hold_all(self) -> None:
        self.hold([*self.heads, *self.hours, *(block for _, block in self.blocks)])

    def _paint_today(self, share: float, bottom: float) -> None:
        """Its column, and over it the line of this moment."""
        left = self._column(self.days.index(self.now.date()))
        if not look.theme.outlined:
            column = (left, bottom, share, self.top - bottom)
            paint_ground(self.canvas.before, column, look.find_colour("primary_c", 0.3))
        minute = self.now.hour * 60 + self.now.minute
        if self.first * 60 <= minute <= self.last * 60:
            at, red = self._place_minute(minute), look.find_colour("red")
            # Below the blocks: a line through a name would make it hard to read.
            paint_ground(self.canvas.before, (left, at - dp(1), share, dp(2)), red)
            paint_dot(self.canvas.after, (left, at), dp(10), red)

    def _head_height(self, width: float) -> float:
        return max(box.height_for(self._share(width)) for box in self.heads)

    def _left(self) -> float:
        """Where the first column begins: the hours stand before it."""
        return max(label.width_wanted() for label in self.hours) + dp(16)

    def _share(self, width: float) -> float:
        return (width - self._left()) / 7

    def _column(self, number: int) -> float:
        return self.x + self._left() + number * self._share(self.width)

    def _place_minute(self, minute: int) -> float:
        head = self.top - self._head_height(self.width)
        return float(head - (minute - self.first * 60) / 60 * dp(HOUR_DP))
