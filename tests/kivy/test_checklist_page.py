"""A checklist is answered with a glove or a keyboard, and each answer is written by itself."""

from decimal import Decimal
from typing import Any

from tests.kivy.day import BOILER, VISIT, OpenDay

from twinbase_presentation import Route

CHECKLIST = Route("visit", VISIT, "checklist")


async def opened(day: OpenDay) -> tuple[Any, Any]:
    from tests.kivy.showing import open_shell, show_screen

    shell = open_shell(day)
    await show_screen(shell, "checklist")
    return shell, shell.pages[CHECKLIST]


def answers(page: Any) -> dict[str, Any]:
    return {item.key: item.value for item in page.model.shown.checklists[0].items}


async def test_it_begins_with_what_lacks_and_a_figure_is_written_with_enter(day: OpenDay) -> None:
    from tests.kivy import showing

    shell, page = await opened(day)
    assert page.active == (BOILER, "pressure")
    await showing.press(shell, "1", ",", "2", "enter")
    assert answers(page)["pressure"] == Decimal("1.2")
    assert page.model.shown.progress == (4, 5)
    assert shell.stack.top.route == Route("visit", VISIT), "nothing lacks, so Enter leads back"
    shell.close()


async def test_danger_is_said_while_it_is_typed_before_anything_is_written(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import list_words

    shell, page = await opened(day)
    page.open_question((BOILER, "co"))
    await shell.workday.finish_tasks()
    await showing.press(shell, "erase", "erase", "6", "2")
    assert any(text.startswith("62\u00a0ppm: DANGER (from 50).") for text in list_words(page))
    assert answers(page)["co"] == 12
    page.open_question((BOILER, "pressure"))
    await shell.workday.finish_tasks()
    assert answers(page)["co"] == 62
    shell.close()


async def test_no_is_one_key_and_the_same_half_again_takes_it_back(day: OpenDay) -> None:
    from tests.kivy import showing

    shell, page = await opened(day)
    page.open_question((BOILER, "vents"))
    await showing.press(shell, "n")
    assert answers(page)["vents"] is False
    await showing.touch(shell, "No")
    assert answers(page)["vents"] is None
    shell.close()
