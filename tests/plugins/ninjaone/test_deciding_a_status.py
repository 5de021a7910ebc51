"""Whether a ticket still wants the status that a visit gives it."""

import pytest

from twinbase_ninjaone.delivering.statuses import decide, ticket_fields

RESOLVED, FINISHED = 5000, (5000, 6000)


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
