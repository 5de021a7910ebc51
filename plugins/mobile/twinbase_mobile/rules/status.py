"""The life of a visit: which status may follow which, and who may set it."""

from collections.abc import Mapping

from twinbase_mobile.reasons import Reason, reason
from twinbase_mobile.rules.rows import Row, values_of
from twinbase_mobile.tables.kinds import Status

TRANSITIONS: Mapping[Status, tuple[Status, ...]] = {
    Status.PLANNED: (Status.CONFIRMED, Status.TRAVELLING, Status.IN_PROGRESS, Status.CANCELLED),
    Status.CONFIRMED: (Status.TRAVELLING, Status.IN_PROGRESS, Status.CANCELLED),
    Status.TRAVELLING: (Status.IN_PROGRESS, Status.CANCELLED),
    Status.IN_PROGRESS: (Status.PAUSED, Status.DONE, Status.CANCELLED),
    Status.PAUSED: (Status.IN_PROGRESS, Status.DONE, Status.CANCELLED),
    Status.DONE: (),
    Status.CANCELLED: (),
    Status.UNKNOWN: (Status.CONFIRMED, Status.TRAVELLING, Status.IN_PROGRESS, Status.CANCELLED),
}
"""What a technician may do."""

OFFICE: Mapping[Status, tuple[Status, ...]] = {Status.DONE: (Status.IN_PROGRESS,), Status.CANCELLED: (Status.PLANNED,)}
"""What the office may do besides."""

CLOSED = frozenset({Status.DONE, Status.CANCELLED})
STARTED = frozenset({Status.TRAVELLING, Status.IN_PROGRESS})


def allowed_transitions(visit: Row | Status | str, *, office: bool = False) -> tuple[Status, ...]:
    """What the visit may become: the buttons of a screen."""
    before = status_of(visit)
    return TRANSITIONS[before] + (OFFICE.get(before, ()) if office else ())


def transition_fault(before: Status | str, after: Status | str, *, office: bool = False) -> Reason | None:
    """Why the status cannot change like this, what is allowed from here, and who may; None when it can."""
    before, after = status_of(before), status_of(after)
    if after == before or after in allowed_transitions(before, office=office):
        return None
    code = "status_office_only" if after in OFFICE.get(before, ()) else "status_transition"
    return reason(code, before=in_letters(before), after=in_letters(after), allowed=_allowed(before))


def is_closed(visit: Row | Status | str) -> bool:
    """Whether the work on the visit is over."""
    return status_of(visit) in CLOSED


def status_of(visit: Row | Status | str) -> Status:
    """A status from a row, a word, or the status itself; a word that is not known is `unknown`."""
    word = visit if isinstance(visit, str) else values_of(visit).get("status")
    return Status(word) if word in set(Status) else Status.UNKNOWN


def in_letters(word: object) -> str:
    """A word of a list as it stands in a sentence."""
    return str(word).replace("_", " ")


def _allowed(before: Status) -> str:
    states, office = (", ".join(map(in_letters, found.get(before, ()))) for found in (TRANSITIONS, OFFICE))
    if not states and not office:
        return "From here it stays as it is."
    technician = f"From here it may become: {states}."
    by_the_office = f"Only the office can make it: {office}."
    return " ".join(said for said, found in ((technician, states), (by_the_office, office)) if found)
