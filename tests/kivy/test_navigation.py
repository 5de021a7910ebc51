"""Nobody gets lost, and a kill loses no place."""

from pathlib import Path
from uuid import uuid4

from twinbase_kivy.navigation import BackStack
from twinbase_presentation import Route

TODAY, SYNC, VISIT = Route("today"), Route("sync"), Route("visit", uuid4())


def test_back_leads_the_way_that_somebody_came() -> None:
    stack = BackStack(TODAY)
    stack.go(VISIT)
    stack.go(SYNC)
    assert [stop.route for stop in stack.stops] == [TODAY, VISIT, SYNC]
    assert stack.go_back() and stack.top.route == VISIT
    assert stack.go_back() and stack.top.route == TODAY
    assert not stack.go_back()


def test_a_screen_that_is_on_the_way_is_gone_back_to() -> None:
    stack = BackStack(TODAY)
    stack.go(VISIT)
    stack.go(SYNC)
    stack.go(VISIT)
    assert [stop.route for stop in stack.stops] == [TODAY, VISIT]


def test_from_another_place_back_leads_home() -> None:
    stack = BackStack(TODAY)
    stack.enter_place(SYNC)
    assert stack.go_back() and stack.top.route == TODAY


def test_after_a_kill_somebody_is_where_he_was_and_as_far_down(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    stack = BackStack(TODAY, file)
    stack.go(VISIT)
    stack.note_passed(VISIT, 340)
    again = BackStack(TODAY, file)
    assert [stop.route for stop in again.stops] == [TODAY, VISIT]
    assert again.top.passed == 340


def test_a_state_that_is_no_state_begins_the_day_at_home(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    for text in ("", "{}", '{"stops": [{"route": ""}]}', '{"stops": 3}'):
        file.write_text(text)
        assert BackStack(TODAY, file).top.route == TODAY
