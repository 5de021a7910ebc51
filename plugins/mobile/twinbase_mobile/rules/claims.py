"""Hours, ways and expenses: a technician's own, as long as they are drafts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from twinbase_mobile.reasons import Reason, make_reason
from twinbase_mobile.rules.rows import AnyRow, moment_of, values_of
from twinbase_mobile.tables.kinds import Claim, ExpenseKind

TRANSITIONS: Mapping[Claim, tuple[Claim, ...]] = {
    Claim.DRAFT: (Claim.SUBMITTED,),
    Claim.REJECTED: (Claim.DRAFT, Claim.SUBMITTED),
}
"""What a technician may do; approval and payment are the office's."""

NEW = (Claim.DRAFT, Claim.SUBMITTED)


def is_draft(claim: AnyRow) -> bool:
    """Whether its writer may still change it."""
    return values_of(claim).get("state") in TRANSITIONS


def claim_fault(before: AnyRow | None, after: AnyRow | None) -> Reason | None:
    """Why a claim cannot change like this; None when it can. No `before`: it is new; no `after`: it is deleted."""
    if before is not None and not is_draft(before):
        return make_reason("submitted")
    if after is None:
        return None
    return _state_fault(before, values_of(after)) or span_fault(after) or _distance_fault(values_of(after))


def span_fault(row: AnyRow) -> Reason | None:
    """Whether start, end, break and minutes of a timesheet (or the two times of a way) fit together."""
    given = values_of(row)
    times = (("start_at", "departed_at"), ("end_at", "arrived_at"))
    start, end = (moment_of(given.get(a) or given.get(b)) for a, b in times)
    if start is None or end is None:
        return None
    if end < start:
        return make_reason("span_backwards")
    counted = worked_minutes(start, end, given.get("break_minutes") or 0)
    written = given.get("minutes")
    return None if written in (None, counted) else make_reason("minutes_wrong", counted=counted, written=written)


def worked_minutes(start: str | datetime | None, end: str | datetime | None, pause: int = 0) -> int:
    """Whole minutes from start to end, less the break, and never less than none."""
    first, last = moment_of(start), moment_of(end)
    assert first is not None and last is not None
    return max(0, int((last - first).total_seconds() // 60) - pause)


def minutes_of(timesheet: AnyRow) -> int:
    """What a line of a timesheet counts: its minutes as written, else from start to end less the break."""
    given = values_of(timesheet)
    if given.get("minutes") is not None:
        return int(given["minutes"])
    if not given.get("start_at") or not given.get("end_at"):
        return 0
    return worked_minutes(given["start_at"], given["end_at"], given.get("break_minutes") or 0)


def _state_fault(before: AnyRow | None, after: Mapping[str, Any]) -> Reason | None:
    state = after.get("state") or Claim.DRAFT
    if before is None:
        return None if state in NEW else make_reason("claim_transition", before="new", after=state, allowed=_named(NEW))
    was = Claim(values_of(before)["state"])
    if state == was or state in TRANSITIONS[was]:
        return None
    return make_reason("claim_transition", before=was, after=state, allowed=_named(TRANSITIONS[was]))


def _named(states: tuple[Claim, ...]) -> str:
    return f"It may become: {', '.join(states)}."


def _distance_fault(given: Mapping[str, Any]) -> Reason | None:
    if given.get("distance_km") is None or "category" not in given or given["category"] == ExpenseKind.MILEAGE:
        return None
    return make_reason("distance_only_mileage")
