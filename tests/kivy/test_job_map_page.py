# ruff: noqa: RUF001 — French texts have a typographic apostrophe.
"""Jobs on a map: seen with `m`, touched with a thumb, and found again by whoever comes back."""

from time import perf_counter
from typing import Any

from tests.kivy.day import NEXT, PANEL, RACK, SWITCH, VISIT, OpenDay, ident

from twinbase_mobile.tables import CustomerSite
from twinbase_presentation import Route

JOBS, NOWHERE = Route("jobs"), ident(204)


async def opened(day: OpenDay, size: tuple[int, int] = (412, 915), screen: str = "job_map") -> tuple[Any, Any]:
    from tests.kivy.showing import open_shell, show_screen

    shell = open_shell(day, size=size)
    await show_screen(shell, screen)
    return shell, shell.pages[JOBS]


def words(box: Any) -> list[str]:
    from tests.kivy.measuring import list_words

    return list_words(box)


def pins(page: Any) -> list[Any]:
    """In which numbers, as they are read."""
    return [[visit.number for visit in spot.pin.visits] for spot in page.map_box.pins]


async def test_m_leads_to_the_map_and_back_to_the_list(day: OpenDay) -> None:
    from tests.kivy import showing

    shell, page = await opened(day)
    assert pins(page) == [[1], [2], [3], [4]]
    assert {"1\u00a0km", "2\u00a0km"} <= set(words(page.map_box))
    assert "As the crow flies from Mme Gaëlle Lefèvre, where you are working." in words(page)
    await showing.press(shell, "m")
    assert page.model.shown.map is None and "Contrôle tableau électrique" in words(page)
    await showing.touch(shell, "Map")
    assert page.model.shown.map is not None
    shell.close()


async def test_a_pin_says_what_its_colour_says_and_shows_the_visit_below(day: OpenDay) -> None:
    from tests.kivy import showing

    shell, page = await opened(day)
    spot = page.map_box.pins[1]
    assert spot.name.startswith("2, 10:30, Panne pompe à chaleur") and spot.name.endswith("Planned, Urgent")
    assert spot.hue == "red" and page.map_box.pins[0].hue == "green"
    await showing.touch(shell, "1, 08:30")
    assert page.map_box.pins[0].is_chosen
    await showing.touch(shell, "2, 10:30")
    assert page.map_box.pins[1].is_chosen and not page.map_box.pins[0].is_chosen
    assert "Panne pompe à chaleur, pas d’eau chaude" in page.make_foot().name
    await showing.touch(shell, "10:30, Panne")
    assert shell.stack.top.route == Route("visit", NEXT)
    shell.close()


async def test_whoever_comes_back_finds_the_map_the_chip_and_the_pin(day: OpenDay) -> None:
    from tests.kivy import showing

    shell, page = await opened(day)
    await showing.touch(shell, "Urgent jobs")
    assert pins(page) == [[1]]
    await showing.touch(shell, "Open jobs")
    await showing.touch(shell, "3, 11:45")
    before = words(shell.frame)
    shell.go(Route("visit", SWITCH))
    await shell.workday.finish_tasks()
    shell.go_back()
    await shell.workday.finish_tasks()
    page = shell.pages[JOBS]
    assert page.model.is_map and page.pin == SWITCH and words(shell.frame) == before
    shell.close()


async def test_pins_that_a_finger_cannot_tell_apart_are_one_with_a_list(day: OpenDay) -> None:
    """Where the glass is small. The list leads to each of them."""
    from tests.kivy import showing

    shell, page = await opened(day, (360, 640))
    await showing.touch(shell, "30 days")
    together = next(spot for spot in page.map_box.pins if len(spot.pin.visits) > 1)
    assert together.is_group and together.name.startswith(f"{len(together.pin.visits)} visits: ")
    together.press()
    await shell.workday.finish_tasks()
    titles = [visit.row.title for visit in together.pin.visits]
    assert shell.sheet is not None and [one for one in words(shell.sheet) if one in titles] == titles
    last = together.pin.visits[-1].row
    await showing.touch(shell, next(name for name in names(shell.sheet) if last.title in name))
    assert shell.sheet is None and shell.stack.top.route.name == "visit"
    shell.close()


def names(box: Any) -> list[str]:
    from twinbase_kivy.focus import find_targets

    return [one.name for one in find_targets(box)]


async def test_the_keyboard_reaches_every_pin_in_the_lists_order(day: OpenDay) -> None:
    from tests.kivy import showing

    shell, page = await opened(day)
    shell.focus.set(page.map_box.pins[0])
    reached = []
    for _ in range(4):
        reached.append(shell.focus.now.name[0])
        await showing.press(shell, "down")
    assert reached == ["1", "2", "3", "4"]
    shell.focus.set(page.map_box.pins[3])
    await showing.press(shell, "enter")
    assert page.pin == RACK and shell.focus.now is page.map_box.pins[3], "the ring stays where it was"
    await showing.press(shell, "f1")
    assert "Map" in words(shell.sheet) or "List" in words(shell.sheet)
    shell.close()


async def test_an_address_without_a_position_is_placed_where_she_works(day: OpenDay) -> None:
    from tests.kivy import showing

    shell, page = await opened(day)
    assert "1 address without a position" in words(page)
    await showing.touch(shell, "Restaurant Le Belvédère")
    assert shell.stack.top.route == Route("visit", PANEL)
    shell.go_back()
    await shell.workday.finish_tasks()
    page = shell.pages[JOBS]
    await showing.touch(shell, "Place here")
    assert "Position kept. It is sent as soon as possible." in words(shell)
    assert "1 address without a position" not in words(page)
    await shell.workday.held.release()
    await page.model.load()
    assert pins(page) == [[1, 5], [2], [3], [4]]
    site = await day.runner.read(lambda session: session.get_one(CustomerSite, NOWHERE))
    assert (str(site.lat), str(site.lon), site.gps_source) == ("45.760000", "4.850000", "technician")
    shell.close()


async def test_on_a_laptop_the_visit_of_a_pin_stands_beside_the_map(day: OpenDay) -> None:
    from tests.kivy import showing

    shell, page = await opened(day, (1280, 800))
    assert list(shell.pages) == [JOBS, Route("visit", VISIT)] and page.map_box.pins[0].is_chosen
    await showing.touch(shell, "2, 10:30")
    assert list(shell.pages) == [JOBS, Route("visit", NEXT)]
    page = shell.pages[JOBS]
    assert page.model.is_map and page.map_box.pins[1].is_chosen and not page.map_box.pins[0].is_chosen
    shell.close()


async def test_a_map_with_nothing_on_it_says_so(day: OpenDay) -> None:
    from tests.kivy import showing

    shell, page = await opened(day)
    page.search.typing.input.text = "belvédère"
    await shell.workday.finish_tasks()
    assert "1 address without a position" in words(page) and page.make_foot() is None
    page.search.typing.input.text = "xyz"
    await shell.workday.finish_tasks()
    await showing.touch(shell, "Clear the filters")
    assert pins(page) == [[1], [2], [3], [4]] and page.model.is_map
    shell.close()


async def test_two_thousand_visits_are_drawn_before_anybody_waits(day: OpenDay) -> None:
    """Measured loosely, as this machine may be busy: they take some 50 ms. There are never more pins than a glass has
    room for, so a frame that follows has little to draw."""
    from tests.presentation.test_job_map import make_map

    from twinbase_kivy.screens.job_map import JobMapBox
    from twinbase_presentation import load_language

    spread = [(str(45.5 + number % 47 / 100), str(4.5 + number % 53 / 100)) for number in range(2_000)]
    box = JobMapBox(make_map(spread), load_language("en"), lambda pin: lambda: None, None)
    began = perf_counter()
    box.place(0, 0, 328, 600)
    assert perf_counter() - began < 1
    assert len(box.pins) < 328 * 600 / 48**2 and sum(len(spot.pin.visits) for spot in box.pins) == 2_000
