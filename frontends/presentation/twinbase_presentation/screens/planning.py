"""Planning: a day, a week or a month of one's visits, with what is planned and what was written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import Day, MonthDay, my_month, my_week
from twinbase_mobile.tables import Customer, CustomerSite, Intervention, InterventionAssignment, Timesheet
from twinbase_mobile.tables.kinds import VisitStatus
from twinbase_presentation.command import Command, Done
from twinbase_presentation.languages import Language
from twinbase_presentation.route import Route
from twinbase_presentation.screen import ScreenModel
from twinbase_presentation.screens.visit_rows import VisitRow, make_rows
from twinbase_presentation.status_line import StatusLine, describe_status
from twinbase_presentation.workday import Workday

PlanningSpan = Literal["day", "week", "month"]


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A day with its visits in order of time. `said`: planned and written hours, "" where there are neither."""

    day: date
    rows: tuple[VisitRow, ...]
    said: str


@dataclass(frozen=True, slots=True)
class PlanningShown:
    """`week`: that of the chosen `day`. `month`: its days, read only where a month is looked at.

    `heading`: which day, week or month it is; `summary`: its hours.
    """

    span: PlanningSpan
    day: date
    week: tuple[PlannedDay, ...]
    month: tuple[MonthDay, ...]
    heading: str
    summary: str

    @property
    def chosen(self) -> PlannedDay:
        """The chosen day."""
        return next(one for one in self.week if one.day == self.day)


class PlanningModel(ScreenModel[PlanningShown]):
    """What is planned. `choose_span`, `choose_day`, and `move` to what is before or after."""

    watched = (Intervention, InterventionAssignment, Customer, CustomerSite, Timesheet)

    def __init__(self, workday: Workday, span: PlanningSpan = "week") -> None:
        super().__init__(workday, Route("planning"))
        self.span: PlanningSpan = span
        self._day: date | None = None

    @property
    def title(self) -> str:
        return self.workday.language.say("Planning")

    @property
    def status_line(self) -> StatusLine:
        """What is to be said of the sync at this moment."""
        workday = self.workday
        return describe_status(workday.runner.status, workday.language, workday.read_now(), workday.zone)

    @property
    def commands(self) -> Sequence[Command]:
        return (Command("now", self.workday.language.say("Today"), "today", self.go_to_today, "t"),)

    async def open(self) -> None:
        await super().open()
        self._stops.append(self.workday.observe_status(self._tell))

    async def choose_span(self, span: PlanningSpan) -> None:
        """Look at a day, a week or a month."""
        self.span = span
        await self.load()

    async def choose_day(self, day: date, span: PlanningSpan | None = None) -> None:
        """Another day, and another span where one is given."""
        self._day, self.span = day, span or self.span
        await self.load()

    async def move(self, steps: int) -> None:
        """So many days, weeks or months further."""
        await self.choose_day(move_day(self._day or self.workday.today, self.span, steps))

    async def go_to_today(self) -> Done:
        """Back to today, which is another day tomorrow."""
        self._day = None
        await self.load()
        return Done()

    async def read(self, session: ReplicaSession, now: datetime) -> PlanningShown:
        me, zone, language = self.workday.me, self.workday.zone, self.workday.language
        day = self._day or now.date()
        week = await my_week(session, me, day, now=now, zone=zone)
        is_month = self.span == "month"
        month = (await my_month(session, me, day, now=now, zone=zone)).days if is_month else ()
        return PlanningShown(
            span=self.span,
            day=day,
            week=tuple(_make_day(one, language) for one in week.days),
            month=month,
            heading=self._say_heading(day),
            summary=self._summarise(day, week.days, month),
        )

    def _say_heading(self, day: date) -> str:
        language = self.workday.language
        if self.span == "day":
            return _begin_large(language.format_day(day))
        if self.span == "month":
            return _begin_large(language.format_month(day))
        return language.say("Week {n}", n=day.isocalendar().week)

    def _summarise(self, day: date, week: Sequence[Day], month: Sequence[MonthDay]) -> str:
        language = self.workday.language
        if month:
            number = sum(one.visits for one in month)
            return language.count("{n} visit", "{n} visits", number)
        days = [one for one in week if self.span == "week" or one.day == day]
        planned, written = sum(one.expected_minutes for one in days), sum(one.written_minutes for one in days)
        return say_hours(planned, written, language) or language.say("Nothing is planned.")


def move_day(day: date, span: PlanningSpan, steps: int) -> date:
    """The same day so many spans further; of a month that is shorter, its last one."""
    if span != "month":
        return day + timedelta(days=steps * (7 if span == "week" else 1))
    first = day.replace(day=1)
    for _ in range(abs(steps)):
        first = (first + timedelta(days=31 if steps > 0 else -1)).replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


def say_hours(planned: int, written: int, language: Language) -> str:
    """`6 h 30 planned · 4 h 10 written`, of what there is."""
    parts = (
        language.say("{time} planned", time=language.format_minutes(planned)) if planned else "",
        language.say("{time} written", time=language.format_minutes(written)) if written else "",
    )
    return "\u00a0· ".join(part for part in parts if part)


def _begin_large(text: str) -> str:
    """French writes days and months small, but a heading begins with a large letter."""
    return text[:1].upper() + text[1:]


def _make_day(day: Day, language: Language) -> PlannedDay:
    """What is cancelled is planned no more: it stands among the jobs, and a month leaves it out too."""
    visits = [visit for visit in day.visits if visit.status != VisitStatus.CANCELLED]
    rows = tuple(make_rows(visits, language, ways=True))
    return PlannedDay(day.day, rows, say_hours(day.expected_minutes, day.written_minutes, language))
