"""A laptop without a mouse: everything is reached, found and done by keys."""

from typing import Any

from tests.kivy.day import SWITCH, VISIT, OpenDay

from twinbase_presentation import Route


async def opened(day: OpenDay, screen: str = "today", size: tuple[int, int] = (360, 640)) -> Any:
    from tests.kivy.showing import open_shell, show_screen

    shell = open_shell(day, size=size)
    await show_screen(shell, screen)
    return shell


async def test_one_field_finds_acts_visits_and_products_and_enter_opens_the_first(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import list_words

    shell = await opened(day)
    await showing.press(shell, "ctrl+k")
    assert shell.focus.is_typing and "What can be done" in list_words(shell.sheet)
    view = shell.sheet.panel.inside.parts()[0]
    view.search.typing.input.text = "disjoncteur"
    await shell.workday.finish_tasks()
    said = list_words(shell.sheet)
    assert said.index("Jobs") < said.index("Remplacement disjoncteur différentiel") < said.index("Products")
    assert "Disjoncteur différentiel 30 mA 40 A, type A, 2 modules" in said
    await showing.press(shell, "enter")
    assert (shell.sheet, shell.stack.top.route) == (None, Route("visit", SWITCH))
    shell.close()


async def test_an_act_is_done_by_its_name_and_a_place_is_found(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import list_words

    shell = await opened(day, "visit")
    await showing.press(shell, "ctrl+k")
    view = shell.sheet.panel.inside.parts()[0]
    view.search.typing.input.text = "add a part"
    await shell.workday.finish_tasks()
    assert "P" in list_words(shell.sheet), "the key of it"
    await showing.press(shell, "enter")
    assert shell.stack.top.route == Route("visit", VISIT, "parts")
    await showing.press(shell, "ctrl+k")
    view = shell.sheet.panel.inside.parts()[0]
    view.search.typing.input.text = "hours"
    await shell.workday.finish_tasks()
    await showing.press(shell, "down")
    assert not shell.focus.is_typing
    view.search.typing.input.text = "qqq"
    await shell.workday.finish_tasks()
    assert "Nothing like that is found." in list_words(shell.sheet)
    await showing.press(shell, "enter", "back")
    assert shell.sheet is None
    shell.close()


async def test_letters_move_in_a_list_and_stop_at_its_ends(day: OpenDay) -> None:
    from tests.kivy import showing

    shell = await opened(day, "jobs")
    await showing.press(shell, "home")
    first = shell.focus.now
    await showing.press(shell, "k")
    assert shell.focus.now is first
    await showing.press(shell, "j")
    second = shell.focus.now
    assert second is not first
    await showing.press(shell, "end", "j")
    last = shell.focus.now
    await showing.press(shell, "k", "home")
    assert shell.focus.now.name == first.name != last.name
    shell.close()


async def test_enter_touches_what_the_letters_have_come_to(day: OpenDay) -> None:
    from tests.kivy import showing

    shell = await opened(day, "jobs")
    await showing.press(shell, "end", "enter")
    assert shell.stack.top.route.name == "visit"
    shell.close()


async def test_a_letter_that_is_typed_moves_nothing(day: OpenDay) -> None:
    from tests.kivy import showing

    shell = await opened(day, "jobs")
    await showing.press(shell, "ctrl+f")
    before = shell.focus.now
    from twinbase_kivy.keyboard import press_key

    assert press_key(shell, 0, "j", ()) is False and shell.focus.now is before
    shell.close()


async def test_nothing_below_a_sheet_gets_the_keyboard(day: OpenDay) -> None:
    from tests.kivy import showing

    from twinbase_kivy.focus import find_targets

    shell = await opened(day, "visit")
    await showing.press(shell, "ctrl+k")
    inside = list(find_targets(shell.sheet))
    for _ in range(len(inside) + 1):
        await showing.press(shell, "tab")
        assert shell.focus.now in list(find_targets(shell.sheet))
    shell.close()


async def test_the_keys_of_the_moment_are_shown_and_undo_has_one(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.day import ident
    from tests.kivy.measuring import list_words

    shell = await opened(day, "hours")
    await showing.press(shell, "f1")
    said = list_words(shell.sheet)
    assert said.index("Stop") < said.index("Add a line") < said.index("Search everything") and "Ctrl K" in said
    await showing.press(shell, "back")
    shell.go(Route("hours", ident(503), "line"))
    await shell.workday.finish_tasks()
    await showing.touch(shell, "Delete the line")
    await showing.press(shell, "ctrl+z")
    assert shell.workday.held.now is None and shell.toast is None
    shell.close()
