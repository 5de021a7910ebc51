"""The navigation by width, and More: each place is reached, and what a plugin brings is one of them."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.kivy.day import OpenDay
from tests.tui import pumps

from twinbase import Plugins
from twinbase_presentation import Route
from twinbase_server import accounts


async def opened(day: OpenDay, size: tuple[int, int] = (360, 640), screen: str = "today") -> Any:
    from tests.kivy.showing import open_shell, show_screen

    shell = open_shell(day, size=size)
    await show_screen(shell, screen)
    return shell


def find_tabs(shell: Any) -> list[str]:
    from twinbase_kivy.focus import find_targets
    from twinbase_kivy.places import PlaceButton

    return [one.name for one in find_targets(shell.frame) if isinstance(one, PlaceButton)]


async def test_a_phone_has_five_places_and_a_laptop_eight(day: OpenDay) -> None:
    from kivy.metrics import dp

    shell = await opened(day)
    assert find_tabs(shell) == ["My day", "Planning", "Customers", "Stock", "More"]
    shell.fit(dp(800), dp(1280))
    assert find_tabs(shell) == ["My day", "Planning", "Customers", "Stock", "More"]
    shell.fit(dp(1280), dp(800))
    await shell.workday.finish_tasks()
    assert find_tabs(shell) == ["My day", "Planning", "Jobs", "Customers", "Stock", "Hours", "Sync", "More"]
    shell.close()


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("scale", [1.0, 1.3, 1.5, 2.0])
async def test_the_word_of_a_place_is_whole_however_large_the_letters_are(
    day: OpenDay, language: str, scale: float
) -> None:
    from kivy.metrics import dp
    from tests.kivy.showing import open_shell, show_screen

    from twinbase_kivy.look import look
    from twinbase_kivy.places import PlaceWord

    look.text_scale = scale
    shell = open_shell(day, language)
    await show_screen(shell, "today")
    for size in ((360, 640), (412, 915), (800, 1280), (1280, 800)):
        shell.fit(*map(dp, size))
        await shell.workday.finish_tasks()
        words = [one for one in walk(shell.frame) if isinstance(one, PlaceWord)]
        assert words and [one.lines(one.width) for one in words] == [(one.text,) for one in words], size
    shell.close()
    look.text_scale = 1.0


def walk(box: Any) -> Iterator[Any]:
    """It, and all that is in it."""
    yield box
    for part in box.parts():
        yield from walk(part)


async def test_the_keys_of_the_places_are_those_that_are_seen(day: OpenDay) -> None:
    from tests.kivy import showing

    shell = await opened(day)
    await showing.press(shell, "ctrl+3")
    assert shell.stack.top.route == Route("customers")
    shell.close()
    shell = await opened(day, (1280, 800))
    await showing.press(shell, "ctrl+3")
    assert shell.stack.top.route == Route("jobs")
    shell.close()


async def test_more_leads_to_what_has_no_room_and_says_what_waits(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import list_words

    shell = await opened(day, screen="more")
    said = list_words(shell.pages[Route("more")])
    assert {"Jobs", "Hours", "Expenses", "Sync", "1 refusal to correct"} <= set(said)
    await showing.touch(shell, "Hours")
    assert [stop.route.name for stop in shell.stack.stops] == ["more", "hours"]
    shell.go_back()
    await shell.workday.finish_tasks()
    assert shell.stack.top.route == Route("more")
    shell.close()


async def test_on_a_laptop_more_says_nothing_twice(day: OpenDay) -> None:
    from tests.kivy.measuring import list_words

    shell = await opened(day, (1280, 800), "more")
    said = list_words(shell.pages[Route("more")])
    assert "Expenses" in said and "Hours" not in said
    shell.close()


async def test_a_place_of_a_laptop_is_behind_more_once_the_window_is_narrow(day: OpenDay) -> None:
    from kivy.metrics import dp

    from twinbase_kivy.focus import find_targets
    from twinbase_kivy.places import PlaceButton

    shell = await opened(day, (1280, 800), "hours")
    shell.fit(dp(360), dp(640))
    await shell.workday.finish_tasks()
    (here,) = [one.name for one in find_targets(shell.frame) if isinstance(one, PlaceButton) and one.is_here]
    assert here == "More" and shell.stack.top.route == Route("hours")
    shell.close()


async def test_a_screen_of_a_plugin_is_a_page_with_rows_and_acts(day: OpenDay) -> None:
    from kivy.metrics import dp
    from tests.kivy import showing
    from tests.kivy.measuring import find_faults, list_words

    from twinbase_kivy.all_sheets import SHEETS
    from twinbase_kivy.focus import find_targets
    from twinbase_kivy.shell import Shell
    from twinbase_kivy.widgets.fields import TypingBox

    plugins = Plugins("mobile", "deliveries", accounts, pumps)
    shell = Shell(day.make_workday("en"), plugins, SHEETS)
    shell.fit(dp(360), dp(640))
    await showing.show_screen(shell, "more")
    await showing.touch(shell, "Pumps")
    page = shell.pages[Route("pumps")]
    assert {"Of this house", "Wilo Stratos", "Grundfos Alpha"} <= set(list_words(page))
    page.search.typing.input.text = "wilo"
    await shell.workday.finish_tasks()
    assert "Grundfos Alpha" not in list_words(page) and list(find_faults(shell)) == []
    await showing.touch(shell, "Wilo Stratos")
    assert {"Height", "4 m"} <= set(list_words(shell.pages[Route("pumps", pumps.FIRST)]))
    shell.go(Route("action", pumps.FIRST, "vent"))
    await shell.workday.finish_tasks()
    await showing.touch(shell, "Save")
    sheet: Any = shell.sheet
    sheet.settle()
    assert "This is needed." in list_words(sheet) and list(find_faults(sheet)) == []
    (typing,) = (one for one in find_targets(sheet) if isinstance(one, TypingBox))
    typing.input.text = "2,5"
    await showing.touch(shell, "Save")
    toast: Any = shell.toast
    assert shell.sheet is None and toast.name == "Vented, 2.5 bar."
    shell.close()
