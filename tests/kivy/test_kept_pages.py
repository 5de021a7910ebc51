"""Whoever comes back finds what he had asked for."""

from typing import Any

import pytest
from tests.kivy.day import BOILER, ME, VISIT, OpenDay, ident, paris

from twinbase_mobile.tables import Intervention
from twinbase_mobile.tables.kinds import VisitStatus
from twinbase_presentation import Route

FURTHER = Route("visit", VISIT)


@pytest.mark.parametrize(
    ("place", "words"), [("jobs", "leroy"), ("customers", "leroy"), ("stock", "a"), ("team", "karim"), ("pumps", "a")]
)
async def test_the_words_that_he_looked_for(day: OpenDay, place: str, words: str) -> None:
    from tests.kivy.measuring import list_words

    shell = await open_place(day, place)
    shell.pages[Route(place)].search.typing.input.text = words
    await shell.workday.finish_tasks()
    before = list_words(shell.frame)
    await go_and_come_back(shell)
    page = shell.pages[Route(place)]
    assert (page.model.text, page.search.typing.input.text) == (words, words)
    assert list_words(shell.frame) == before
    shell.close()


@pytest.mark.parametrize(("place", "chip"), [("jobs", "done"), ("customers", "contract")])
async def test_what_he_had_narrowed_the_list_to(day: OpenDay, place: str, chip: str) -> None:
    shell = await open_place(day, place)
    await shell.pages[Route(place)].model.choose(chip)
    before = shell.pages[Route(place)].model.shown
    await go_and_come_back(shell)
    assert shell.pages[Route(place)].model.chip == chip and shell.pages[Route(place)].model.shown == before
    shell.close()


async def test_the_month_that_he_looked_at(day: OpenDay) -> None:
    shell = await open_place(day, "planning")
    model = shell.pages[Route("planning")].model
    await model.choose_span("month")
    await model.move(2)
    before = model.shown
    await go_and_come_back(shell)
    assert shell.pages[Route("planning")].model.shown == before
    shell.close()


async def test_it_is_read_anew_and_in_the_looks_of_now(day: OpenDay) -> None:
    """Not what it was when he left it."""
    from tests.kivy.measuring import list_words

    shell = await open_place(day, "jobs")
    shell.go(FURTHER)
    await shell.workday.finish_tasks()
    await day.runner.write(add_visit)
    shell.set_look("dark")
    shell.go_back()
    await shell.workday.finish_tasks()
    assert any("A new leak" in words for words in list_words(shell.frame))
    shell.set_look("light")
    shell.close()


async def test_whoever_enters_another_place_begins_anew(day: OpenDay) -> None:
    shell = await open_place(day, "jobs")
    await shell.pages[Route("jobs")].model.choose("done")
    await go_and_come_back(shell)
    shell.enter_place(Route("stock"))
    await shell.workday.finish_tasks()
    shell.enter_place(Route("jobs"))
    await shell.workday.finish_tasks()
    assert shell.pages[Route("jobs")].model.chip == "open"
    shell.close()


async def test_a_page_that_waits_reads_nothing(day: OpenDay) -> None:
    shell = await open_place(day, "jobs")
    waiting = shell.pages[Route("jobs")].model
    shell.go(Route("equipment", BOILER))
    await shell.workday.finish_tasks()
    before = waiting.state
    await day.runner.write(add_visit)
    await shell.workday.finish_tasks()
    assert waiting.state is before
    shell.close()


async def add_visit(session: Any) -> None:
    """One more, on the day after."""
    there: dict[str, Any] = {"customer_id": ident(100), "site_id": ident(200)}
    session.add(
        Intervention(title="A new leak", lead_id=ME, scheduled_start=paris(11, 7), status=VisitStatus.PLANNED, **there)
    )


async def open_place(day: OpenDay, place: str) -> Any:
    from tests.kivy import showing

    shell: Any = showing.open_shell(day)
    await showing.show_screen(shell, place)
    return shell


async def go_and_come_back(shell: Any) -> None:
    """To a visit, as a row of a list leads there."""
    shell.go(FURTHER)
    await shell.workday.finish_tasks()
    assert list(shell.pages) == [FURTHER]
    shell.go_back()
    await shell.workday.finish_tasks()
