"""An appliance in the window: from the visit to its numbers, and replaced with a glove on."""

from typing import Any

from tests.kivy.day import BOILER, VISIT, OpenDay

from twinbase_presentation import Route

PAGE = Route("equipment", BOILER)


async def test_it_is_opened_from_the_visit_and_replaced(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import list_words

    shell: Any = showing.open_shell(day)
    await showing.show_screen(shell, "visit")
    await showing.touch(shell, "Saunier Duval")
    assert shell.stack.top.route == PAGE
    assert {"What it is", "CO dans la pièce", "12\u00a0ppm"} <= set(list_words(shell.frame))
    await showing.touch(shell, "Replace")
    shell.sheet.panel.inside.parts()[0].form.fill("serial_number", "2026-1")
    await showing.touch(shell, "Save")
    assert shell.toast.name == "Replaced. The old number is kept on the visit."
    await shell.pages[PAGE].model.load()
    assert "2026-1" in list_words(shell.frame)
    shell.close()


async def test_a_new_one_is_added_on_the_visit(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import list_words

    shell: Any = showing.open_shell(day)
    await showing.show_screen(shell, "visit")
    await showing.touch(shell, "New equipment")
    shell.sheet.panel.inside.parts()[0].form.fill("caption", "Ballon 200 l")
    await showing.touch(shell, "Save")
    await shell.pages[Route("visit", VISIT)].model.load()
    assert "Ballon 200 l" in list_words(shell.frame)
    shell.close()
