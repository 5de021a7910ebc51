"""A visit, and what is on it: what lacks before it is done, what closes with it, what a screen should warn of."""

from collections.abc import Mapping, Sequence
from typing import Any

from twinbase_mobile.reasons import Reason, make_reason
from twinbase_mobile.rules.checklists import items_of, missing_answers
from twinbase_mobile.rules.rows import AnyRow, is_same_id, moment_of, values_of
from twinbase_mobile.rules.status import BEGUN, STARTED, is_closed, status_of, transition_fault, word_text
from twinbase_mobile.tables.kinds import BlobState, Signer, VisitStatus

CLOSE_WITH_IT = {"intervention_parts": "parts", "intervention_photos": "photos", "checklist_answers": "answers"}
"""Twins whose rows a screen no longer changes once their visit is closed, and what a person calls them."""


def done_faults(
    visit: AnyRow, *, template: AnyRow | None = None, answers: Sequence[AnyRow] = (), signatures: Sequence[AnyRow] = ()
) -> list[Reason]:
    """All that lacks before the visit may be done; empty when nothing does."""
    given = values_of(visit)
    return [*_times(given), *_report(given), *_checklist(given, template, answers), *_signature(signatures)]


def status_faults(
    before: AnyRow,
    after: AnyRow,
    *,
    office: bool = False,
    template: AnyRow | None = None,
    answers: Sequence[AnyRow] = (),
    signatures: Sequence[AnyRow] = (),
) -> list[Reason]:
    """Why the visit cannot change from `before` to `after`; empty when it can."""
    status = status_of(after)
    fault = transition_fault(status_of(before), status, office=office)
    if fault is not None:
        return [fault]
    if status == status_of(before):
        return []
    if status is VisitStatus.CANCELLED and not values_of(after).get("cancel_reason"):
        return [make_reason("cancel_without_reason")]
    if status is VisitStatus.DONE:
        return done_faults(after, template=template, answers=answers, signatures=signatures)
    return []


def new_visit_faults(visit: AnyRow) -> list[Reason]:
    """What lacks before a technician may make the visit on site; empty when nothing does."""
    given = values_of(visit)
    wanted = (
        (given.get("made_on_site"), make_reason("made_without_mark")),
        (given.get("customer_id"), make_reason("made_without_customer")),
        (given.get("scheduled_start"), make_reason("made_without_start")),
    )
    lacking = [reason for value, reason in wanted if not value]
    status = status_of(given)
    if status not in BEGUN:
        lacking.append(make_reason("made_with_status", status=word_text(status)))
    return lacking


def closed_fault(twin: str, visit: AnyRow) -> Reason | None:
    """Why nothing can be added to, changed or taken from this twin's rows of the visit; None while it is open.

    A screen that knows it asks this. What was typed by whoever did not know it is taken: `late_reason`.
    """
    if not is_closed(visit):
        return None
    return make_reason("visit_closed", status=word_text(status_of(visit)), what=CLOSE_WITH_IT[twin])


def late_reason(twin: str, visit: AnyRow) -> Reason | None:
    """Why the office looks at a row of this twin that is added or changed: its visit was closed meanwhile, by somebody
    else say. None while it is open."""
    if not is_closed(visit):
        return None
    return make_reason("visit_closed_already", status=word_text(status_of(visit)), what=CLOSE_WITH_IT[twin])


def signature_fault(signature: AnyRow, others: Sequence[AnyRow]) -> Reason | None:
    """Why a signature cannot be added to those that the visit has; None when it can."""
    given = values_of(signature)
    rest = [values_of(one) for one in others if not is_same_id(values_of(one).get("id"), given.get("id"))]
    if any(one.get("role") == given.get("role") for one in rest):
        return make_reason("signed_already", role=word_text(given["role"]))
    if given.get("refused") and not given.get("refusal_reason"):
        return make_reason("refused_without_reason")
    return None


def photo_fault(photo: AnyRow) -> Reason | None:
    """Why a photo cannot be deleted; None when it can."""
    gone = values_of(photo).get("blob_state") in (BlobState.UPLOADING, BlobState.STORED)
    return make_reason("photo_sent") if gone else None


def other_started_visits(visit: AnyRow, visits: Sequence[AnyRow]) -> list[AnyRow]:
    """Other visits of the same technician that are under way: a screen warns of them, nothing is refused."""
    one = values_of(visit)
    return [
        other
        for other in visits
        if status_of(other) in STARTED
        and not is_same_id(values_of(other).get("id"), one.get("id"))
        and is_same_id(values_of(other).get("lead_id"), one.get("lead_id"))
    ]


def _times(given: Mapping[str, Any]) -> list[Reason]:
    start, end = moment_of(given.get("actual_start")), moment_of(given.get("actual_end"))
    if start is None or end is None:
        return [make_reason("done_without_times")]
    return [make_reason("ends_before_start")] if end < start else []


def _report(given: Mapping[str, Any]) -> list[Reason]:
    written = any(str(given.get(column) or "").strip() for column in ("report", "no_report_reason"))
    return [] if written else [make_reason("done_without_report")]


def _checklist(given: Mapping[str, Any], template: AnyRow | None, answers: Sequence[AnyRow]) -> list[Reason]:
    if template is None:
        return []
    of_it = [one for one in answers if is_same_id(values_of(one).get("template_id"), given.get("template_id"))]
    missing = missing_answers(items_of(template), of_it)
    return [make_reason("done_without_answers", items=", ".join(missing))] if missing else []


def _signature(signatures: Sequence[AnyRow]) -> list[Reason]:
    signed = any(values_of(one).get("role") == Signer.CUSTOMER for one in signatures)
    return [] if signed else [make_reason("done_without_signature")]
