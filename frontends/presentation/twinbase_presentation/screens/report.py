"""The report of a visit: one text as high as the screen, with what helps to write it beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import Earlier, Job, read_job
from twinbase_mobile.rules import is_closed
from twinbase_mobile.tables import ChecklistAnswer, Intervention, InterventionSignature
from twinbase_presentation.command import Command, Done
from twinbase_presentation.form import Form
from twinbase_presentation.route import Route
from twinbase_presentation.screen import ScreenModel
from twinbase_presentation.screens.before_finish import make_finish_steps
from twinbase_presentation.screens.papers import VisitPapers
from twinbase_presentation.screens.phrases import Phrase, PhraseBook
from twinbase_presentation.screens.written_twice import ParagraphSpot, TwiceWritten, split_twice
from twinbase_presentation.workday import Workday


@dataclass(frozen=True, slots=True)
class ReportShown:
    """`report`: as it is saved. `last`: of the visit before at this site. `missing`: what else lacks before the end,
    in words. `twice`: two people wrote it, and their texts wait for one who makes one of them."""

    number: str
    title: str
    report: str
    no_report_reason: str
    visit_type: str
    last: Earlier | None
    missing: tuple[str, ...]
    twice: TwiceWritten | None
    is_signed: bool
    is_read_only: bool


class ReportModel(ScreenModel[ReportShown | None]):
    """S10. `form`: the text as it is typed, once `open` has read it; `phrases`: own sentences, this kind's first."""

    watched = (Intervention, ChecklistAnswer, InterventionSignature)

    def __init__(self, workday: Workday, visit: UUID) -> None:
        super().__init__(workday, Route("visit", visit, "report"))
        self.visit, self.papers, self.book = visit, VisitPapers(workday, visit), PhraseBook(workday)
        self.form: Form | None = None
        self._phrases: tuple[Phrase, ...] = ()

    @property
    def title(self) -> str:
        return self.workday.language.say("Report")

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """Without one that is being deleted."""
        return tuple(one for one in self._phrases if not self.workday.held.hides(f"phrase:{one.text}"))

    @property
    def commands(self) -> Sequence[Command]:
        say = self.workday.language.say
        if self.shown is None or self.shown.is_read_only:
            return ()
        return (Command("save", say("Save"), "check", self.save, "ctrl+enter", is_main=True),)

    def close(self) -> None:
        """It is left: what was typed last is kept."""
        super().close()
        if self.form is not None:
            self.workday.spawn(self.form.keep_all())

    async def load(self) -> None:
        """Read it; a text that nobody is typing at follows what was saved elsewhere."""
        await super().load()
        if self.shown is None:
            return
        self._phrases = await self.book.read(self.shown.visit_type)
        if self.form is None:
            self.form = await self.papers.make_report_form()
        elif not self.form.is_draft:
            await self.form.load(
                {"report": self.shown.report or None, "no_report_reason": self.shown.no_report_reason or None}
            )
        self._tell()

    async def read(self, session: ReplicaSession, now: datetime) -> ReportShown | None:
        job = await read_job(session, self.visit, now=now, zone=self.workday.zone)
        return None if job is None else self._show(job)

    async def save(self) -> Done:
        """Write it, and go back to the visit. Where there is a report, nothing says why there is none."""
        assert self.form is not None
        if self.form.find("report").text.strip():
            self.form.fill("no_report_reason", "")
        done = await self.papers.save_report(self.form)
        return Done(done.said, done.fault, go=None if done.fault else Route("visit", self.visit))

    async def make_no_report_form(self) -> Form:
        """Why there is none."""
        return await self.papers.make_no_report_form()

    async def save_no_report(self, form: Form) -> Done:
        """Write the reason in place of a report."""
        done = await self.papers.save_no_report(form)
        if done.is_done:
            await self.load()
        return done

    async def keep_phrase(self, text: str) -> Done:
        """Keep words of this report for those of the same kind of visits."""
        done = await self.book.add(text, self.shown.visit_type if self.shown else "")
        await self._read_phrases()
        return done

    async def use_phrase(self, phrase: Phrase) -> None:
        """It was put into the text: it comes first from now on."""
        await self.book.note_used(phrase)
        await self._read_phrases()

    async def forget_phrase(self, phrase: Phrase) -> Done:
        """Take one away; it can be undone for some seconds."""
        return await self.book.forget(phrase)

    def merge(self, chosen: Sequence[ParagraphSpot] | frozenset[ParagraphSpot]) -> None:
        """Have one text of two in the field: it is a draft until it is saved."""
        if self.form is not None and self.shown is not None and self.shown.twice is not None:
            self.form.fill("report", self.shown.twice.merge(chosen))

    async def _read_phrases(self) -> None:
        self._phrases = await self.book.read(self.shown.visit_type if self.shown else "")
        self._tell()

    def _show(self, job: Job) -> ReportShown:
        language = self.workday.language
        steps = [step for step in make_finish_steps(job, language) if step.is_missing and step.id != "report"]
        return ReportShown(
            number=job.visit.number,
            title=job.visit.title or job.visit.type or language.say("Visit"),
            report=job.report,
            no_report_reason=job.no_report_reason,
            visit_type=job.visit.type,
            last=next((one for one in job.history if one.report), None),
            missing=tuple(step.label for step in steps),
            twice=split_twice(job.report),
            is_signed=bool(job.signatures),
            is_read_only=is_closed(job.visit.status),
        )
