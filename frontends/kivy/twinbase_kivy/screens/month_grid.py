"""A month at a glance: seven columns, a dot for up to three visits of a day, red for what is urgent or late."""

from collections.abc import Callable, Sequence
from datetime import date

from kivy.metrics import dp

from twinbase_kivy.boxes import Box, ColumnBox, Gap
from twinbase_kivy.drawing import paint_dot, paint_tint
from twinbase_kivy.flow_boxes import Halves
from twinbase_kivy.look import look
from twinbase_kivy.widgets.cards import CardBox
from twinbase_kivy.widgets.touch import Act, Touchable
from twinbase_kivy.widgets.words import Words
from twinbase_mobile.reading import MonthDay
from twinbase_presentation import Language
from twinbase_presentation.screens.planning import PlanningShown
from twinbase_presentation.tokens import RADIUS, SPACE

DOTS_MAX = 3
CELL_DP = 52


class MonthGrid(CardBox):
    """The weeks of a month, Monday first. A touch on a day looks at it alone."""

    def __init__(self, shown: PlanningShown, language: Language, today: date, choose: Callable[[date], Act]) -> None:
        cells: list[Box] = [Gap() for _ in range(shown.month[0].day.weekday())]
        cells += [MonthCell(one, language, choose(one.day), today=one.day == today) for one in shown.month]
        cells += [Gap() for _ in range(-len(cells) % 7)]
        letters = [Words(language.format_weekday(one.day), "tiny", "text3", align="centre") for one in shown.week]
        weeks = [Halves(*cells[at : at + 7]) for at in range(0, len(cells), 7)]
        super().__init__(Halves(*letters), *weeks, gap=SPACE.xs, edges=(SPACE.xs, SPACE.m, SPACE.xs, SPACE.s))


class MonthCell(Touchable):
    """A day: its number, and dots; its name says how many visits there are, and how many of them are urgent or late."""

    def __init__(self, one: MonthDay, language: Language, act: Act, *, today: bool) -> None:
        self.is_today, self.dots = today, _list_dots(one)
        front = "on_primary_c" if today else "text" if one.visits else "text3"
        inside = ColumnBox(
            Words(str(one.day.day), "subtitle", front, align="centre"), Gap(height=SPACE.l), edges=(0, SPACE.s, 0, 0)
        )
        said = [language.format_long_day(one.day)]
        if one.visits:
            said.append(language.count("{n} visit", "{n} visits", one.visits))
        if one.late:
            said.append(language.count("{n} late", "{n} late", one.late))
        if one.urgent:
            said.append(language.count("{n} urgent", "{n} urgent", one.urgent))
        super().__init__(act, inside, name=", ".join(said), radius=RADIUS.field, least=CELL_DP)

    def width_wanted(self) -> float:
        return float(dp(SPACE.target_in_row))

    def paint_below(self) -> None:
        if self.is_today:
            paint_tint(self.canvas.before, (*self.pos, *self.size), "primary_c", "outline", dp(self.radius))

    def paint(self) -> None:
        super().paint()
        across, step = dp(7), dp(10)
        left = self.center_x - step * (len(self.dots) - 1) / 2
        for number, colour in enumerate(self.dots):
            paint_dot(self.canvas.after, (left + number * step, self.y + dp(12)), across, look.find_colour(colour))


def _list_dots(one: MonthDay) -> Sequence[str]:
    """What waits for somebody first, then what is to come, then what is done."""
    waits = max(one.late, one.urgent)
    colours = ["red"] * waits + ["primary"] * (one.open - waits) + ["green"] * (one.visits - one.open)
    return colours[:DOTS_MAX]
