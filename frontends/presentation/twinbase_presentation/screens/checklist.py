"""A checklist: one question after the other, judged in words as it is typed, each answer saved by itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import Checklist, Item, read_job
from twinbase_mobile.rules import Judgement, is_closed, items_of, judge
from twinbase_mobile.tables import ChecklistAnswer, ChecklistTemplate, Intervention
from twinbase_presentation.acts.answers import COLUMNS, write_answer
from twinbase_presentation.command import Done
from twinbase_presentation.faults import say_reason
from twinbase_presentation.languages import Language
from twinbase_presentation.route import Route
from twinbase_presentation.screen import ScreenModel
from twinbase_presentation.screens.refusals import say_value
from twinbase_presentation.screens.visit_commands import make_stamp
from twinbase_presentation.status_line import Tone
from twinbase_presentation.workday import Workday

TONES: Mapping[Judgement, Tone] = {Judgement.NORMAL: "green", Judgement.ABNORMAL: "amber", Judgement.DANGER: "red"}


@dataclass(frozen=True, slots=True)
class AnswerVerdict:
    """What the thresholds say of an answer, in words; "" where they say nothing."""

    judgement: Judgement
    sentence: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class ChecklistShown:
    """The checklists of a visit, one for each appliance; `names`: of the appliances. `definitions`: the items of the
    template by key, with their bounds."""

    checklists: tuple[Checklist, ...]
    names: Mapping[UUID | None, str]
    definitions: Mapping[str, Mapping[str, Any]]
    is_read_only: bool

    @property
    def progress(self) -> tuple[int, int]:
        """How many questions are answered, of how many."""
        return sum(one.answered for one in self.checklists), sum(len(one.items) for one in self.checklists)


class ChecklistModel(ScreenModel[ChecklistShown | None]):
    """The checklists of one visit; `shown` is None where the visit is not here."""

    watched = (ChecklistAnswer, ChecklistTemplate, Intervention)

    def __init__(self, workday: Workday, visit: UUID) -> None:
        super().__init__(workday, Route("visit", visit, "checklist"))
        self.visit = visit

    @property
    def title(self) -> str:
        return self.workday.language.say("Checklist")

    async def read(self, session: ReplicaSession, now: datetime) -> ChecklistShown | None:
        job = await read_job(session, self.visit, now=now, zone=self.workday.zone)
        if job is None:
            return None
        template = job.checklists[0].template_id if job.checklists else None
        row = await session.get(ChecklistTemplate, template) if template else None
        definitions = {item["key"]: item for item in items_of(row)} if row else {}
        names = {one.equipment_id: one.caption for one in job.appliances}
        return ChecklistShown(job.checklists, names, definitions, is_closed(job.visit.status))

    def judge(self, item: Item, value: Any) -> AnswerVerdict:
        """What is to be said of an answer while it is typed: nothing is written."""
        definition = self.shown.definitions.get(item.key, {}) if self.shown else {}
        column = COLUMNS.get(item.kind, "value_text")
        judgement = judge(definition, {column: value})
        return AnswerVerdict(
            judgement, _say(item, definition, value, judgement, self.workday.language), TONES[judgement]
        )

    def find_next(self, after: tuple[UUID | None, str] | None = None) -> tuple[UUID | None, str] | None:
        """The next question that has to be answered and is not, behind this one or from the beginning."""
        places = list(self._places())
        start = places.index(after) + 1 if after in places else 0
        missing = {(one.equipment_id, item.key) for one in self._checklists() for item in one.missing}
        return next((place for place in (*places[start:], *places[:start]) if place in missing), None)

    async def answer(self, equipment: UUID | None, key: str, value: Any) -> Done:
        """Save an answer, None to take it back; a refusal of the rules is said at the field."""
        checklists, stamp = self._checklists(), make_stamp(self.workday)
        template = next(one.template_id for one in checklists if one.equipment_id == equipment)
        fault = await self.workday.runner.write(
            lambda session: write_answer(session, self.visit, template, equipment, key, value, stamp)
        )
        if fault is not None:
            return Done(fault=say_reason(self.workday.language, fault))
        await self.load()
        return Done()

    def _checklists(self) -> tuple[Checklist, ...]:
        return self.shown.checklists if self.shown else ()

    def _places(self) -> Iterator[tuple[UUID | None, str]]:
        return ((one.equipment_id, item.key) for one in self._checklists() for item in one.items)


def _say(item: Item, definition: Mapping[str, Any], value: Any, judgement: Judgement, language: Language) -> str:
    """`12 ppm: abnormal (from 10). …`: the figure, the word, the bound that was reached."""
    if judgement is Judgement.NORMAL or value is None:
        return ""
    shown = f"{say_value(value, language)}\u00a0{item.unit}".strip()
    bound = _bound(definition, value, judgement)
    if judgement is Judgement.DANGER:
        return language.say("{value}: DANGER{bound}. Get everybody out and switch the appliance off.", value=shown,
                            bound=_say_bound(bound, language))  # fmt: skip
    return language.say("{value}: abnormal{bound}. Air the room and look for the cause.", value=shown,
                        bound=_say_bound(bound, language))  # fmt: skip


def _say_bound(bound: tuple[str, Decimal] | None, language: Language) -> str:
    if bound is None:
        return ""
    side, number = bound
    figure = language.format_number(number)
    words = language.say("from {bound}", bound=figure) if side == "max" else language.say("up to {bound}", bound=figure)
    return f" ({words})"


def _bound(definition: Mapping[str, Any], value: Any, judgement: Judgement) -> tuple[str, Decimal] | None:
    """The bound that was reached, and on which side; None where none was: a choice has no bounds."""
    if not isinstance(value, Decimal | int):
        return None
    prefix = "" if judgement is Judgement.DANGER else "warn_"
    for side in ("max", "min"):
        try:
            number = Decimal(str(definition.get(prefix + side)).replace(",", "."))
        except ArithmeticError:
            continue
        if (value >= number) if side == "max" else (value <= number):
            return side, number
    return None
