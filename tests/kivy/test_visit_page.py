# ruff: noqa: RUF001 — French texts have a typographic apostrophe.
"""A visit as a technician who sees it for the first time goes through it."""

from datetime import timedelta
from typing import Any

from tests.kivy.day import VISIT, OpenDay

from twinbase_presentation import Route

UNDO_FIRST = "This visit is being closed. Undo it first."


async def opened(day: OpenDay, screen: str) -> Any:
    from tests.kivy.showing import open_shell, show_screen

    shell = open_shell(day)
    await show_screen(shell, screen)
    return shell


async def keep_it_open() -> None:
    """What is done when the seconds are over: here, nothing."""


async def test_a_note_for_colleagues_is_written_on_the_visit(day: OpenDay) -> None:
    from tests.kivy import showing

    shell = await opened(day, "visit")
    await showing.touch(shell, "Add a note")
    form = shell.sheet.panel.inside.parts()[-1].form
    form.fill("body", "Le robinet d’arrêt est derrière le ballon.")
    await showing.touch(shell, "Save")
    assert shell.sheet is None and shell.toast.name == "Note kept. It is sent as soon as possible."
    notes = shell.pages[Route("visit", VISIT)].model.shown.job.notes
    assert "Le robinet d’arrêt est derrière le ballon." in [one.body for one in notes]
    shell.close()


async def test_while_a_visit_is_being_closed_it_is_said_once_that_it_is(day: OpenDay) -> None:
    from tests.kivy.measuring import list_words

    shell = await opened(day, "visit")
    page = shell.pages[Route("visit", VISIT)]
    await shell.workday.held.hold("Job done.", keep_it_open, VISIT)
    await page.model.load()
    assert list_words(page.make_foot()).count(UNDO_FIRST) == 1
    shell.close()


async def test_a_visit_of_before_says_its_day_among_those_that_are_late(day: OpenDay) -> None:
    from tests.kivy.measuring import list_words

    day.clock.now += timedelta(days=2)
    shell = await opened(day, "today")
    words = list_words(shell)
    assert any(said.startswith("Wed, Jun 10\u00a0· ") for said in words), words
    shell.close()


async def test_what_the_van_has_stands_first_where_a_part_is_added(day: OpenDay) -> None:
    from tests.kivy.measuring import list_words

    shell = await opened(day, "parts")
    words = list_words(shell.pages[Route("visit", VISIT, "parts")])
    assert words.index("In the van") < words.index("Below the minimum")
    shell.close()
