"""Today: what is under way, what comes next, what is left of the day."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import (
    Day,
    Entry,
    OpenJobs,
    RequestLine,
    Visit,
    my_day,
    my_requests,
    open_jobs,
    read_job,
    running_hours,
)
from twinbase_mobile.tables import (
    ChecklistAnswer,
    Customer,
    CustomerSite,
    Incident,
    Intervention,
    InterventionAssignment,
    InterventionSignature,
    Timesheet,
)
from twinbase_mobile.tables.kinds import VisitStatus
from twinbase_presentation.command import Command
from twinbase_presentation.languages import Language
from twinbase_presentation.route import Route
from twinbase_presentation.screen import ScreenModel
from twinbase_presentation.screens.before_finish import make_finish_steps
from twinbase_presentation.screens.visit_commands import make_contact_commands, make_status_commands
from twinbase_presentation.screens.visit_rows import UNDER_WAY, VisitRow, make_rows
from twinbase_presentation.status_line import StatusLine, describe_status, say_proof
from twinbase_presentation.workday import Workday

ROUTE = Route("today")
OPEN_MAX = 50
NOON = 12


@dataclass(frozen=True, slots=True)
class VisitGroup:
    """Some visits under one heading. `id`: late, under_way, morning, afternoon, no_time, done."""

    id: str
    heading: str
    rows: tuple[VisitRow, ...]


@dataclass(frozen=True, slots=True)
class Hero:
    """The visit that the card at the top is about: the one that is under way, else the next one of today.

    `since`: when what runs has begun; a clock on a screen shows the time since then, and counts nothing itself.
    `missing`: how many things lack before it may be finished.
    """

    row: VisitRow
    heading: str
    since: datetime | None
    access: str
    missing: int = 0


@dataclass(frozen=True, slots=True)
class TodayShown:
    """`summary`: `Wed, Jun 10 · 5 visits · 6 h 30`. `warning`: two visits are under way. `nothing`: what an empty day
    says, with the next visit after it."""

    summary: str
    hero: Hero | None
    groups: tuple[VisitGroup, ...]
    requests: tuple[RequestLine, ...]
    warning: str
    nothing: str

    @property
    def rows(self) -> tuple[VisitRow, ...]:
        """All visits, in the order in which they stand there."""
        return tuple(row for group in self.groups for row in group.rows)


class TodayModel(ScreenModel[TodayShown]):
    """The first screen of the day."""

    watched = (
        Intervention, InterventionAssignment, InterventionSignature, ChecklistAnswer, Timesheet, Incident, Customer,
        CustomerSite,
    )  # fmt: skip

    def __init__(self, workday: Workday) -> None:
        super().__init__(workday, ROUTE)

    @property
    def title(self) -> str:
        return self.workday.language.say("Today")

    @property
    def status_line(self) -> StatusLine:
        """What is to be said of the sync at this moment."""
        workday = self.workday
        return describe_status(workday.runner.status, workday.language, workday.read_now(), workday.zone)

    @property
    def proof(self) -> str:
        """When this device was last found equal to the server."""
        workday = self.workday
        return say_proof(workday.runner.status, workday.language, workday.read_now(), workday.zone)

    @property
    def commands(self) -> Sequence[Command]:
        """Those of the visit in the card."""
        if self.shown is None or self.shown.hero is None:
            return ()
        hero = self.shown.hero
        visit = hero.row.visit
        return (*make_status_commands(self.workday, visit, hero.missing), *make_contact_commands(self.workday, visit))

    async def open(self) -> None:
        await super().open()
        self._stops.append(self.workday.observe_status(self._tell))

    async def read(self, session: ReplicaSession, now: datetime) -> TodayShown:
        me, zone = self.workday.me, self.workday.zone
        day = await my_day(session, me, now=now, zone=zone)
        open_now = await open_jobs(session, me, now=now, zone=zone, limit=OPEN_MAX)
        running = await running_hours(session, me, zone=zone)
        requests = await my_requests(session, me, zone=zone)
        shown = make_today(day, open_now, running, requests, now, self.workday.language)
        return replace(shown, hero=await self._count_missing(session, shown.hero, now))

    async def _count_missing(self, session: ReplicaSession, hero: Hero | None, now: datetime) -> Hero | None:
        """Of a visit on which somebody works: what lacks is on the button that finishes it."""
        if hero is None or hero.row.visit.status not in (VisitStatus.IN_PROGRESS, VisitStatus.PAUSED):
            return hero
        job = await read_job(session, hero.row.id, now=now, zone=self.workday.zone)
        steps = make_finish_steps(job, self.workday.language) if job else ()
        return replace(hero, missing=sum(step.is_missing for step in steps))


def make_today(
    day: Day,
    open_now: OpenJobs,
    running: Sequence[Entry],
    requests: tuple[RequestLine, ...],
    now: datetime,
    language: Language,
) -> TodayShown:
    """What today shows, from what was read."""
    under_way = [visit for visit in open_now.visits if visit.status in UNDER_WAY]
    groups = tuple(group for group in _groups(day, open_now, language) if group.rows)
    started = [visit for visit in under_way if visit.status == VisitStatus.IN_PROGRESS]
    return TodayShown(
        summary=_summary(day, language),
        hero=_hero(day, under_way, running, now, language),
        groups=groups,
        requests=requests,
        warning=language.say("Two jobs are under way. Pause one.") if len(started) > 1 else "",
        nothing="" if groups else _nothing(open_now, now, language),
    )


def _summary(day: Day, language: Language) -> str:
    visits = [visit for visit in day.visits if visit.status != VisitStatus.CANCELLED]
    counted = language.count("{n} visit", "{n} visits", len(visits))
    parts = [language.format_day(day.day), counted]
    if day.expected_minutes:
        parts.append(language.format_minutes(day.expected_minutes))
    return "\u00a0· ".join(parts)


def _groups(day: Day, open_now: OpenJobs, language: Language) -> Iterable[VisitGroup]:
    """Under way first, then what is late from before, then the day in its order, then what is done."""
    say = language.say
    under_way = [visit for visit in open_now.visits if visit.status in UNDER_WAY]
    taken = {visit.id for visit in under_way}
    before = [visit for visit in open_now.visits if visit.late and visit.id not in taken and _is_before(visit, day)]
    taken |= {visit.id for visit in before}
    rest = [visit for visit in day.visits if visit.id not in taken]
    parts: tuple[tuple[str, str, Callable[[Visit], bool]], ...] = (
        ("morning", say("Morning"), lambda visit: visit.is_open and _hour(visit, day) < NOON),
        ("afternoon", say("Afternoon"), lambda visit: visit.is_open and _hour(visit, day) >= NOON),
        ("done", say("Finished"), lambda visit: not visit.is_open),
    )
    yield VisitGroup("under_way", say("Under way"), tuple(make_rows(under_way, language)))
    yield VisitGroup("late", say("Late"), tuple(make_rows(before, language)))
    for id_, heading, belongs in parts:
        its = [visit for visit in rest if belongs(visit)]
        yield VisitGroup(id_, heading, tuple(make_rows(its, language, ways=True)))
    without = [visit for visit in open_now.visits if visit.start is None and visit.id not in taken]
    yield VisitGroup("no_time", say("No time"), tuple(make_rows(without, language)))


def _is_before(visit: Visit, day: Day) -> bool:
    return visit.start is not None and (visit.end or visit.start).date() < day.day


def _hour(visit: Visit, day: Day) -> int:
    """What began the day before is there in the morning."""
    return 0 if visit.start is None or visit.start.date() < day.day else visit.start.hour


def _hero(
    day: Day, under_way: Sequence[Visit], running: Sequence[Entry], now: datetime, language: Language
) -> Hero | None:
    visit = next(iter(under_way), None) or next((each for each in day.visits if each.is_open), None)
    if visit is None:
        return None
    (row,) = make_rows([visit], language)
    since = next((entry.start for entry in running if entry.visit_id == visit.id), None)
    return Hero(row, _heading(visit, since, now, language), since, visit.place.access_notes)


def _heading(visit: Visit, since: datetime | None, now: datetime, language: Language) -> str:
    if visit.status == VisitStatus.PAUSED:
        return language.say("Paused")
    if visit.status in UNDER_WAY:
        word = {"time": language.format_when(since, now.date())} if since is not None else None
        if visit.status == VisitStatus.TRAVELLING:
            return language.say("On the way since {time}", **word) if word else language.say("On the way")
        return language.say("Under way since {time}", **word) if word else language.say("Under way")
    if visit.start is None or visit.start <= now:
        return language.say("Next visit")
    minutes = int((visit.start - now).total_seconds()) // 60
    return language.say("Next visit · in {time}", time=language.format_minutes(minutes))


def _nothing(open_now: OpenJobs, now: datetime, language: Language) -> str:
    coming = [visit for visit in open_now.visits if visit.start is not None and visit.start > now]
    if not coming:
        return language.say("Nothing planned today.")
    start = min(visit.start for visit in coming if visit.start is not None)
    when = language.format_when(start, now.date())
    return language.say("Nothing planned today. Next: {time}.", time=when)
