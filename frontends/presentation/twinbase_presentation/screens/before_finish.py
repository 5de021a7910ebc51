"""What lacks before a visit may be finished, each with the button that leads to it."""

from collections.abc import Iterator
from dataclasses import dataclass

from twinbase_mobile.reading import Job
from twinbase_mobile.tables.kinds import Signer
from twinbase_presentation.languages import Language
from twinbase_presentation.route import Route


@dataclass(frozen=True, slots=True)
class FinishStep:
    """One thing to do. `act`: the word on its button, "" when it is done; `is_needed`: else nobody insists on it."""

    id: str
    label: str
    is_done: bool
    act: str
    go: Route
    is_needed: bool = True

    @property
    def is_missing(self) -> bool:
        return self.is_needed and not self.is_done


def make_finish_steps(job: Job, language: Language) -> tuple[FinishStep, ...]:
    """Live, from the rules that the server asks: answers, report, signature; and hours, which nobody insists on.

    Start and end are not among them: whoever finishes says them then.
    """
    return (*_answers(job, language), _report(job, language), _signature(job, language), _hours(job, language))


def _answers(job: Job, language: Language) -> Iterator[FinishStep]:
    """One step for each answer that lacks; one that is done where none does."""
    go = Route("visit", job.visit.id, "checklist")
    missing = [item for checklist in job.checklists for item in checklist.missing]
    for label in dict.fromkeys(item.label for item in missing):
        yield FinishStep("answer", label, False, language.say("Enter"), go)
    if job.checklists and not missing:
        yield FinishStep("checklist", language.say("Checklist"), True, "", go)


def _report(job: Job, language: Language) -> FinishStep:
    is_done = bool(job.report.strip() or job.no_report_reason.strip())
    act = "" if is_done else language.say("Write")
    return FinishStep("report", language.say("Report"), is_done, act, Route("visit", job.visit.id, "report"))


def _signature(job: Job, language: Language) -> FinishStep:
    is_done = any(one.role == Signer.CUSTOMER for one in job.signatures)
    act = "" if is_done else language.say("Have it signed")
    return FinishStep("signature", language.say("Signature"), is_done, act, Route("visit", job.visit.id, "signature"))


def _hours(job: Job, language: Language) -> FinishStep:
    act = "" if job.written_minutes else language.say("Enter")
    label = language.say("Hours")
    return FinishStep("hours", label, job.written_minutes > 0, act, Route("hours"), is_needed=False)
