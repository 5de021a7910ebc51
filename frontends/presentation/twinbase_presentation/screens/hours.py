"""Hours: the line that runs, the day as blocks with its gaps, the week beside what it is planned to be."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import Entry, WeekHours, my_hours, running_hours
from twinbase_mobile.rules import span_fault
from twinbase_mobile.tables import Intervention, Timesheet
from twinbase_mobile.tables.kinds import Claim, WorkKind
from twinbase_presentation.acts.hours import (
    correct_hours,
    delete_hours,
    end_lines,
    start_line,
    submit_hours,
    write_hours,
)
from twinbase_presentation.command import Command, Done
from twinbase_presentation.faults import say_reason
from twinbase_presentation.fields import FieldChoice, FormField
from twinbase_presentation.form import FieldFault, Form
from twinbase_presentation.route import Route
from twinbase_presentation.screen import ScreenModel
from twinbase_presentation.screens.forgotten_timer import make_forgotten_command
from twinbase_presentation.screens.typed_minute import meet_moment
from twinbase_presentation.screens.visit_commands import make_stamp
from twinbase_presentation.words import say_word
from twinbase_presentation.workday import Workday

GAP_MINUTES = 5
"""What is shorter is no gap: nobody writes down each minute."""
LONG = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class HoursGap:
    """A time of the day between two lines of which nothing is written."""

    start: datetime
    end: datetime
    said: str


@dataclass(frozen=True, slots=True)
class HoursShown:
    """`week` with its days; `gaps` of the chosen day; `drafts`: lines that can be submitted.

    `running`: the newest line that runs; `long`: it has run for more than twelve hours, and what is asked then.
    `balance`: written, planned and the difference, in words; `summary`: the number of the week, and what is written.
    """

    week: WeekHours
    day: date
    running: Entry | None
    long: str
    gaps: tuple[HoursGap, ...]
    drafts: tuple[UUID, ...]
    balance: str
    summary: str

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The lines of the chosen day."""
        return next(one.entries for one in self.week.days if one.day == self.day)


class HoursModel(ScreenModel[HoursShown]):
    """One day of hours, and its week. `choose_day` shows another one."""

    watched = (Timesheet, Intervention)

    def __init__(self, workday: Workday) -> None:
        super().__init__(workday, Route("hours"))
        self._day: date | None = None

    @property
    def title(self) -> str:
        return self.workday.language.say("Hours")

    @property
    def commands(self) -> Sequence[Command]:
        say, shown = self.workday.language.say, self.shown
        if shown is None:
            return ()
        if shown.running is not None and shown.long:
            stop = make_forgotten_command(self.workday, shown.running.id)
        elif shown.running is not None:
            stop = Command("stop", say("Stop"), "stop", self.stop, "s", is_main=True)
        else:
            stop = Command("start", say("Start"), "play_arrow", self.start, "s", is_main=True)
        number = len(shown.drafts)
        label = self.workday.language.count("Submit {n} line", "Submit {n} lines", number)
        why_not = "" if number else say("There is nothing to submit.")
        return stop, Command("submit", label, "send", self.submit, why_not=why_not, badge=number)

    async def choose_day(self, day: date) -> None:
        """Show another day, of this week or of another one."""
        self._day = day
        await self.load()

    async def read(self, session: ReplicaSession, now: datetime) -> HoursShown:
        me, zone, language = self.workday.me, self.workday.zone, self.workday.language
        day = self._day or now.date()
        (week,) = await my_hours(session, me, day, now=now, zone=zone)
        running = next(iter(await running_hours(session, me, zone=zone)), None)
        entries = next(one.entries for one in week.days if one.day == day)
        drafts = [one.id for each in week.days for one in each.entries if one.state == Claim.DRAFT and one.minutes]
        written, planned, balance = (
            language.format_minutes(minutes) for minutes in (week.worked + week.absent, week.expected, week.balance)
        )
        return HoursShown(
            week=week,
            day=day,
            running=running,
            long=self._say_long(running, now),
            gaps=tuple(self._gaps(entries)),
            drafts=tuple(drafts),
            balance=language.say(
                "{written} written · {planned} planned · {balance}", written=written, planned=planned, balance=balance
            ),
            summary=self._summarise(week, day),
        )

    def _summarise(self, week: WeekHours, day: date) -> str:
        language = self.workday.language
        number = language.say("Week {n}", n=day.isocalendar().week)
        written = language.format_minutes(week.worked + week.absent)
        if week.expected:
            planned = language.format_minutes(week.expected)
            written = language.say("{written} of {planned}", written=written, planned=planned)
        return f"{number}\u00a0· {written}"

    async def start(self, activity: WorkKind = WorkKind.WORK) -> Done:
        """Begin a line that runs."""
        stamp = make_stamp(self.workday)
        await self.workday.runner.write(lambda session: start_line(session, stamp, activity))
        await self.load()
        return Done()

    async def stop(self) -> Done:
        """End what runs."""
        stamp = make_stamp(self.workday)
        await self.workday.runner.write(lambda session: end_lines(session, stamp))
        await self.load()
        return Done()

    async def submit(self) -> Done:
        """Hand the drafts of the week over to the office."""
        ids = self.shown.drafts if self.shown else ()
        fault = await self.workday.runner.write(lambda session: submit_hours(session, ids))
        await self.load()
        return Done(fault=say_reason(self.workday.language, fault)) if fault else Done()

    async def delete(self, id_: UUID) -> Done:
        """Take a line away; it can be undone for some seconds."""

        async def write() -> None:
            await self.workday.runner.write(lambda session: delete_hours(session, id_))

        return await self.workday.held.hold(self.workday.language.say("Line deleted."), write, id_)

    async def make_form(self, entry: Entry | None = None, gap: HoursGap | None = None) -> Form:
        """A line by hand: a new one, of a gap say, or one that is there."""
        say, language = self.workday.language.say, self.workday.language
        kinds = tuple(FieldChoice(kind.value, say_word(language, kind)) for kind in WorkKind)
        fields = (
            FormField("start", say("Begins at"), "time", is_required=True),
            FormField("end", say("End"), "time", is_required=True),
            FormField("pause", say("Break (minutes)"), "whole"),
            FormField("activity", say("Kind of work"), "choice", choices=kinds, text=WorkKind.WORK.value),
            FormField("comment", say("Comment"), "long_text"),
        )
        form = Form(
            self.workday, Route("hours", entry.id if entry else None, "line"), fields, partial(self._check, entry)
        )
        given: dict[str, Any] = {}
        if entry is not None:
            given = {"start": entry.start, "end": entry.end, "activity": entry.activity, "comment": entry.comment}
            given |= {"pause": _read_pause(entry)}
        elif gap is not None:
            given = {"start": gap.start, "end": gap.end}
        await form.load(given)
        return form

    async def save(self, form: Form, entry: Entry | None = None) -> Done:
        """Write what stands in the form."""
        language, stamp = self.workday.language, make_stamp(self.workday)
        if not form.validate():
            return Done(fault=form.fault or language.say("Correct what is marked."))
        values = form.values
        start, end = self._span(values, entry)
        activity, pause = WorkKind(values["activity"] or WorkKind.WORK), values["pause"] or 0
        comment = values["comment"] or ""

        async def write(session: ReplicaSession) -> Any:
            if entry is None:
                await write_hours(session, stamp, start, end, activity=activity, pause=pause, comment=comment)
                return None
            changes = {"start_at": start, "end_at": end, "activity": activity, "comment": comment or None}
            return await correct_hours(session, entry.id, **changes, break_minutes=pause, minutes=None)

        fault = await self.workday.runner.write(write)
        if fault is not None:
            return Done(fault=say_reason(language, fault))
        await form.forget()
        await self.load()
        return Done()

    def _check(self, entry: Entry | None, values: Mapping[str, Any]) -> Iterable[FieldFault]:
        start, end = self._span(values, entry)
        fault = span_fault({"start_at": start, "end_at": end})
        return [] if fault is None else [FieldFault("end", say_reason(self.workday.language, fault))]

    def _span(self, values: Mapping[str, Any], entry: Entry | None) -> tuple[datetime, datetime]:
        """From when to when; a time of a line that was not changed keeps its seconds."""
        known = (entry.start, entry.end) if entry is not None else (None, None)
        start = meet_moment(self._moment(values["start"]), known[0])
        return start, meet_moment(self._moment(values["end"]), known[1], start)

    def _moment(self, clock: time) -> datetime:
        """That time of the chosen day."""
        day = self.shown.day if self.shown else self.workday.today
        return datetime.combine(day, clock, self.workday.read_now().tzinfo)

    def _gaps(self, entries: Sequence[Entry]) -> Iterator[HoursGap]:
        """Between lines of which both times are known, in the order of the day."""
        last: datetime | None = None
        for entry in sorted((one for one in entries if one.start and one.end), key=lambda one: str(one.start)):
            assert entry.start is not None and entry.end is not None
            if last is not None and (minutes := int((entry.start - last).total_seconds()) // 60) >= GAP_MINUTES:
                language = self.workday.language
                said = language.say("{time} gap", time=language.format_minutes(minutes))
                yield HoursGap(last, entry.start, said)
            last = entry.end if last is None else max(last, entry.end)

    def _say_long(self, running: Entry | None, now: datetime) -> str:
        if running is None or running.start is None or now - running.start < LONG:
            return ""
        language = self.workday.language
        when = language.format_when(running.start, now.date())
        return language.say("The timer has been running since {time}. When did you finish?", time=when)


def _read_pause(entry: Entry) -> int | None:
    """The minutes of a line that were no work; None where there are none, or where its times are not known."""
    if entry.start is None or entry.end is None:
        return None
    return max(int((entry.end - entry.start).total_seconds()) // 60 - entry.minutes, 0) or None
