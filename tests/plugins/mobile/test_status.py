"""The life of a visit: what it may become, and what a technician is told when it may not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinbase_mobile.rules import allowed_transitions, is_closed, transition_fault
from twinbase_mobile.tables import Intervention
from twinbase_mobile.tables.kinds import VisitStatus

# As the company wants it: from → to. Written by hand, apart from the code.
TECHNICIAN = """
planned confirmed      planned travelling      planned in_progress      planned cancelled
confirmed travelling   confirmed in_progress   confirmed cancelled
travelling in_progress travelling cancelled
in_progress paused     in_progress done        in_progress cancelled
paused in_progress     paused done             paused cancelled
unknown confirmed      unknown travelling      unknown in_progress      unknown cancelled
""".split()
ALLOWED = set(zip(TECHNICIAN[::2], TECHNICIAN[1::2], strict=True))
OFFICE = {("done", "in_progress"), ("cancelled", "planned")}

status = st.sampled_from(sorted(VisitStatus))


@given(status, status)
def test_a_technician_may_do_what_is_listed_and_nothing_else(before: str, after: str) -> None:
    fault = transition_fault(before, after)
    assert (fault is None) == (before == after or (before, after) in ALLOWED)


@given(status, status)
def test_the_office_may_open_again_what_is_closed(before: str, after: str) -> None:
    fault = transition_fault(before, after, office=True)
    assert (fault is None) == (before == after or (before, after) in ALLOWED | OFFICE)


@given(status, st.booleans())
def test_the_buttons_of_a_screen_are_what_the_server_accepts(before: VisitStatus, office: bool) -> None:
    offered = allowed_transitions(Intervention(status=before), office=office)
    assert {one for one in VisitStatus if one != before and not transition_fault(before, one, office=office)} == {
        *offered
    }


def test_a_refusal_says_what_is_allowed_from_here() -> None:
    assert str(transition_fault("travelling", "done")) == (
        "A visit that is travelling cannot become done. From here it may become: in progress, cancelled."
    )


def test_a_refusal_says_who_may() -> None:
    fault = transition_fault("done", "in_progress")
    assert fault is not None and fault.code == "status_office_only"
    assert str(fault) == (
        "A visit that is done cannot become in progress on a device. Only the office can make it: in progress."
    )


@pytest.mark.parametrize("word", ["done", "cancelled"])
def test_a_visit_that_is_done_or_cancelled_is_closed(word: str) -> None:
    assert is_closed(word) and not is_closed("paused")


def test_a_status_that_nobody_knows_is_unknown_and_can_go_on() -> None:
    assert transition_fault("moonlit", "in_progress") is None
    assert not is_closed({"status": "moonlit"})
