"""The life of a visit: which status may follow which, and who may set it."""

from collections.abc import Mapping

from twinbase_mobile.reasons import Reason, make_reason
from twinbase_mobile.rules.rows import AnyRow, values_of
from twinbase_mobile.tables.kinds import VisitStatus

TRANSITIONS: Mapping[VisitStatus, tuple[VisitStatus, ...]] = {
    VisitStatus.PLANNED: (
        VisitStatus.CONFIRMED,
        VisitStatus.TRAVELLING,
        VisitStatus.IN_PROGRESS,
        VisitStatus.CANCELLED,
    ),
    VisitStatus.CONFIRMED: (VisitStatus.TRAVELLING, VisitStatus.IN_PROGRESS, VisitStatus.CANCELLED),
    VisitStatus.TRAVELLING: (VisitStatus.IN_PROGRESS, VisitStatus.CANCELLED),
    VisitStatus.IN_PROGRESS: (VisitStatus.PAUSED, VisitStatus.DONE, VisitStatus.CANCELLED),
    VisitStatus.PAUSED: (VisitStatus.IN_PROGRESS, VisitStatus.DONE, VisitStatus.CANCELLED),
    VisitStatus.DONE: (),
    VisitStatus.CANCELLED: (),
    VisitStatus.UNKNOWN: (
        VisitStatus.CONFIRMED,
        VisitStatus.TRAVELLING,
        VisitStatus.IN_PROGRESS,
        VisitStatus.CANCELLED,
    ),
}
"""What a technician may do."""

OFFICE: Mapping[VisitStatus, tuple[VisitStatus, ...]] = {
    VisitStatus.DONE: (VisitStatus.IN_PROGRESS,),
    VisitStatus.CANCELLED: (VisitStatus.PLANNED,),
}
"""What the office may do besides."""

CLOSED = frozenset({VisitStatus.DONE, VisitStatus.CANCELLED})
STARTED = frozenset({VisitStatus.TRAVELLING, VisitStatus.IN_PROGRESS})
BEGUN = STARTED | {VisitStatus.PLANNED}
"""What a visit may be that is made on site."""


def allowed_transitions(visit: AnyRow | VisitStatus | str, *, office: bool = False) -> tuple[VisitStatus, ...]:
    """What the visit may become: the buttons of a screen."""
    before = status_of(visit)
    return TRANSITIONS[before] + (OFFICE.get(before, ()) if office else ())


def transition_fault(before: VisitStatus | str, after: VisitStatus | str, *, office: bool = False) -> Reason | None:
    """Why the status cannot change like this, what is allowed from here, and who may; None when it can."""
    before, after = status_of(before), status_of(after)
    if after == before or after in allowed_transitions(before, office=office):
        return None
    code = "status_office_only" if after in OFFICE.get(before, ()) else "status_transition"
    return make_reason(code, before=word_text(before), after=word_text(after), allowed=_allowed(before))


def is_closed(visit: AnyRow | VisitStatus | str) -> bool:
    """Whether the work on the visit is over."""
    return status_of(visit) in CLOSED


def status_of(visit: AnyRow | VisitStatus | str) -> VisitStatus:
    """A status from a row, a word, or the status itself; a word that is not known is `unknown`."""
    word = visit if isinstance(visit, str) else values_of(visit).get("status")
    return VisitStatus(word) if word in set(VisitStatus) else VisitStatus.UNKNOWN


def word_text(word: object) -> str:
    """A word of a list as it stands in a sentence."""
    return str(word).replace("_", " ")


def _allowed(before: VisitStatus) -> str:
    states, office = (", ".join(map(word_text, found.get(before, ()))) for found in (TRANSITIONS, OFFICE))
    if not states and not office:
        return "From here it stays as it is."
    technician = f"From here it may become: {states}."
    by_the_office = f"Only the office can make it: {office}."
    return " ".join(said for said, found in ((technician, states), (by_the_office, office)) if found)
