"""A checklist with its answers, as a screen shows it: what each item asks, what was answered, what that means."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from twinbase_mobile.reading.marking import SYNCED, Mark, Marks
from twinbase_mobile.rules import Judgement, items_of, judge
from twinbase_mobile.rules.rows import list_of
from twinbase_mobile.tables import ChecklistAnswer

AnswerValue = bool | Decimal | str | None
_VALUES = ("value_bool", "value_number", "value_text", "value_choice")


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `id`: the answer's row, None while there is none; `judgement`: what its thresholds say of it."""

    key: str
    label: str
    kind: str
    unit: str
    choices: tuple[str, ...]
    required: bool
    id: UUID | None
    value: AnswerValue
    judgement: Judgement
    answered_at: datetime | None
    mark: Mark

    @property
    def is_missing(self) -> bool:
        return self.required and self.value is None


@dataclass(frozen=True, slots=True)
class Checklist:
    """A checklist of one appliance, or of the visit as a whole (`equipment_id` None)."""

    template_id: UUID
    title: str
    equipment_id: UUID | None
    items: tuple[Item, ...]

    @property
    def answered(self) -> int:
        """How many items have an answer."""
        return sum(item.value is not None for item in self.items)

    @property
    def missing(self) -> tuple[Item, ...]:
        """What is required and has no answer."""
        return tuple(item for item in self.items if item.is_missing)

    @property
    def judgement(self) -> Judgement:
        """The worst of its answers."""
        order = list(Judgement)
        return max((item.judgement for item in self.items), key=order.index, default=Judgement.NORMAL)


def checklists_of(
    template: Mapping[Any, Any] | None, answers: Sequence[Mapping[Any, Any]], appliances: Iterable[UUID], known: Marks
) -> tuple[Checklist, ...]:
    """One checklist for each appliance that the visit is about or that was answered for; else one for the visit."""
    if template is None:
        return ()
    its = [answer for answer in answers if answer["template_id"] in (None, template["id"])]
    wanted: dict[UUID | None, None] = dict.fromkeys(appliances)
    wanted.update(dict.fromkeys(answer["equipment_id"] for answer in its))
    return tuple(_checklist(template, its, one, known) for one in wanted or {None: None})


def _checklist(
    template: Mapping[Any, Any], answers: Sequence[Mapping[Any, Any]], appliance: UUID | None, known: Marks
) -> Checklist:
    given = {answer["item_key"]: answer for answer in answers if answer["equipment_id"] == appliance}
    items = tuple(_item(item, given.get(item["key"]), known) for item in items_of(template))
    return Checklist(template["id"], template["title"] or "", appliance, items)


def _item(item: Mapping[str, Any], answer: Mapping[Any, Any] | None, known: Marks) -> Item:
    given = answer or {}
    return Item(
        key=item["key"],
        label=str(item.get("label") or item["key"]),
        kind=str(item.get("kind") or "text"),
        unit=str(item.get("unit") or ""),
        choices=tuple(map(str, list_of(item.get("choices")))),
        required=bool(item.get("required")),
        id=given.get("id"),
        value=next((given[name] for name in _VALUES if given.get(name) is not None), None),
        judgement=judge(item, given),
        answered_at=given.get("answered_at"),
        mark=known.mark_of(ChecklistAnswer, given["id"]) if given else SYNCED,
    )
