"""A plugin from outside the repository brings a screen, a card and an act to the window, which knows nothing of it."""

from pathlib import Path
from typing import Any

from tests.kivy.day import VISIT, open_day
from tests.presentation.made_plugin import load_made_plugin
from tests.tui import pumps

from twinbase import Plugins
from twinbase_presentation import Route
from twinbase_server import accounts

ITEMS, PUMPS = Route("roof_work"), Route("pumps")
VISIT_PAGE = Route("visit", VISIT)


async def opened(file: Path, plugins: Plugins, route: Route, language: str = "en") -> tuple[Any, Any, Any]:
    """Her day with it, the window, and the page of a route."""
    from tests.kivy.showing import open_shell

    day = await open_day(file, plugins)
    shell = open_shell(day, language, plugins=plugins)
    await shell.open()
    shell.go(route)
    await shell.workday.finish_tasks()
    return day, shell, shell.pages[route]


async def test_what_is_added_on_a_visit_is_on_its_card_and_on_the_screen(anna: Path) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import list_words

    day, shell, page = await opened(anna, load_made_plugin(), VISIT_PAGE)
    assert "Items" not in list_words(page), "nothing is to be done: no card"
    await showing.touch(shell, "More actions")
    await showing.touch(shell, "Add an item")
    await showing.touch(shell, "Save")
    assert "This is needed." in list_words(shell.sheet)
    shell.sheet.panel.inside.parts()[0].form.fill("title", "Bring the ladder")
    await showing.touch(shell, "Save")
    assert shell.sheet is None and shell.toast.name == "Kept."
    page.brought._pace.cancel()
    await page.brought.load()
    assert {"Items", "Bring the ladder"} <= set(list_words(page))
    await showing.touch(shell, "Bring the ladder")
    assert shell.stack.top.route.name == "roof_work" and {"State", "To do"} <= set(list_words(shell.frame))
    await showing.press(shell, "d")
    assert shell.toast.name == "Kept."
    await shell.pages[shell.stack.top.route].model.load()
    assert "To do" not in list_words(shell.frame)
    shell.go(ITEMS)
    await shell.workday.finish_tasks()
    assert "Nothing is to be done." in list_words(shell.frame)
    await showing.touch(shell, "Done too")
    assert "Bring the ladder" in list_words(shell.frame)
    shell.close()
    day.runner.close()


async def test_its_key_is_pressed_on_the_visit_like_one_of_ours(anna: Path) -> None:
    from tests.kivy import showing

    day, shell, _ = await opened(anna, load_made_plugin(), VISIT_PAGE, "fr")
    await showing.press(shell, "i")
    assert shell.sheet.panel.name == "Ajouter une chose à faire"
    shell.close()
    day.runner.close()


async def test_its_list_is_searched_and_a_row_shows_its_facts(anna: Path) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import list_words

    day, shell, page = await opened(anna, Plugins("mobile", "deliveries", accounts, pumps), PUMPS)
    assert {"Of this house", "Wilo Stratos", "Grundfos Alpha"} <= set(list_words(page))
    page.search.typing.input.text = "wilo"
    await shell.workday.finish_tasks()
    assert "Grundfos Alpha" not in list_words(page)
    await showing.touch(shell, "Wilo")
    assert {"Wilo Stratos", "Height", "4 m"} <= set(list_words(shell.frame))
    await showing.press(shell, "back")
    assert shell.stack.top.route == PUMPS
    shell.close()
    day.runner.close()


async def test_a_row_of_a_screen_that_shows_none_leads_nowhere(anna: Path) -> None:
    day, shell, _ = await opened(anna, Plugins("mobile", "deliveries", accounts, pumps), PUMPS)
    assert shell.knows(PUMPS) and shell.knows(Route("pumps", VISIT)) and not shell.knows(Route("wells"))
    shell.close()
    day.runner.close()
