"""Planning: a day under a strip of its week, a week as a list or as seven columns, a month with dots."""

from collections.abc import Iterator, Sequence
from datetime import date

from twinbase_kivy.boxes import Box, ColumnBox
from twinbase_kivy.flow_boxes import Halves, Wrap
from twinbase_kivy.page import Guide, PageView
from twinbase_kivy.screens.day_bar import DayCell
from twinbase_kivy.screens.month_grid import MonthGrid
from twinbase_kivy.screens.visit_lines import make_visit_line
from twinbase_kivy.screens.week_grid import WeekGrid
from twinbase_kivy.widgets.buttons import IconButton
from twinbase_kivy.widgets.cards import CardBox, divide, group_title
from twinbase_kivy.widgets.chips import ChoiceChip
from twinbase_kivy.widgets.notices import EmptyView
from twinbase_kivy.widgets.touch import Act
from twinbase_kivy.widgets.words import Words
from twinbase_presentation import Route
from twinbase_presentation.screens.planning import PlannedDay, PlanningModel, PlanningShown, PlanningSpan
from twinbase_presentation.tokens import SPACE

SPAN_KEYS: dict[str, PlanningSpan] = {"d": "day", "w": "week", "m": "month"}


class PlanningPage(PageView):
    """S06."""

    is_kept = True
    model: PlanningModel

    def __init__(self, model: PlanningModel, guide: Guide, *, has_back: bool = False) -> None:
        model.span = "week" if guide.is_wide else "day"
        super().__init__(model, guide, has_back=has_back)

    def make_head(self) -> Box:
        shown = self.model.shown
        if shown is None:
            return self.title_bar(self.model.title)
        acts = (
            IconButton("previous", self.say("Before"), lambda: self.move(-1)),
            IconButton("today", self.say("Today"), self.go_to_today),
            IconButton("next", self.say("After"), lambda: self.move(1)),
        )
        chips = self.status_chips(self.model.status_line) if self.guide.is_wide else []
        title = f"{self.model.title}\u00a0· {shown.heading}" if self.guide.is_wide else shown.heading
        return self.title_bar(title, shown.summary, *acts, chips=chips)

    def make_body(self) -> Sequence[Box | None]:
        shown = self.model.shown
        assert shown is not None
        return [Wrap(*self._make_spans(shown), gap=SPACE.s), *self._make_span(shown)]

    def press_key(self, said: str) -> bool:
        """The arrows at the sides, D, W and M, and T for today."""
        if said in ("left", "right"):
            self.move(-1 if said == "left" else 1)
        elif said in SPAN_KEYS:
            self.choose_span(SPAN_KEYS[said])
        elif said == "t":
            self.go_to_today()
        else:
            return False
        return True

    def move(self, steps: int) -> None:
        """So many days, weeks or months further."""
        self.guide.workday.spawn(self.model.move(steps))

    def go_to_today(self) -> None:
        """Back to today."""
        self.do(self.model.go_to_today())

    def choose_span(self, span: PlanningSpan) -> None:
        """Look at a day, a week or a month."""
        self.guide.workday.spawn(self.model.choose_span(span))

    def choose_act(self, day: date) -> Act:
        """What a touch on a day does: it is looked at alone."""
        return lambda: self.guide.workday.spawn(self.model.choose_day(day, "day"))

    def _make_spans(self, shown: PlanningShown) -> Iterator[Box]:
        labels: dict[PlanningSpan, tuple[str, str]] = {
            "day": (self.say("Day"), "calendar_day"),
            "week": (self.say("Week"), "calendar_week"),
            "month": (self.say("Month"), "planning"),
        }
        for span, (label, icon) in labels.items():
            icon_shown = "check" if span == shown.span else icon
            yield ChoiceChip(label, self._choose(span), chosen=span == shown.span, icon=icon_shown)

    def _choose(self, span: PlanningSpan) -> Act:
        return lambda: self.choose_span(span)

    def _make_span(self, shown: PlanningShown) -> list[Box]:
        workday = self.guide.workday
        if shown.span == "month":
            return [MonthGrid(shown, workday.language, workday.today, self.choose_act)]
        if shown.span == "week" and self.guide.is_wide:
            opens = lambda row: self.open_act(Route("visit", row.id))  # noqa: E731
            return [WeekGrid(shown.week, workday.language, workday.read_now(), self.choose_act, opens)]
        if shown.span == "week":
            return [part for one in shown.week for part in self._make_day(one)]
        return [self._make_strip(shown), *self._make_lines(shown.chosen)]

    def _make_strip(self, shown: PlanningShown) -> Box:
        """The week of the day, to touch another one."""
        language, today = self.guide.workday.language, self.guide.workday.today
        cells = (
            DayCell(
                language.format_weekday(one.day),
                str(one.day.day),
                language.format_long_day(one.day),
                self.choose_act(one.day),
                chosen=one.day == shown.day,
                today=one.day == today,
                dot=bool(one.rows),
            )
            for one in shown.week
        )
        return CardBox(Halves(*cells), edges=(SPACE.xs, SPACE.xs, SPACE.xs, SPACE.xs))

    def _make_day(self, one: PlannedDay) -> list[Box]:
        """A day of a list: its name and hours, then its visits."""
        heading = self.guide.workday.language.format_day(one.day)
        said = "\u00a0· ".join(part for part in (heading, one.said) if part)
        if not one.rows:
            return [ColumnBox(group_title(said), Words(self.say("Nothing is planned."), "small", "text3"))]
        return [group_title(said), *self._make_lines(one)]

    def _make_lines(self, one: PlannedDay) -> list[Box]:
        if not one.rows:
            return [EmptyView("planning", self.say("Nothing is planned on this day."))]
        lines = [make_visit_line(self, row) for row in one.rows]
        return [CardBox(*divide(lines, 76), gap=0, edges=(0, 0, 0, 0))]
