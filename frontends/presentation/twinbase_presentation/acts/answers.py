"""An answer of a checklist: one row for each item, with the id that two people who answer it share."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reasons import Reason
from twinbase_mobile.rules import answer_fault, answer_id, closed_fault, is_out_of_range, items_of
from twinbase_mobile.tables import ChecklistAnswer, ChecklistTemplate, Intervention
from twinbase_presentation.acts.stamp import Stamp

COLUMNS = {"bool": "value_bool", "number": "value_number", "text": "value_text", "choice": "value_choice"}


async def write_answer(
    session: ReplicaSession, visit: UUID, template: UUID, equipment: UUID | None, key: str, value: Any, stamp: Stamp
) -> Reason | None:
    """Write the answer to an item, or None to take it back. Answers why it cannot be, and then writes nothing."""
    checklist = await session.get_one(ChecklistTemplate, template)
    items = items_of(checklist)
    item: Mapping[str, Any] = next((one for one in items if one["key"] == key), {"key": key})
    if fault := closed_fault("checklist_answers", await session.get_one(Intervention, visit)):
        return fault
    place = answer_id(visit, equipment, template, key)
    answer = await session.get(ChecklistAnswer, place) or ChecklistAnswer(
        id=place, intervention_id=visit, equipment_id=equipment, template_id=template, item_key=key,
        client_created_at=stamp.now,
    )  # fmt: skip
    values = dict.fromkeys(COLUMNS.values()) | {COLUMNS.get(str(item.get("kind")), "value_text"): value}
    given = {**values, "item_key": key, "out_of_range": is_out_of_range(item, values)}
    if fault := answer_fault(items, given):
        return fault
    for name, one in given.items():
        setattr(answer, name, one)
    answer.answered_at = stamp.now
    session.add(answer)
    return None
