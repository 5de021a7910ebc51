"""What is written on a visit in words: its report, a note, and why the customer does not sign."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.tables import Intervention
from twinbase_presentation.acts.papers import add_note, refuse_signature
from twinbase_presentation.acts.visits import write_report
from twinbase_presentation.command import Done
from twinbase_presentation.faults import say_reason
from twinbase_presentation.fields import FieldChoice, FormField
from twinbase_presentation.form import FieldFault, Form
from twinbase_presentation.route import Route
from twinbase_presentation.screens.visit_commands import make_stamp
from twinbase_presentation.workday import Workday


class VisitPapers:
    """The forms of one visit that somebody writes in: make one, and save it."""

    def __init__(self, workday: Workday, visit: UUID) -> None:
        self.workday, self.visit = workday, visit

    async def make_report_form(self) -> Form:
        """What was done, or why there is no report."""
        say = self.workday.language.say
        fields = (
            FormField("report", say("Report"), "long_text"),
            FormField("no_report_reason", say("Why there is no report")),
        )
        form = Form(self.workday, Route("visit", self.visit, "report"), fields)

        async def read(session: ReplicaSession) -> Mapping[str, Any]:
            visit = await session.get_one(Intervention, self.visit)
            return {"report": visit.report, "no_report_reason": visit.no_report_reason}

        await form.load(await self.workday.runner.read(read))
        return form

    async def save_report(self, form: Form) -> Done:
        """Write it; both empty is no report, and that lacks before the visit may be finished."""
        if not form.validate():
            return self._say_wrong(form)
        values = form.values
        report, why = values["report"] or "", values["no_report_reason"] or ""
        await self.workday.runner.write(lambda session: write_report(session, self.visit, report, why))
        await form.forget()
        return Done(self.workday.language.say("Report kept. It is sent as soon as possible."))

    async def make_no_report_form(self) -> Form:
        """Why there is no report: one of the usual reasons, or another one in words."""
        say = self.workday.language.say
        usual = (say("Customer absent"), say("No access"), say("Postponed"))
        fields = (
            FormField("why", say("Why"), "choice", choices=tuple(FieldChoice(one, one) for one in usual)),
            FormField("other", say("Another reason")),
        )
        form = Form(self.workday, Route("visit", self.visit, "no_report"), fields, self._check_no_report)
        await form.load()
        return form

    async def save_no_report(self, form: Form) -> Done:
        """Write it; what there is of a report stays."""
        if not form.validate():
            return self._say_wrong(form)
        why = str(form.values["other"] or form.values["why"])

        async def work(session: ReplicaSession) -> None:
            visit = await session.get_one(Intervention, self.visit)
            await write_report(session, self.visit, visit.report or "", why)

        await self.workday.runner.write(work)
        await form.forget()
        return Done(self.workday.language.say("Noted that there is no report."))

    async def make_note_form(self) -> Form:
        """A note for the timeline of the visit."""
        field = FormField("body", self.workday.language.say("Text"), "long_text", is_required=True)
        form = Form(self.workday, Route("visit", self.visit, "notes"), (field,))
        await form.load()
        return form

    async def save_note(self, form: Form) -> Done:
        """Add it: a note is never changed."""
        if not form.validate():
            return self._say_wrong(form)
        body, stamp = str(form.values["body"]), make_stamp(self.workday)
        await self.workday.runner.write(lambda session: add_note(session, self.visit, body, stamp))
        await form.forget()
        return Done(self.workday.language.say("Note kept. It is sent as soon as possible."))

    async def make_refusal_form(self) -> Form:
        """Why the customer does not sign: one of the usual reasons, or another one in words."""
        say = self.workday.language.say
        usual = (say("Absent"), say("Disagrees with the work"), say("Will not sign"))
        fields = (
            FormField("why", say("Why"), "choice", choices=tuple(FieldChoice(one, one) for one in usual)),
            FormField("other", say("Another reason")),
            FormField("signer_name", say("Name of the customer")),
        )
        form = Form(self.workday, Route("visit", self.visit, "signature"), fields, self._check_reason)
        await form.load()
        return form

    async def save_refusal(self, form: Form) -> Done:
        """Note it in place of a signature."""
        if not form.validate():
            return self._say_wrong(form)
        values, stamp = form.values, make_stamp(self.workday)
        why, name = str(values["other"] or values["why"]), values["signer_name"] or ""
        fault = await self.workday.runner.write(lambda session: refuse_signature(session, self.visit, name, why, stamp))
        if fault is not None:
            return Done(fault=say_reason(self.workday.language, fault))
        await form.forget()
        return Done(self.workday.language.say("Noted that the customer does not sign."))

    def _check_no_report(self, values: Mapping[str, Any]) -> list[FieldFault]:
        if values["why"] or values["other"]:
            return []
        return [FieldFault("", self.workday.language.say("Say why there is no report."))]

    def _check_reason(self, values: Mapping[str, Any]) -> list[FieldFault]:
        if values["why"] or values["other"]:
            return []
        return [FieldFault("", self.workday.language.say("Say why the customer does not sign."))]

    def _say_wrong(self, form: Form) -> Done:
        return Done(fault=form.fault or self.workday.language.say("Correct what is marked."))
