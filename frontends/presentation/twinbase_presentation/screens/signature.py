"""The signature of a customer: what he signs, his lines on the pad, his name, and that he does not sign."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from twinbase.errors import TwinbaseError
from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import Job, read_job
from twinbase_mobile.reading.work import Signature
from twinbase_mobile.rules import is_closed
from twinbase_mobile.tables import Intervention, InterventionPart, InterventionSignature
from twinbase_mobile.tables.kinds import Signer
from twinbase_presentation.acts.papers import GivenSignature, sign_visit
from twinbase_presentation.command import Command, Done
from twinbase_presentation.faults import say_error, say_reason
from twinbase_presentation.fields import FormField
from twinbase_presentation.form import Form
from twinbase_presentation.paper.contents import collect_contents
from twinbase_presentation.paper.files import make_pdf
from twinbase_presentation.paper.strokes import Strokes, parse_svg, write_typed_png
from twinbase_presentation.route import Route
from twinbase_presentation.screen import ScreenModel
from twinbase_presentation.screens.papers import VisitPapers
from twinbase_presentation.screens.visit_commands import make_stamp
from twinbase_presentation.workday import Workday

PAD = Strokes(328, 200)
NAME_MAX, QUALITY_MAX = 100, 60


@dataclass(frozen=True, slots=True)
class SignatureShown:
    """What is signed: `report`, or why there is none, and the parts with how many of each. `contact`: who is likely to
    sign. `given`: the signature that there is; then nothing can be changed."""

    number: str
    title: str
    customer: str
    report: str
    parts: tuple[str, ...]
    contact: str
    given: Signature | None
    is_read_only: bool


class SignatureModel(ScreenModel[SignatureShown | None]):
    """S09. `strokes`: what is drawn; it survives a kill, as what is typed does. `is_typed`: the name that was typed
    stands for it, for whoever cannot draw."""

    watched = (Intervention, InterventionPart, InterventionSignature)

    def __init__(self, workday: Workday, visit: UUID) -> None:
        super().__init__(workday, Route("visit", visit, "signature"))
        self.visit, self.papers = visit, VisitPapers(workday, visit)
        self.form: Form | None = None
        self.strokes, self.is_typed, self._is_signing = PAD, False, False

    @property
    def title(self) -> str:
        return self.workday.language.say("Signature of the customer")

    @property
    def qualities(self) -> tuple[str, ...]:
        """What somebody who signs usually is."""
        say = self.workday.language.say
        return say("Owner"), say("Tenant"), say("Caretaker"), say("Employee")

    @property
    def commands(self) -> Sequence[Command]:
        say = self.workday.language.say
        if self.shown is None or self.shown.is_read_only:
            return ()
        refuse = Route("visit", self.visit, "refuse")

        async def go() -> Done:
            return Done(go=refuse)

        return (
            Command("refuse", say("Customer refuses"), "block", go),
            Command("confirm", say("Confirm"), "check", self.confirm, "ctrl+enter", is_main=True),
        )

    def close(self) -> None:
        """It is left: what was typed last is kept."""
        super().close()
        if self.form is not None:
            self.workday.spawn(self.form.keep_all())

    async def load(self) -> None:
        """Read it; the name of the contact is there to begin with."""
        await super().load()
        if self.form is None and self.shown is not None and not self.shown.is_read_only:
            form, route = self._make_form(), str(self._route_of_form)
            await form.load({"signer_name": self.shown.contact or None})
            kept = await self.workday.runner.ask(lambda replica: replica.drafts.get(route, "strokes"))
            self.form, self.strokes = form, parse_svg(kept or "") or PAD
            self._tell()

    async def read(self, session: ReplicaSession, now: datetime) -> SignatureShown | None:
        job = await read_job(session, self.visit, now=now, zone=self.workday.zone)
        return None if job is None else self._show(job)

    def draw(self, strokes: Strokes) -> None:
        """Something was drawn, or taken away; it is kept."""
        self.strokes, self.is_typed = strokes, False
        route, text = str(self._route_of_form), strokes.write_svg() if strokes.lines else ""
        self.workday.spawn(self.workday.runner.ask(lambda replica: replica.drafts.set(route, "strokes", text)))

    def choose_typed(self, typed: bool) -> None:
        """The typed name stands for a drawn one, or no more."""
        self.is_typed = typed
        self._tell()

    async def confirm(self) -> Done:
        """Write it: the lines as a picture, and with it the document that was signed. Then nothing is changed."""
        language, form = self.workday.language, self.form
        assert form is not None
        if not self.is_typed and self.strokes.is_empty:
            return Done(fault=language.say("The frame is empty. Sign in it, or type the name."))
        if not form.validate():
            return Done(fault=form.fault or language.say("Correct what is marked."))
        if self._is_signing:
            return Done()
        self._is_signing = True
        try:
            return await self._sign(form)
        except TwinbaseError as error:
            return Done(fault=say_error(language, error))
        finally:
            self._is_signing = False

    async def _sign(self, form: Form) -> Done:
        language, stamp = self.workday.language, make_stamp(self.workday)
        contents = await collect_contents(self.workday, self.visit, signed=False)
        if contents is None:
            return Done(fault=language.say("This job is no longer on this device."))
        name, quality = str(form.values["signer_name"])[:NAME_MAX], str(form.values["quality"])[:QUALITY_MAX]
        document = await make_pdf(contents, language)
        picture = await asyncio.to_thread(write_typed_png, name) if self.is_typed else self.strokes.write_png()
        report = await self.workday.runner.ask(lambda replica: replica.attachments.put(document))
        image = await self.workday.runner.ask(lambda replica: replica.attachments.put(picture))
        given = GivenSignature(name, quality, image, len(picture), report)
        fault = await self.workday.runner.write(lambda session: sign_visit(session, self.visit, given, stamp))
        if fault is not None:
            return Done(fault=say_reason(language, fault))
        await form.forget()
        await self.load()
        return Done(language.say("Signed. It is sent as soon as possible."), go=Route("visit", self.visit))

    async def make_refusal_form(self) -> Form:
        """Why the customer does not sign."""
        return await self.papers.make_refusal_form()

    async def save_refusal(self, form: Form) -> Done:
        """Note it in place of a signature, and go back to the visit."""
        done = await self.papers.save_refusal(form)
        return Done(done.said, done.fault, go=None if done.fault else Route("visit", self.visit))

    @property
    def _route_of_form(self) -> Route:
        return Route("visit", self.visit, "sign")

    def _make_form(self) -> Form:
        say = self.workday.language.say
        fields = (
            FormField("signer_name", say("Name of who signs"), is_required=True),
            FormField("quality", say("Who it is"), is_required=True),
        )
        return Form(self.workday, self._route_of_form, fields)

    def _show(self, job: Job) -> SignatureShown:
        language = self.workday.language
        given = next((one for one in job.signatures if one.role == Signer.CUSTOMER), None)
        reason = language.say("No report: {why}").format(why=job.no_report_reason) if job.no_report_reason else ""
        parts = (f"{language.format_number(one.quantity)}\u00a0\u00d7 {one.label or one.code}" for one in job.parts)
        return SignatureShown(
            number=job.visit.number,
            title=job.visit.title or job.visit.type or language.say("Visit"),
            customer=job.visit.customer,
            report=job.report or reason,
            parts=tuple(parts),
            contact=job.contact.name if job.contact else "",
            given=given,
            is_read_only=given is not None or is_closed(job.visit.status),
        )
