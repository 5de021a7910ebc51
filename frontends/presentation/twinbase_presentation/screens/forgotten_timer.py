"""A line of hours that has run for more than twelve hours: when did its work really end?"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from twinbase_mobile.reading import Entry, running_hours
from twinbase_mobile.rules import span_fault
from twinbase_presentation.acts.hours import end_line
from twinbase_presentation.command import Command, Done
from twinbase_presentation.faults import say_reason
from twinbase_presentation.fields import FieldChoice, FormField
from twinbase_presentation.form import FieldFault, Form
from twinbase_presentation.route import Route
from twinbase_presentation.screens.typed_minute import meet_moment
from twinbase_presentation.workday import Workday

DAYS_MAX = 7
FORGOTTEN = "forgotten"


class ForgottenTimer:
    """The form of one such line: make it, and save it."""

    def __init__(self, workday: Workday, line: UUID) -> None:
        self.workday, self.line = workday, line
        self._start: datetime | None = None

    async def make_form(self) -> Form | None:
        """On which day and at what time; None where the line runs no more."""
        say, now = self.workday.language.say, self.workday.read_now()
        entry = await self._read()
        if entry is None or entry.start is None:
            return None
        self._start = entry.start
        days = tuple(
            FieldChoice(day.isoformat(), self._name_day(day, now.date())) for day in _list_days(entry.start, now)
        )
        fields = (
            FormField("day", say("Day"), "choice", is_required=True, choices=days),
            FormField("end", say("End"), "time", is_required=True),
        )
        form = Form(self.workday, Route("hours", self.line, FORGOTTEN), fields, self._check)
        await form.load({"day": entry.start.date()})
        return form

    async def save(self, form: Form) -> Done:
        """End the line at that moment."""
        language = self.workday.language
        if not form.validate():
            return Done(fault=form.fault or language.say("Correct what is marked."))
        end = self._moment(form.values)
        fault = await self.workday.runner.write(lambda session: end_line(session, self.line, end))
        if fault is not None:
            return Done(fault=say_reason(language, fault))
        await form.forget()
        return Done(language.say("The timer ended at {time}.", time=language.format_when(end, self.workday.today)))

    def _check(self, values: Mapping[str, Any]) -> Iterable[FieldFault]:
        end = self._moment(values)
        fault = span_fault({"start_at": self._start, "end_at": end})
        if fault is not None:
            yield FieldFault("end", say_reason(self.workday.language, fault))
        elif end > self.workday.read_now():
            yield FieldFault("end", self.workday.language.say("That is still to come."))

    def _moment(self, values: Mapping[str, Any]) -> datetime:
        typed = datetime.combine(date.fromisoformat(values["day"]), values["end"], self.workday.read_now().tzinfo)
        return meet_moment(typed, self._start)

    def _name_day(self, day: date, today: date) -> str:
        return self.workday.language.say("Today") if day == today else self.workday.language.format_day(day)

    async def _read(self) -> Entry | None:
        me, zone = self.workday.me, self.workday.zone
        running = await self.workday.runner.read(lambda session: running_hours(session, me, zone=zone))
        return next((entry for entry in running if entry.id == self.line), None)


def make_forgotten_command(workday: Workday, line: UUID) -> Command:
    """In place of the one that stops a timer: what it has counted is not what was worked."""

    async def run() -> Done:
        return Done(go=Route("hours", line, FORGOTTEN))

    return Command(FORGOTTEN, workday.language.say("Say when you finished"), "schedule", run, "s", is_main=True)


def _list_days(start: datetime, now: datetime) -> Iterator[date]:
    """From the day on which it began to today, the first seven of them."""
    for number in range(min((now.date() - start.date()).days + 1, DAYS_MAX)):
        yield start.date() + timedelta(days=number)
