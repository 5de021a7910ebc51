"""What is drawn anew under a finger: the tap is heard by what was touched, and whoever scrolls goes on scrolling."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import pytest
from tests.kivy.conftest import forget_frames
from tests.kivy.day import OpenDay
from tests.kivy.test_long_lists import pass_frames

ChangeShown = Callable[[Any], object]


def change_status(shell: Any) -> None:
    """The sync says something else: every page of the window is drawn anew for it."""
    shell._note_status()


def change_rows(shell: Any) -> None:
    """A row of somebody else comes in above the others: what was touched stands lower then."""
    from twinbase_kivy.boxes import Gap

    page = next(iter(shell.pages.values()))
    made = page.make_body
    page.make_body = lambda: [Gap(0, 200), *made()]
    page.redraw()


@contextmanager
def on_the_glass(shell: Any) -> Iterator[None]:
    """As in the app: the window tells of touches."""
    from kivy.core.window import Window

    Window.add_widget(shell)
    yield
    Window.remove_widget(shell)
    shell.close()
    forget_frames()


async def open_page(day: OpenDay, name: str) -> tuple[Any, Any]:
    from tests.kivy import showing

    shell: Any = showing.open_shell(day)
    await showing.show_screen(shell, name)
    pass_frames()
    return shell, next(iter(shell.pages.values()))


def find_line(page: Any) -> Any:
    """The first visit of a list."""
    from twinbase_kivy.focus import find_targets
    from twinbase_kivy.widgets.rows import VisitLine

    return next(one for one in find_targets(page.scroller) if isinstance(one, VisitLine))


def put_down(box: Any) -> Any:
    """A finger in the middle of a box."""
    from kivy.tests.common import UnitTestTouch

    finger = UnitTestTouch(*box.to_window(*box.center))
    finger.touch_down()
    return finger


@pytest.mark.parametrize("change", [change_status, change_rows])
@pytest.mark.parametrize("moment", ["down", "frames after down", "up"])
async def test_a_tap_is_heard_by_the_row_that_was_touched(day: OpenDay, change: ChangeShown, moment: str) -> None:
    shell, page = await open_page(day, "jobs")
    with on_the_glass(shell):
        line = find_line(page)
        finger = put_down(line)
        if moment.startswith("frames"):
            pass_frames(8)
        if moment.endswith("down"):
            change(shell)
            pass_frames(3)
        finger.touch_up()
        if moment == "up":
            change(shell)
        pass_frames(20)
        await shell.workday.finish_tasks()
        route = shell.stack.top.route
        assert route.name == "visit" and shell.pages[route].model.title in line.name


async def test_a_quick_tap_is_heard_in_the_next_frame(day: OpenDay) -> None:
    """Kivy by itself lets it wait for a fifth of a second."""
    shell, page = await open_page(day, "jobs")
    with on_the_glass(shell):
        put_down(find_line(page)).touch_up()
        pass_frames(2)
        assert shell.stack.top.route.name == "visit"


async def test_a_button_at_the_bottom_hears_its_tap(day: OpenDay) -> None:
    shell, page = await open_page(day, "visit")
    with on_the_glass(shell):
        from twinbase_kivy.focus import find_targets

        buttons = [one for one in find_targets(page) if one not in list(find_targets(page.scroller))]
        heard: list[str] = []
        buttons[-1].act = lambda: heard.append("tapped")
        finger = put_down(buttons[-1])
        change_status(shell)
        pass_frames(3)
        finger.touch_up()
        assert heard == ["tapped"]


async def test_what_waited_for_the_finger_is_drawn_when_it_has_gone(day: OpenDay) -> None:
    shell, page = await open_page(day, "jobs")
    with on_the_glass(shell):
        before = page.scroller.content
        finger = put_down(page.parts()[0])
        change_status(shell)
        assert page.scroller.content is before
        finger.touch_up()
        pass_frames(10)
        assert page.scroller.content is not before


async def test_a_finger_that_never_goes_holds_nothing_up_for_long(day: OpenDay) -> None:
    from twinbase_kivy.finger import LONGEST_TAP

    shell, page = await open_page(day, "jobs")
    with on_the_glass(shell):
        before = page.scroller.content
        finger = put_down(page.parts()[0])
        change_status(shell)
        end = time.monotonic() + 5 * LONGEST_TAP
        while page.scroller.content is before and time.monotonic() < end:
            pass_frames(1)
        assert page.scroller.content is not before
        finger.touch_up()


async def test_whoever_drags_goes_on_in_what_is_drawn_anew(day: OpenDay) -> None:
    shell, page = await open_page(day, "jobs")
    with on_the_glass(shell):
        line = find_line(page)
        finger = put_down(line)
        x, y = finger.pos
        passed = []
        for step in range(1, 11):
            finger.touch_move(x, y + 20 * step)
            pass_frames(1)
            if step == 5:
                change_status(shell)
                pass_frames(1)
            passed.append(page.scroller.passed)
        finger.touch_up()
        steps = [after - before for before, after in pairwise(passed[1:])]
        assert page.scroller.passed == pytest.approx(200, abs=1) and steps == [pytest.approx(20, abs=1)] * len(steps)


async def test_a_fling_goes_on_in_what_is_drawn_anew(day: OpenDay) -> None:
    shell, page = await open_page(day, "jobs")
    with on_the_glass(shell):
        finger = put_down(find_line(page))
        x, y = finger.pos
        for step in range(1, 5):
            finger.touch_move(x, y + 40 * step)
            pass_frames(1)
        finger.touch_up()
        pass_frames(2)
        at_change = page.scroller.passed
        change_status(shell)
        pass_frames(2)
        assert page.scroller.passed > at_change + 5
