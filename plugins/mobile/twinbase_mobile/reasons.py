"""Every reason for which the rules of `mobile` refuse a write, or flag it: a code that never changes, and a sentence.

A refusal travels as its code and its English sentence. A front end shows the sentence, or says it in its own language:

    translate_reason(outcome.reason, outcome.detail, translate=gettext)

The sentences are the texts to translate (`CATALOGUE` lists them all); what stands in braces is filled in afterwards,
and is translated too where it is one of `PARTS`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from twinbase import Flag, Refused

CATALOGUE: Mapping[str, str] = {
    # status
    "status_transition": "A visit that is {before} cannot become {after}. {allowed}",
    "status_office_only": "A visit that is {before} cannot become {after} on a device. {allowed}",
    "complete_not_yours": "Your role does not let you close a visit. Ask who leads the work, or the office.",
    "cancel_without_reason": "Say why the visit is cancelled.",
    "visit_closed": "The visit is {status}, so its {what} can no longer be changed. Ask the office to open it again.",
    "visit_closed_already": "The visit was {status} when this came. Its {what} are taken, and the office looks at it.",
    # a visit that is made on site
    "create_not_yours": "Your role does not let you make a visit. Ask who leads the work, or the office.",
    "made_without_mark": "A visit that is made on a device is marked as made on site.",
    "made_without_customer": "Say which customer the visit is for.",
    "made_without_start": "Say when the visit begins.",
    "made_with_status": "A new visit is planned, on the way or in progress, and not {status}: close it afterwards.",
    # what a visit lacks before it is done
    "done_without_times": "Enter the start and the end before you close the visit.",
    "ends_before_start": "The end of the visit is before its start.",
    "done_without_report": "Write the report before you close the visit, or say why there is none.",
    "done_without_answers": "Answer what the checklist requires before you close the visit: {items}.",
    "done_without_signature": "Let the customer sign before you close the visit, or say why he did not.",
    # signatures, photos, notes
    "signed_already": "There is a signature of the {role} on this visit already.",
    "refused_without_reason": "Say why the signature was refused.",
    "photo_sent": "The photo was sent already and can no longer be deleted here. Ask the office.",
    "not_your_name": "This is written in somebody else's name. Write it in your own.",
    "nobodys_name": "This is written in nobody's name. Write it in your own.",
    "equipment_unknown": "Equipment that is named here does not exist, or is not this customer's. Choose it again.",
    # checklists
    "template_unknown": "The checklist of this answer does not exist any more.",
    "item_unknown": "The checklist has no item {item}.",
    "answer_kind": "{item} is answered with {kind}.",
    "answer_choice": "{item} is one of: {choices}.",
    "answer_flag": "{item} is marked as {said}, but the checklist says {judged}.",
    # hours, ways, expenses
    "submitted": "What is submitted can no longer be changed here; ask the office.",
    "claim_transition": "What is {before} cannot become {after}. {allowed}",
    "span_backwards": "The end is before the start.",
    "minutes_wrong": "From start to end, less the break, it is {counted} minutes, not {written}.",
    "distance_only_mileage": "Kilometres belong to an expense of the kind mileage.",
    # stock
    "movement_without_quantity": "A movement of nothing is none: enter a quantity.",
}
"""Code → sentence."""

LISTS = ("From here it may become: {states}.", "Only the office can make it: {states}.", "It may become: {states}.")
PARTS = (
    "planned", "confirmed", "travelling", "in progress", "paused", "done", "cancelled", "unknown", "new", "draft",
    "submitted", "approved", "rejected", "reimbursed", "customer", "technician", "parts", "photos", "answers",
    "yes or no", "a number", "a text", "one of its choices", "normal", "abnormal", "danger", "out of range",
    "From here it stays as it is.", *LISTS,
)  # fmt: skip
"""What fills the braces and is a text to translate too."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something cannot be written, or what is lacking. `facts` fill the braces of the sentence."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return CATALOGUE[self.code].format(**self.facts)

    def make_error(self) -> Refused:
        """The error to raise on the server."""
        return Refused(self.code, str(self))

    def make_flag(self) -> Flag:
        """What to answer on the server of what is taken all the same."""
        return Flag(self.code, str(self))


def make_reason(code: str, **facts: object) -> Reason:
    """A reason of the catalogue."""
    assert code in CATALOGUE, code
    return Reason(code, facts)


def translate_reason(code: str, detail: str, translate: Callable[[str], str] = str) -> str:
    """The sentence of a refusal in another language; `detail` as it came where the code is not of this catalogue."""
    sentence = CATALOGUE.get(code)
    facts = None if sentence is None else _facts(sentence, detail)
    if sentence is None or facts is None:
        return detail
    return translate(sentence).format(**{name: _translate_fact(fact, translate) for name, fact in facts.items()})


def _translate_fact(fact: str, translate: Callable[[str], str]) -> str:
    """A word of a list, or sentences with several of them; anything else is somebody's own text, and stays."""
    sentences = re.split(r"(?<=\.) ", fact)
    return " ".join(_translate_part(sentence, translate) for sentence in sentences)


def _translate_part(part: str, translate: Callable[[str], str]) -> str:
    if part in PARTS:
        return translate(part)
    for sentence in LISTS:
        if (found := _facts(sentence, part)) is not None:
            states = (translate(state) for state in found["states"].split(", "))
            return translate(sentence).format(states=", ".join(states))
    return part


def _facts(sentence: str, detail: str) -> dict[str, str] | None:
    """What stands in the braces of a sentence; None when the text is another one."""
    parts = re.split(r"\{(\w+)\}", sentence)
    pattern = "".join(re.escape(part) if i % 2 == 0 else f"(?P<{part}>.*)" for i, part in enumerate(parts))
    found = re.fullmatch(pattern, detail, re.DOTALL)
    return None if found is None else found.groupdict()
