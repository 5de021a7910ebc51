"""Checklists: what an item asks for, and how an answer is judged. The device and the server judge alike.

An item of a template is an object:

    {"key": "co_ppm", "label": "CO in the room", "kind": "number", "unit": "ppm", "warn_max": 10, "max": 50,
     "required": true}

`kind`: bool, number, text or choice (with `choices`). Bounds that an answer reaches are crossed: a CO of 10 ppm is
abnormal, one of 50 ppm is a danger. `warn_min` and `min` are the same downwards; `danger` names the answers of a choice
or a yes-or-no that are a danger.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

from twinbase_mobile.reasons import Reason, make_reason
from twinbase_mobile.rules.rows import AnyRow, is_same_id, list_of, number_of, values_of

ANSWERS = UUID("6d6f6269-6c65-5f61-8e73-776572730001")
COLUMNS = {"bool": "value_bool", "number": "value_number", "text": "value_text", "choice": "value_choice"}
KINDS = {"bool": "yes or no", "number": "a number", "text": "a text", "choice": "one of its choices"}
TemplateItem = Mapping[str, Any]


class Judgement(StrEnum):
    """How an answer stands."""

    NORMAL = "normal"
    ABNORMAL = "abnormal"
    DANGER = "danger"


def answer_id(visit: object, equipment: object, template: object, item: str) -> UUID:
    """The id of the answer to an item: the same on every device, so that two who answer it write one row."""
    return uuid5(ANSWERS, f"{visit}/{equipment or ''}/{template or ''}/{item}")


def items_of(template: AnyRow) -> list[TemplateItem]:
    """The items of a template, in order; what is no item is left out."""
    found = list_of(values_of(template).get("items"))
    return [item for item in found if isinstance(item, dict) and isinstance(item.get("key"), str)]


def judge(item: TemplateItem, answer: AnyRow) -> Judgement:
    """What the thresholds of the item say of an answer; one without a value is normal."""
    given = values_of(answer)
    if item.get("kind") == "number":
        return _of_number(item, given.get("value_number"))
    column = COLUMNS.get(str(item.get("kind")), "value_text")
    return Judgement.DANGER if given.get(column) in _dangers(item, column, given) else Judgement.NORMAL


def is_out_of_range(item: TemplateItem, answer: AnyRow) -> bool:
    """What belongs in the column of that name."""
    return judge(item, answer) is not Judgement.NORMAL


def answer_fault(items: Sequence[TemplateItem], answer: AnyRow) -> Reason | None:
    """What is wrong with an answer to one of these items; None when nothing is."""
    given = values_of(answer)
    item = next((one for one in items if one["key"] == given.get("item_key")), None)
    if item is None:
        return make_reason("item_unknown", item=given.get("item_key"))
    return _kind_fault(item, given) or _flag_fault(item, given)


def missing_answers(items: Sequence[TemplateItem], answers: Sequence[AnyRow]) -> list[str]:
    """The labels of required items without an answer. An appliance that was begun is to be finished."""
    required = [item for item in items if item.get("required")]
    given = [values_of(answer) for answer in answers]
    appliances = {str(one.get("equipment_id")) for one in given} or {"None"}
    missing = (
        item
        for item in required
        for appliance in sorted(appliances)
        if not any(_answers(one, item) and is_same_id(one.get("equipment_id") or "None", appliance) for one in given)
    )
    return list(dict.fromkeys(label_of(item) for item in missing))


def label_of(item: TemplateItem) -> str:
    """What a person calls the item."""
    return str(item.get("label") or item["key"])


def _of_number(item: TemplateItem, value: Any) -> Judgement:
    number = number_of(value)
    if number is None:
        return Judgement.NORMAL
    for least, most, judged in (("min", "max", Judgement.DANGER), ("warn_min", "warn_max", Judgement.ABNORMAL)):
        low, high = number_of(item.get(least)), number_of(item.get(most))
        if (high is not None and number >= high) or (low is not None and number <= low):
            return judged
    return Judgement.NORMAL


def _dangers(item: TemplateItem, column: str, given: Mapping[str, Any]) -> list[Any]:
    named = item.get("danger", [])
    return [] if given.get(column) is None else named if isinstance(named, list) else [named]


def _answers(answer: Mapping[str, Any], item: TemplateItem) -> bool:
    column = COLUMNS.get(str(item.get("kind")), "value_text")
    return answer.get("item_key") == item["key"] and answer.get(column) not in (None, "")


def _kind_fault(item: TemplateItem, given: Mapping[str, Any]) -> Reason | None:
    wanted = COLUMNS.get(str(item.get("kind")))
    if wanted is None:
        return None
    if any(given.get(column) is not None for column in COLUMNS.values() if column != wanted):
        return make_reason("answer_kind", item=label_of(item), kind=KINDS[str(item["kind"])])
    choices = list_of(item.get("choices"))
    if wanted == "value_choice" and choices and given.get(wanted) not in (None, *choices):
        return make_reason("answer_choice", item=label_of(item), choices=", ".join(map(str, choices)))
    return None


def _flag_fault(item: TemplateItem, given: Mapping[str, Any]) -> Reason | None:
    judged = judge(item, given)
    said = bool(given.get("out_of_range"))
    if said == (judged is not Judgement.NORMAL):
        return None
    return make_reason(
        "answer_flag", item=label_of(item), said="out of range" if said else "normal", judged=str(judged)
    )
