"""One visit: all that is needed at the door, and before leaving."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import Job, read_job, running_hours
from twinbase_mobile.rules import done_faults, is_closed, worked_minutes
from twinbase_mobile.tables import (
    ChecklistAnswer,
    Contact,
    Customer,
    CustomerEquipment,
    CustomerSite,
    Intervention,
    InterventionAssignment,
    InterventionEquipment,
    InterventionNote,
    InterventionPart,
    InterventionPhoto,
    InterventionSignature,
    Timesheet,
)
from twinbase_mobile.tables.kinds import VisitStatus
from twinbase_presentation.acts.visits import VisitEnd, cancel_visit, finish_work
from twinbase_presentation.command import Command, Done
from twinbase_presentation.faults import say_reason
from twinbase_presentation.fields import FieldChoice, FormField
from twinbase_presentation.form import FieldFault, Form
from twinbase_presentation.languages import Language
from twinbase_presentation.route import Route
from twinbase_presentation.row_titles import name_edits
from twinbase_presentation.screen import ScreenModel
from twinbase_presentation.screens.before_finish import FinishStep, make_finish_steps
from twinbase_presentation.screens.refusals import RefusedCard, make_card
from twinbase_presentation.screens.share import make_share_command
from twinbase_presentation.screens.typed_minute import meet_moment
from twinbase_presentation.screens.visit_commands import (
    make_appliance_commands,
    make_contact_commands,
    make_place_commands,
    make_stamp,
    make_status_commands,
)
from twinbase_presentation.screens.visit_rows import VisitRow, make_rows
from twinbase_presentation.workday import Workday

COMING = ("customer", "instructions", "equipment", "contract", "team", "history", "notes", "files")
UNDER_WAY = (
    "before_finish", "customer", "instructions", "checklist", "parts", "photos", "notes", "equipment", "team",
    "contract", "history", "files",
)  # fmt: skip
CLOSED = ("report", "signature", "checklist", "parts", "photos", "notes", "customer", "deliveries", "history", "files")
"""The cards of a visit, in the order that its status wants: what to do next stands first."""

PLANNED = (VisitStatus.PLANNED, VisitStatus.CONFIRMED, VisitStatus.TRAVELLING, VisitStatus.UNKNOWN)
"""Nobody works on it yet."""


@dataclass(frozen=True, slots=True)
class VisitShown:
    """`cards`: which are shown, in order; one that has nothing to show is left out. `since`: when what runs has begun.

    `steps`: what lacks before it may be finished, and what is done of it. `refused`: on top, red.
    """

    job: Job
    row: VisitRow
    since: datetime | None
    cards: tuple[str, ...]
    steps: tuple[FinishStep, ...]
    refused: tuple[RefusedCard, ...]
    is_read_only: bool

    @property
    def missing(self) -> int:
        """How many things lack."""
        return sum(step.is_missing for step in self.steps)

    @property
    def progress(self) -> tuple[int, int]:
        """How many of the needed steps are done, of how many: with the button that finishes, it says one number."""
        needed = [step for step in self.steps if step.is_needed]
        return sum(step.is_done for step in needed), len(needed)


class VisitModel(ScreenModel[VisitShown | None]):
    """One visit. `shown` is None when it is on this device no longer: `gone` says why that may be."""

    watched = (
        Intervention, InterventionAssignment, InterventionEquipment, InterventionNote, InterventionPart,
        InterventionPhoto, InterventionSignature, ChecklistAnswer, Timesheet, Customer, CustomerSite, Contact,
        CustomerEquipment,
    )  # fmt: skip

    def __init__(self, workday: Workday, id_: UUID) -> None:
        super().__init__(workday, Route("visit", id_))
        self.id = id_

    @property
    def title(self) -> str:
        return self.shown.row.title if self.shown else self.workday.language.say("Visit")

    @property
    def gone(self) -> str:
        """What is said in place of a visit that is not here."""
        return self.workday.language.say(
            "This job is no longer on this device: it went to somebody else or is too old."
        )

    @property
    def commands(self) -> Sequence[Command]:
        if not self.shown:
            return ()
        visit = self.shown.job.visit
        status = make_status_commands(self.workday, visit, self.shown.missing)
        places = make_place_commands(self.workday, visit.id, is_open=visit.is_open)
        contact = make_contact_commands(self.workday, visit, keys=False)
        appliances = make_appliance_commands(self.workday, visit.id, self.shown.job.appliances) if visit.is_open else ()
        share = make_share_command(self.workday, visit.id)
        return (*status, *places, *contact, *appliances, share)

    async def read(self, session: ReplicaSession, now: datetime) -> VisitShown | None:
        job = await read_job(session, self.id, now=now, zone=self.workday.zone)
        if job is None:
            return None
        running = await running_hours(session, self.workday.me, zone=self.workday.zone)
        since = next((entry.start for entry in running if entry.visit_id == self.id), None)
        language = self.workday.language
        (row,) = make_rows([job.visit], language)
        refused = await _refused_cards(session, job, language)
        steps = make_finish_steps(job, language)
        closed = is_closed(job.visit.status)
        return VisitShown(job, row, since, order_cards(job), () if closed else steps, refused, closed)

    async def make_finish_form(self) -> Form:
        """What is asked once when everything else is there: the end, the minutes, whether somebody must come again."""
        say = self.workday.language.say
        fields = (
            FormField("end", say("End"), "time", is_required=True),
            FormField("worked_minutes", say("Work (minutes)"), "whole"),
            FormField("travel_minutes", say("Travel (minutes)"), "whole"),
            FormField("follow_up_needed", say("Another visit is needed"), "flag"),
        )
        form = Form(self.workday, Route("visit", self.id, "finish"), fields, self._check_end)
        now, job = self.workday.read_now(), self._job
        worked = job.worked_minutes or _minutes_until(job, now)
        given = {"end": job.actual_end or now, "worked_minutes": worked, "travel_minutes": job.travel_minutes}
        await form.load({**given, "follow_up_needed": job.follow_up_needed})
        return form

    async def finish(self, form: Form) -> Done:
        """Hold the end of the visit for some seconds, then write it; what lacks is said, and nothing is held."""
        say, shown = self.workday.language.say, self.shown
        assert shown is not None
        if shown.missing:
            return Done(
                fault=say("Something lacks before the visit may be finished."), go=Route("visit", self.id, "missing")
            )
        if not form.validate():
            return Done(fault=form.fault or say("Correct what is marked."))
        values, stamp = form.values, make_stamp(self.workday)
        said = VisitEnd(
            end=self._end_of(values["end"]),
            worked_minutes=values["worked_minutes"],
            travel_minutes=values["travel_minutes"],
            follow_up_needed=values["follow_up_needed"],
        )
        await form.forget()

        async def write() -> None:
            await self.workday.runner.write(lambda session: finish_work(session, self.id, stamp, said))

        return await self.workday.held.hold(say("Job done. It is sent as soon as possible."), write, self.id)

    async def make_cancel_form(self) -> Form:
        """Why the visit does not take place: one of the usual reasons, or another one in words."""
        say = self.workday.language.say
        usual = (say("Customer absent"), say("Part missing"), say("No access"), say("Postponed"))
        choices = tuple(FieldChoice(reason, reason) for reason in usual)
        fields = (FormField("why", say("Why"), "choice", choices=choices), FormField("other", say("Another reason")))
        form = Form(self.workday, Route("visit", self.id, "cancel"), fields, self._check_reason)
        await form.load()
        return form

    async def cancel(self, form: Form) -> Done:
        """Hold it for some seconds, then write it."""
        if not form.validate():
            return Done(fault=form.fault or self.workday.language.say("Correct what is marked."))
        why, stamp = str(form.values["other"] or form.values["why"]), make_stamp(self.workday)
        await form.forget()

        async def write() -> None:
            await self.workday.runner.write(lambda session: cancel_visit(session, self.id, stamp, why))

        return await self.workday.held.hold(self.workday.language.say("Visit cancelled."), write, self.id)

    @property
    def _job(self) -> Job:
        assert self.shown is not None
        return self.shown.job

    def _end_of(self, clock: time) -> datetime:
        """The last time that it was so late: nobody has finished in the future."""
        now = self.workday.read_now()
        end = datetime.combine(now.date(), clock, now.tzinfo)
        if end > now:
            end = datetime.combine(now.date() - timedelta(days=1), clock, now.tzinfo)
        return meet_moment(end, self._job.actual_start)

    def _check_end(self, values: Mapping[str, Any]) -> list[FieldFault]:
        end = self._end_of(values["end"])
        start = self._job.actual_start
        given = {"actual_start": start, "actual_end": end, "report": "said elsewhere"}
        faults = [fault for fault in done_faults(given) if fault.code in ("done_without_times", "ends_before_start")]
        return [FieldFault("end", say_reason(self.workday.language, fault)) for fault in faults]

    def _check_reason(self, values: Mapping[str, Any]) -> list[FieldFault]:
        if values["why"] or values["other"]:
            return []
        return [FieldFault("", self.workday.language.say("Say why the visit is cancelled."))]


def order_cards(job: Job) -> tuple[str, ...]:
    """The cards of a visit that have something to show, what is to be done next first."""
    status = job.visit.status
    order = CLOSED if is_closed(status) else COMING if status in PLANNED else UNDER_WAY
    has = {
        "instructions": bool(job.instructions or job.office_notes),
        "equipment": bool(job.appliances),
        "contract": bool(job.contract or job.project or job.incident or job.tickets),
        "team": len(job.team) > 1,
        "history": bool(job.history),
        "checklist": bool(job.checklists),
        "files": bool(job.files),
        "deliveries": bool(job.deliveries),
        "notes": bool(job.notes) or not is_closed(status),
        "report": bool(job.report or job.no_report_reason),
        "signature": bool(job.signatures),
    }
    return tuple(card for card in order if has.get(card, True))


async def _refused_cards(session: ReplicaSession, job: Job, language: Language) -> tuple[RefusedCard, ...]:
    """A new row that was refused is in no table: what was typed is in its edit."""
    if not job.refused:
        return ()
    titles = await name_edits(session, await session.read_outbox(), language)
    return tuple(make_card(edit, titles.get(edit.id, edit.twin), language) for edit in job.refused)


def _minutes_until(job: Job, now: datetime) -> int | None:
    return None if job.actual_start is None else worked_minutes(job.actual_start, max(now, job.actual_start))
