"""What lacks before a visit is done: the screen and the server ask the same functions."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from twinbase_mobile.rules import (
    closed_fault,
    done_faults,
    late_reason,
    other_started_visits,
    photo_fault,
    signature_fault,
    status_faults,
)
from twinbase_mobile.tables import (
    ChecklistAnswer,
    ChecklistTemplate,
    Intervention,
    InterventionPhoto,
    InterventionSignature,
)
from twinbase_mobile.tables.kinds import BlobState, Signer, VisitStatus

NINE = datetime(2030, 3, 4, 9, tzinfo=UTC)
TEMPLATE = ChecklistTemplate(
    code="boiler",
    items=[
        {"key": "co_ppm", "label": "CO", "kind": "number", "required": True, "warn_max": 10, "max": 50},
        {"key": "clean", "label": "Burner cleaned", "kind": "bool", "required": True},
        {"key": "remark", "kind": "text"},
    ],
)


def a_visit(**columns: Any) -> Intervention:
    whole = {"status": VisitStatus.IN_PROGRESS, "actual_start": NINE, "actual_end": NINE + timedelta(hours=1)}
    return Intervention(**{**whole, "report": "Done.", "template_id": TEMPLATE.id, **columns})


def signed(visit: Intervention, **columns: Any) -> InterventionSignature:
    return InterventionSignature(intervention_id=visit.id, role=Signer.CUSTOMER, **columns)


def answered(visit: Intervention, key: str, equipment: Any = None, **value: Any) -> ChecklistAnswer:
    return ChecklistAnswer(
        intervention_id=visit.id, template_id=TEMPLATE.id, equipment_id=equipment, item_key=key, **value
    )


def all_answers(visit: Intervention, equipment: Any = None) -> list[ChecklistAnswer]:
    return [
        answered(visit, "co_ppm", equipment, value_number=Decimal(3)),
        answered(visit, "clean", equipment, value_bool=False),
    ]


def codes(visit: Intervention, **beside: Any) -> list[str]:
    whole = {"template": TEMPLATE, "answers": all_answers(visit), "signatures": [signed(visit)]}
    return [one.code for one in done_faults(visit, **{**whole, **beside})]


def test_nothing_lacks_when_all_is_there() -> None:
    assert codes(a_visit()) == []


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"actual_start": None}, "done_without_times"),
        ({"actual_end": None}, "done_without_times"),
        ({"actual_end": NINE - timedelta(seconds=1)}, "ends_before_start"),
        ({"report": None}, "done_without_report"),
        ({"report": "  "}, "done_without_report"),
    ],
)
def test_what_lacks_is_named(columns: dict[str, Any], code: str) -> None:
    assert codes(a_visit(**columns)) == [code]


def test_a_visit_may_end_in_the_moment_in_which_it_began() -> None:
    assert codes(a_visit(actual_end=NINE)) == []


def test_a_visit_may_end_in_the_hour_that_comes_twice() -> None:
    start = datetime(2026, 10, 25, 2, 50, tzinfo=ZoneInfo("Europe/Paris"))
    assert codes(a_visit(actual_start=start, actual_end=start.replace(minute=10, fold=1))) == []


def test_a_reason_stands_for_a_report() -> None:
    assert codes(a_visit(report=None, no_report_reason="Nobody at home.")) == []


def test_all_that_lacks_is_said_at_once() -> None:
    visit = a_visit(actual_start=None, report="")
    assert codes(visit, answers=[], signatures=[]) == [
        "done_without_times",
        "done_without_report",
        "done_without_answers",
        "done_without_signature",
    ]


def test_required_items_that_nobody_answered_are_called_by_their_labels() -> None:
    visit = a_visit()
    (lacking,) = done_faults(visit, template=TEMPLATE, answers=all_answers(visit)[:1], signatures=[signed(visit)])
    assert str(lacking) == "Answer what the checklist requires before you close the visit: Burner cleaned."


def test_an_answer_without_a_value_is_none() -> None:
    visit = a_visit()
    assert codes(visit, answers=[*all_answers(visit)[:1], answered(visit, "clean")]) == ["done_without_answers"]


def test_an_appliance_that_was_begun_is_to_be_finished() -> None:
    visit, one, two = a_visit(), uuid4(), uuid4()
    assert codes(visit, answers=all_answers(visit, one)) == []
    assert codes(visit, answers=[*all_answers(visit, one), *all_answers(visit, two)]) == []
    assert codes(visit, answers=[*all_answers(visit, one), *all_answers(visit, two)[:1]]) == ["done_without_answers"]


def test_answers_to_another_template_do_not_count() -> None:
    visit = a_visit()
    others = all_answers(visit)
    for one in others:
        one.template_id = uuid4()
    assert codes(visit, answers=others) == ["done_without_answers"]


def test_a_visit_without_a_template_needs_no_answers() -> None:
    assert codes(a_visit(template_id=None), template=None, answers=[]) == []


def test_a_customer_who_refused_to_sign_is_enough_and_a_technician_alone_is_not() -> None:
    visit = a_visit()
    assert codes(visit, signatures=[signed(visit, refused=True, refusal_reason="In a hurry")]) == []
    technician = InterventionSignature(intervention_id=visit.id, role=Signer.TECHNICIAN)
    assert codes(visit, signatures=[technician]) == ["done_without_signature"]


def test_the_server_reads_the_same_from_values_on_the_wire() -> None:
    wire = {
        "id": str(uuid4()), "status": "done", "actual_start": "2030-03-04 09:00:00.000000",
        "actual_end": "2030-03-04 08:59:59.999999", "report": "x", "template_id": str(TEMPLATE.id),
    }  # fmt: skip
    template = {"id": str(TEMPLATE.id), "items": '[{"key": "co", "kind": "number", "required": true}]'}
    answer = {"template_id": str(TEMPLATE.id), "item_key": "co", "value_number": "3.0000", "equipment_id": None}
    lacking = done_faults(wire, template=template, answers=[answer], signatures=[{"role": "customer"}])
    assert [one.code for one in lacking] == ["ends_before_start"]


def test_a_visit_is_cancelled_with_a_reason() -> None:
    before, after = a_visit(), a_visit(status=VisitStatus.CANCELLED)
    assert [one.code for one in status_faults(before, after)] == ["cancel_without_reason"]
    after.cancel_reason = "Nobody at home."
    assert status_faults(before, after) == []


def test_parts_photos_and_answers_close_with_the_visit() -> None:
    for twin, what in (("intervention_parts", "parts"), ("intervention_photos", "photos")):
        fault = closed_fault(twin, a_visit(status=VisitStatus.DONE))
        assert fault is not None and f"its {what} can no longer be changed" in str(fault)
        late = late_reason(twin, a_visit(status=VisitStatus.CANCELLED))
        assert late is not None
        assert str(late) == f"The visit was cancelled when this came. Its {what} are taken, and the office looks at it."
    assert closed_fault("checklist_answers", a_visit(status=VisitStatus.PAUSED)) is None
    assert late_reason("checklist_answers", a_visit(status=VisitStatus.PAUSED)) is None


def test_a_role_signs_once() -> None:
    visit = a_visit()
    first = signed(visit)
    assert signature_fault(first, []) is None and signature_fault(first, [first]) is None
    second = signature_fault(signed(visit), [first])
    assert second is not None and str(second) == "There is a signature of the customer on this visit already."


def test_who_refuses_to_sign_says_why() -> None:
    fault = signature_fault(signed(a_visit(), refused=True), [])
    assert fault is not None and fault.code == "refused_without_reason"


@pytest.mark.parametrize("state", BlobState)
def test_a_photo_is_deleted_only_before_it_is_sent(state: BlobState) -> None:
    kept = state in (BlobState.STORED, BlobState.UPLOADING)
    assert (photo_fault(InterventionPhoto(intervention_id=uuid4(), blob_state=state)) is not None) == kept


def test_another_visit_under_way_is_a_warning() -> None:
    me = uuid4()
    mine = a_visit(lead_id=me)
    under_way = a_visit(lead_id=me, status=VisitStatus.TRAVELLING)
    paused, others = a_visit(lead_id=me, status=VisitStatus.PAUSED), a_visit(lead_id=uuid4())
    assert other_started_visits(mine, [mine, under_way, paused, others]) == [under_way]
