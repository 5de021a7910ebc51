"""All visits are found from the first letter on, and who types a letter gives no command."""

from typing import Any

from tests.kivy.day import PURGED, VISIT, OpenDay

from twinbase_presentation import Route

JOBS = Route("jobs")


async def opened(day: OpenDay, size: tuple[int, int] = (360, 640)) -> tuple[Any, Any]:
    from tests.kivy.showing import open_shell, show_screen

    shell = open_shell(day, size=size)
    await show_screen(shell, "jobs")
    return shell, shell.pages[JOBS]


def titles(page: Any) -> list[str]:
    return [row.title for group in page.model.shown.groups for row in group.rows]


async def test_words_find_a_visit_and_the_cross_brings_all_of_them_back(day: OpenDay) -> None:
    from tests.kivy import showing

    shell, page = await opened(day)
    await showing.press(shell, "ctrl+f")
    assert page.search.typing.input.focus
    page.search.typing.input.text = "noël"
    await shell.workday.finish_tasks()
    assert titles(page) == ["Panne pompe à chaleur, pas d’eau chaude"]  # noqa: RUF001
    assert page.search.typing.input.focus, "the list was drawn anew below who types"
    await showing.touch(shell, "Erase")
    assert len(titles(page)) == 5
    shell.close()


async def test_a_letter_that_is_typed_is_no_command(day: OpenDay) -> None:
    """`s` pauses the visit that stands beside the list, and `f` finishes it."""
    from tests.kivy import showing

    shell, page = await opened(day, (1280, 800))
    assert Route("visit", VISIT) in shell.pages
    await showing.press(shell, "ctrl+f", "s", "f")
    assert shell.pages[Route("visit", VISIT)].model.shown.job.visit.status == "in_progress"
    assert shell.sheet is None
    page.search.typing.input.focus = False
    await showing.press(shell, "f")
    assert shell.sheet is not None, "it is one where nobody types"
    shell.close()


async def test_what_does_not_fit_says_so_and_leads_back_to_what_is_open(day: OpenDay) -> None:
    from tests.kivy import showing

    shell, page = await opened(day)
    await showing.touch(shell, "Finished")
    assert titles(page)[0] == "Purge radiateurs"
    page.search.typing.input.text = "xyz"
    await shell.workday.finish_tasks()
    await showing.touch(shell, "Clear the filters")
    assert (page.model.chip, page.model.text, len(titles(page))) == ("open", "", 5)
    await showing.touch(shell, "Finished")
    await showing.touch(shell, "07:30, Purge radiateurs")
    assert shell.stack.top.route == Route("visit", PURGED)
    shell.close()
