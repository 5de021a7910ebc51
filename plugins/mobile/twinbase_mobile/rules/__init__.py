"""What may be written, whoever wins a conflict. Plain functions, the same for a screen that asks beforehand and for the
server that has the last word: `allowed_transitions(visit)`, `missing_for_done(visit, …)`, `judge(item, answer)`.
"""

from twinbase_mobile.rules.checklists import (
    Judgement,
    answer_fault,
    answer_id,
    items_of,
    judge,
    missing_answers,
    out_of_range,
)
from twinbase_mobile.rules.claims import claim_fault, is_draft, minutes_of, span_fault, worked_minutes
from twinbase_mobile.rules.status import allowed_transitions, is_closed, transition_fault
from twinbase_mobile.rules.visits import (
    also_started,
    closed_fault,
    missing_for_done,
    photo_fault,
    signature_fault,
    status_faults,
)

__all__ = [
    "Judgement", "allowed_transitions", "also_started", "answer_fault", "answer_id", "claim_fault", "closed_fault",
    "is_closed", "is_draft", "items_of", "judge", "minutes_of", "missing_answers", "missing_for_done", "out_of_range",
    "photo_fault", "signature_fault", "span_fault", "status_faults", "transition_fault", "worked_minutes",
]  # fmt: skip
