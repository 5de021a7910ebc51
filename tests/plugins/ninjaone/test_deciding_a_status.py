"""Whether a ticket still wants the status that a visit gives it."""

from typing import Any
from uuid import UUID

import pytest

from twinbase_ninjaone.delivering.statuses import decide, find_lack, ticket_fields

RESOLVED, FINISHED = 5000, (5000, 6000)
WHOLE: dict[str, Any] = dict.fromkeys(
    ("type", "priority", "severity", "location_id", "node_id", "assigned_app_user_id", "tags", "cc_list",
     "additional_assigned_technician_ids", "followup_time", "attribute_values")
) | {"id": 1042, "version": 3, "client_id": 7, "ticket_form_id": 1, "subject": "Écran",
     "requester_uid": UUID("7e0c2b1e-0d6a-4f0b-9d1e-2f6a5b1c3d4e")}  # fmt: skip


@pytest.mark.parametrize(
    ("now", "parent", "deleted", "verdict"),
    [
        (1000, 1000, False, "write"),  # as the technician saw it
        (2000, 2000, False, "write"),  # somebody works on it
        (5000, 5000, False, "there"),  # our own write, or somebody's
        (6000, 6000, False, "finished"),
        (5001, 5000, False, "finished"),
        (1000, 1000, True, "gone"),
    ],
)
def test_whoever_finished_it_in_ninjaone_has_the_last_word(now: int, parent: int, deleted: bool, verdict: str) -> None:
    ticket = {"status_id": now, "status_parent_id": parent, "deleted": deleted}
    assert decide(ticket, RESOLVED, 1000, FINISHED) == verdict


def test_what_was_finished_when_the_technician_saw_it_may_be_reopened_by_him() -> None:
    assert decide({"status_id": 6000, "status_parent_id": 6000, "deleted": False}, 2000, 6000, FINISHED) == "write"


def test_an_update_says_all_that_is_known_and_nothing_that_is_not() -> None:
    names = (
        "client_id", "ticket_form_id", "requester_uid", "type", "priority", "severity", "location_id", "node_id",
        "assigned_app_user_id", "tags", "additional_assigned_technician_ids", "cc_list", "followup_time",
    )  # fmt: skip
    values = [{"attributeId": 1, "value": "Lyon"}, {"attributeId": 2, "value": True}]
    ticket = dict.fromkeys(names) | {"client_id": 7, "subject": "Écran", "attribute_values": values}
    assert ticket_fields(ticket, 5000) == {
        "clientId": 7,
        "subject": "Écran",
        "status": "5000",
        "attributes": [{"attributeId": 1, "value": "Lyon"}],
    }


@pytest.mark.parametrize(
    "odd",
    [
        {"value": "Lyon"}, {"attributeId": None, "value": "Lyon"}, {"attributeId": "1", "value": ""},
        {"attributeId": True, "value": ""}, {}, None, "Lyon", 7,
    ],
)  # fmt: skip
def test_a_value_of_no_attribute_is_left_alone_and_the_others_are_sent(odd: object) -> None:
    ticket = WHOLE | {"attribute_values": [odd, {"attributeId": 2, "value": "Bron"}]}
    assert ticket_fields(ticket, 5000)["attributes"] == [{"attributeId": 2, "value": "Bron"}]


@pytest.mark.parametrize(
    ("without", "lacks"),
    [
        ("client_id", "an organisation"), ("requester_uid", "a requester"), ("subject", "a subject"),
        ("ticket_form_id", "a form"), ("version", "a version"),
    ],
)  # fmt: skip
def test_what_ninjaone_requires_of_a_change_and_the_ticket_does_not_have_is_said(without: str, lacks: str) -> None:
    said = find_lack(WHOLE | {without: None})
    assert said == f"NinjaOne changes no ticket without {lacks}: give ticket 1042 one there."


@pytest.mark.parametrize(("letters", "refused"), [(0, False), (200, False), (201, True)])
def test_a_subject_that_is_longer_than_a_change_may_have_is_said_to_be(letters: int, refused: bool) -> None:
    assert bool(find_lack(WHOLE | {"subject": "x" * letters})) is refused
