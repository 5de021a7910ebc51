"""Lists of any length: what is seen is there, and nothing jumps under the eye."""

from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kivy.conftest import forget_frames
from tests.kivy.day import CUSTOMERS, ME, OpenDay, ident, paris

from twinbase_mobile.tables import Intervention
from twinbase_mobile.tables.kinds import VisitStatus
from twinbase_presentation import Route

HIGH, GAP = 600, 10
Places = dict[str, tuple[float, float]]
"""By name, from where to where below the upper edge of the window."""


def make_scroller(heights: list[int], guess: int = 100) -> Any:
    """A column of parts of these heights, each guessed alike, in a window of HIGH; the boxes carry their number."""
    from twinbase_kivy.boxes import ColumnBox, Gap
    from twinbase_kivy.widgets.long_column import LongColumn, LongPart
    from twinbase_kivy.widgets.scroller import Scroller

    def make(number: int) -> Any:
        box = Gap(0, heights[number])
        box.name = str(number)
        return box

    column = LongColumn(gap=GAP)
    column.show([LongPart(at, at, partial(make, at), guess) for at in range(len(heights))])
    scroller = Scroller(ColumnBox(Gap(0, 50), column))
    scroller.place(0, 0, 300, HIGH)
    return scroller


def pass_frames(frames: int = 5) -> None:
    """What is left to the next frames is done: what is near is made, and the heights are put right."""
    from kivy.clock import Clock

    for _ in range(frames):
        Clock.tick()


def list_seen(scroller: Any) -> Places:
    """What lies between the edges of the window."""
    column = scroller.content.parts()[-1]
    top = scroller.content.top - scroller.passed
    places = {box.name: (top - box.top, top - box.y) for box in column.parts()}
    return {name: place for name, place in places.items() if place[1] > 0 and place[0] < HIGH}


def draw_heights(random: Random, count: int) -> list[int]:
    """Lists that Hypothesis makes by itself are short."""
    return [random.randint(20, 400) for _ in range(count)]


@settings(max_examples=60)
@given(
    heights=st.builds(draw_heights, st.randoms(use_true_random=False), st.integers(1, 150)),
    guess=st.integers(20, 400),
    moves=st.lists(st.integers(-1500, 900) | st.sampled_from([-900, 400]) | st.integers(-20000, 20000), max_size=12),
)
def test_wherever_somebody_scrolls_the_parts_are_there_and_none_jumps(
    heights: list[int], guess: int, moves: list[int]
) -> None:
    scroller = make_scroller(heights, guess)
    for move in moves:
        before = list_seen(scroller)
        scroller.passed += move
        is_free = is_between(scroller)
        pass_frames(1)
        seen = list_seen(scroller)
        if is_free and is_between(scroller):
            for name in before.keys() & seen.keys():
                assert before[name][0] - seen[name][0] == pytest.approx(move, abs=1.5)
        assert_no_hole(seen, heights)
        pass_frames()
        assert_no_hole(list_seen(scroller), heights)
        if is_between(scroller):
            assert list_seen(scroller) == {name: pytest.approx(place, abs=1.5) for name, place in seen.items()}
    forget_frames()


def is_between(scroller: Any) -> bool:
    """Neither at the upper end nor at the lower one."""
    return bool(1 < scroller.passed < scroller.content.height - HIGH - 1)


def assert_no_hole(seen: Places, heights: list[int]) -> None:
    """One stands below the other, each as high as it is, from the upper edge to the lower one or to the end."""
    numbers = sorted(map(int, seen))
    assert numbers and numbers == list(range(numbers[0], numbers[-1] + 1))
    for number in numbers:
        top, bottom = seen[str(number)]
        assert bottom - top == pytest.approx(heights[number], abs=1)
        if str(number + 1) in seen:
            assert seen[str(number + 1)][0] - bottom == pytest.approx(GAP, abs=2)
    if numbers[-1] + 1 < len(heights):
        assert seen[str(numbers[-1])][1] + GAP >= HIGH - 2
    if numbers[0] > 0:
        assert seen[str(numbers[0])][0] - GAP <= 2


async def test_whoever_jumps_and_turns_back_looks_at_the_same() -> None:
    """What comes into sight above was only guessed, and is made while somebody looks at what is below it."""
    for seed in range(8):
        scroller = make_scroller(draw_heights(Random(seed), 139), 324)
        scroller.passed += 6000
        pass_frames(1)
        before = list_seen(scroller)
        scroller.passed -= 500
        pass_frames(1)
        now = list_seen(scroller)
        assert all(now[name][0] == pytest.approx(before[name][0] + 500, abs=1.5) for name in before.keys() & now.keys())
    forget_frames()


async def test_only_what_is_near_the_eye_is_made() -> None:
    scroller = make_scroller([80] * 2000)
    column = scroller.content.parts()[-1]
    for passed in (0, 5_000, 90_000, 3_000):
        scroller.passed = passed
        pass_frames()
        assert len(column.parts()) < 60
    forget_frames()


async def test_a_part_that_is_drawn_from_the_same_stays_the_same_box() -> None:
    from twinbase_kivy.boxes import Gap
    from twinbase_kivy.widgets.long_column import LongPart

    scroller = make_scroller([80] * 50)
    column = scroller.content.parts()[-1]
    first, second = column.parts()[:2]
    changed = [LongPart(at, -1 if at == 1 else at, lambda: Gap(0, 200), 100) for at in range(50)]
    column.show(changed)
    scroller.settle()
    assert column.parts()[0] is first and column.parts()[1] is not second
    assert column.parts()[1].height == 200 and column.parts()[2].top == column.parts()[1].y - GAP
    forget_frames()


async def test_more_is_read_before_the_end_and_the_last_one_opens(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import find_faults, list_words

    from twinbase_kivy.focus import find_targets

    await day.runner.write(add_visits)
    shell = showing.open_shell(day)
    await showing.show_screen(shell, "jobs")
    page: Any = shell.pages[Route("jobs")]
    assert page.model.shown.has_more
    for _ in range(60):
        page.scroller.passed += 600
        pass_frames()
        await shell.workday.finish_tasks()
        assert list(find_faults(page)) == []
    assert not page.model.shown.has_more and len(page.column.parts()) < 20
    assert "Visit 129" in list_words(page) and "Visit 60" not in list_words(page)
    last = next(one for one in find_targets(page) if "Visit 129" in one.name)
    await showing.touch(shell, last.name)
    assert shell.stack.top.route == Route("visit", ident(5129))
    shell.close()


async def test_whoever_comes_back_from_a_visit_stands_where_he_stood(day: OpenDay) -> None:
    """However far down: behind the first fifty, too."""
    shell, page = await open_long_jobs(day)
    for passed in (300, 8_400):
        await scroll_to(shell, page, passed)
        before = list_words_seen(page)
        shell.go(Route("visit", ident(5060)))
        await shell.workday.finish_tasks()
        assert list(shell.pages) == [Route("visit", ident(5060))]
        shell.go_back()
        await shell.workday.finish_tasks()
        page = shell.pages[Route("jobs")]
        pass_frames()
        assert page.scroller.passed == pytest.approx(passed, abs=1.5) and list_words_seen(page) == before
    shell.close()


async def test_after_a_kill_the_list_is_read_as_far_as_somebody_had_scrolled(day: OpenDay, tmp_path: Path) -> None:
    shell, page = await open_long_jobs(day, tmp_path / "state.json")
    await scroll_to(shell, page, 8_400)
    shell.go(Route("visit", ident(5060)))
    await shell.workday.finish_tasks()
    shell.close()
    shell, page = await open_long_jobs(day, tmp_path / "state.json", is_new=False)
    pass_frames()
    assert page.scroller.passed == pytest.approx(8_400, abs=1.5)
    shell.close()


async def open_long_jobs(day: OpenDay, state: Path | None = None, *, is_new: bool = True) -> tuple[Any, Any]:
    """The list of a hundred and forty visits; where it is not new, after going back to it."""
    from tests.kivy import showing

    if is_new:
        await day.runner.write(add_visits)
    shell: Any = showing.open_shell(day, state=state)
    if is_new:
        await showing.show_screen(shell, "jobs")
    else:
        await shell.open()
        shell.go_back()
        await shell.workday.finish_tasks()
    return shell, shell.pages[Route("jobs")]


async def scroll_to(shell: Any, page: Any, passed: int) -> None:
    """As a finger does, some hundred pixels at once, with what has to be read for it."""
    while page.scroller.passed < passed - 1:
        page.scroller.passed = min(page.scroller.passed + 600, passed)
        pass_frames()
        await shell.workday.finish_tasks()


def list_words_seen(page: Any) -> list[str]:
    """What can be read between the edges of what scrolls."""
    from tests.kivy.measuring import list_words

    return [word for box in seen_boxes(page.scroller) for word in list_words(box)]


def seen_boxes(scroller: Any) -> list[Any]:
    column = scroller.content.parts()[-1]
    top = scroller.content.top - scroller.passed
    return [box for box in column.parts() if top - box.y > 0 and top - box.top < scroller.height]


async def add_visits(session: Any) -> None:
    """A hundred and thirty more, seven a day."""
    for number in range(130):
        where = number % len(CUSTOMERS)
        start = paris(11 + number // 7, 7 + number % 7)
        there: dict[str, Any] = {"customer_id": ident(100 + where), "site_id": ident(200 + where)}
        session.add(
            Intervention(
                id=ident(5000 + number), title=f"Visit {number}", number=f"INT-{5000 + number:06}", lead_id=ME,
                scheduled_start=start, status=VisitStatus.PLANNED, **there,
            )
        )  # fmt: skip
