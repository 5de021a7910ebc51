"""The rules on the server: what a device has written is looked at again, with the rows that stand beside it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

from twinbase import Identity, IncomingMutation, NeighbourQuery, Rows
from twinbase_mobile.reasons import Reason, make_reason
from twinbase_mobile.roles import COMPLETE, CREATE, REOPEN
from twinbase_mobile.rules.checklists import answer_fault, items_of
from twinbase_mobile.rules.claims import claim_fault
from twinbase_mobile.rules.rows import is_id, is_same_id, list_of, number_of
from twinbase_mobile.rules.visits import (
    CLOSE_WITH_IT,
    closed_fault,
    late_reason,
    new_visit_faults,
    photo_fault,
    signature_fault,
    status_faults,
)

WRITERS = {
    "interventions": "lead_id", "intervention_assignments": "colleague_id",
    "intervention_notes": "author_id", "incidents": "creator_id", "timesheets": "colleague_id",
    "travel_logs": "colleague_id", "expenses": "colleague_id", "stock_movements": "colleague_id",
}  # fmt: skip
"""The column that says in whose name a row is written."""

EMPTY: tuple[object, ...] = (None, [], "[]")
"""A list of nothing, as it is or as it travels."""

WireValues = Mapping[str, Any]
Check = Callable[["Judged"], Reason | None]


class Judged:
    """One mutation with all that its rules look at. `after` is the row as it would be, None when it goes."""

    def __init__(self, written: IncomingMutation, identity: Identity, rows: Rows) -> None:
        self.written, self.identity, self._rows = written, identity, rows
        self.before = written.row
        self.after: WireValues | None = None
        if written.operation != "delete":
            self.after = {**(written.row or {}), **written.values}

    @property
    def row(self) -> WireValues:
        """The row after the write, or as it was before it goes."""
        return self.after if self.after is not None else self.before or {}

    def find_neighbours(self, twin: str, column: str, value: object) -> list[WireValues]:
        return [] if value is None else list(self._rows(twin, column, value))

    def find_row(self, twin: str, id: object) -> WireValues | None:
        return next(iter(self.find_neighbours(twin, "id", id)), None)


def wanted_neighbours(written: IncomingMutation) -> Iterator[NeighbourQuery]:
    """The rows that the rules on this mutation will look at."""
    row = {**(written.row or {}), **written.values}
    if written.twin == "interventions" and written.values.get("status") == "done":
        yield NeighbourQuery("checklist_answers", "intervention_id", written.key[0])
        yield NeighbourQuery("intervention_signatures", "intervention_id", written.key[0])
        yield NeighbourQuery("checklist_templates", "id", row.get("template_id"))
    if written.twin in CLOSE_WITH_IT:
        yield NeighbourQuery("interventions", "id", row.get("intervention_id"))
    if written.twin == "intervention_signatures":
        yield NeighbourQuery("intervention_signatures", "intervention_id", row.get("intervention_id"))
    if written.twin == "checklist_answers":
        yield NeighbourQuery("checklist_templates", "id", row.get("template_id"))
    if written.twin == "incidents":
        yield from (NeighbourQuery("customer_equipment", "id", id) for id in _ids_of(row.get("equipment_ids")) or ())


def find_fault(written: IncomingMutation, identity: Identity, rows: Rows) -> Reason | None:
    """Why this mutation is refused; None when it is not."""
    judged = Judged(written, identity, rows)
    return next((why for check in CHECKS.get(written.twin, ()) if (why := check(judged)) is not None), None)


def _status(judged: Judged) -> Reason | None:
    if "status" not in judged.written.values or judged.before is None or judged.after is None:
        return None
    visit = judged.written.key[0]
    beside: dict[str, Any] = {}
    if judged.after["status"] == "done":
        beside["template"] = judged.find_row("checklist_templates", judged.after.get("template_id"))
        beside["answers"] = judged.find_neighbours("checklist_answers", "intervention_id", visit)
        beside["signatures"] = judged.find_neighbours("intervention_signatures", "intervention_id", visit)
        if judged.before["status"] != "done" and not judged.identity.may(COMPLETE):
            return make_reason("complete_not_yours")
    office = judged.identity.may(REOPEN)
    return next(iter(status_faults(judged.before, judged.after, office=office, **beside)), None)


def _made(judged: Judged) -> Reason | None:
    """A visit that is made on site is its maker's own, whom the role lets make it. Its customer is one that he has, as
    all is that a row of a device's points at."""
    if judged.before is not None:
        return None
    if not judged.identity.may(CREATE):
        return make_reason("create_not_yours")
    return _own_name(judged) or next(iter(new_visit_faults(judged.row)), None)


def find_lateness(written: IncomingMutation, identity: Identity, rows: Rows) -> Reason | None:
    """Why the office looks at this mutation, though it is taken; None when it need not."""
    judged = Judged(written, identity, rows)
    visit = _visit_of(judged) if written.twin in CLOSE_WITH_IT else None
    return None if visit is None else late_reason(written.twin, visit)


def _visit_of(judged: Judged) -> WireValues | None:
    return judged.find_row("interventions", judged.row.get("intervention_id"))


def _taken_away(judged: Judged) -> Reason | None:
    """What a visit was closed with stays on it: a row that goes contradicts, one that comes is only late."""
    visit = _visit_of(judged) if judged.after is None else None
    return None if visit is None else closed_fault(judged.written.twin, visit)


def _signature(judged: Judged) -> Reason | None:
    if judged.after is None:
        return None
    others = judged.find_neighbours("intervention_signatures", "intervention_id", judged.after.get("intervention_id"))
    return signature_fault(judged.after, others)


def _photo(judged: Judged) -> Reason | None:
    return photo_fault(judged.row) if judged.written.operation == "delete" else None


def _answer(judged: Judged) -> Reason | None:
    """An answer without a template, or to one without items, is free."""
    if judged.after is None or judged.after.get("template_id") is None:
        return None
    template = judged.find_row("checklist_templates", judged.after["template_id"])
    if template is None:
        return make_reason("template_unknown")
    items = items_of(template)
    return answer_fault(items, judged.after) if items else None


def _claim(judged: Judged) -> Reason | None:
    return claim_fault(judged.before, judged.after)


def _own_name(judged: Judged) -> Reason | None:
    """Nobody writes in another's name, or in nobody's; nor does a manager, who sees the hours of his team."""
    name = judged.row.get(WRITERS[judged.written.twin])
    if name is None:
        return make_reason("nobodys_name")
    return None if is_same_id(name, judged.identity.claims.get("colleague_id")) else make_reason("not_your_name")


def _equipment(judged: Judged) -> Reason | None:
    """What a device names in a list is looked at like what it points at: it is there, and of the customer."""
    ids, customer = _ids_of(judged.row.get("equipment_ids")), judged.row.get("customer_id")
    rows = [judged.find_row("customer_equipment", id) for id in ids or ()]
    known = all(row is not None and is_same_id(row["customer_id"], customer) for row in rows)
    return None if known and ids is not None else make_reason("equipment_unknown")


def _ids_of(named: object) -> list[str] | None:
    """The ids that a list holds, as the keys of rows are written; None where it is no list of ids."""
    found = list_of(named)
    if not all(isinstance(one, str) and is_id(one) for one in found) or (not found and named not in EMPTY):
        return None
    return [str(UUID(one)) for one in found]


def _quantity(judged: Judged) -> Reason | None:
    return None if number_of(judged.row.get("quantity")) else make_reason("movement_without_quantity")


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "interventions": (_made, _status),
    "intervention_parts": (_taken_away,),
    "intervention_photos": (_taken_away, _photo),
    "intervention_signatures": (_signature,),
    "intervention_assignments": (_own_name,),
    "checklist_answers": (_taken_away, _answer),
    "intervention_notes": (_own_name,),
    "incidents": (_own_name, _equipment),
    "timesheets": (_own_name, _claim),
    "travel_logs": (_own_name, _claim),
    "expenses": (_own_name, _claim),
    "stock_movements": (_own_name, _quantity),
}
"""Twin → its rules, in the order in which they are asked."""
