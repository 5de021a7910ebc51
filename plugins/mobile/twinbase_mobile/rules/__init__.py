"""What may be written, whoever wins a conflict. Plain functions, the same for a screen that asks beforehand and for the
server that has the last word: `allowed_transitions(visit)`, `done_faults(visit, …)`, `judge(item, answer)`.
"""

from twinbase_mobile.rules.checklists import (
    Judgement,
    answer_fault,
    answer_id,
    is_out_of_range,
    items_of,
    judge,
    missing_answers,
)
from twinbase_mobile.rules.claims import claim_fault, is_draft, minutes_of, span_fault, worked_minutes
from twinbase_mobile.rules.status import allowed_transitions, is_closed, transition_fault
from twinbase_mobile.rules.visits import (
    closed_fault,
    done_faults,
    late_reason,
    new_visit_faults,
    other_started_visits,
    photo_fault,
    signature_fault,
    status_faults,
)

__all__ = [
    "Judgement",
    "allowed_transitions",
    "answer_fault",
    "answer_id",
    "claim_fault",
    "closed_fault",
    "done_faults",
    "is_closed",
    "is_draft",
    "is_out_of_range",
    "items_of",
    "judge",
    "late_reason",
    "minutes_of",
    "missing_answers",
    "new_visit_faults",
    "other_started_visits",
    "photo_fault",
    "signature_fault",
    "span_fault",
    "status_faults",
    "transition_fault",
    "worked_minutes",
]  # fmt: skip
