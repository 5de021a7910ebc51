"""A part is found in the van or the catalogue, counted with a glove, and put onto a visit."""

from typing import Any

from tests.kivy.day import VISIT, OpenDay

from twinbase_presentation import Route

STOCK, PARTS = Route("stock"), Route("visit", VISIT, "parts")


async def opened(day: OpenDay, screen: str) -> tuple[Any, Any]:
    from tests.kivy.showing import open_shell, show_screen

    shell = open_shell(day)
    await show_screen(shell, screen)
    return shell, shell.pages[STOCK if screen == "stock" else PARTS]


async def test_what_is_low_stands_first_and_a_product_says_where_it_lies(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import list_words

    shell, page = await opened(day, "stock")
    said = list_words(page)
    assert said.index("Below the minimum") < said.index("Joint de corps de chauffe") < said.index("In the van")
    await showing.touch(shell, "Joint de corps")
    assert {"Where it lies", "camionnette", "JNT-4410\u00a0·\u00a0€12.40 before tax"} <= set(list_words(shell.sheet))
    await showing.press(shell, "back")
    assert shell.sheet is None and shell.stack.top.route == STOCK
    shell.close()


async def test_the_catalogue_is_searched_and_what_is_not_there_says_so(day: OpenDay) -> None:
    from tests.kivy.measuring import list_words

    shell, page = await opened(day, "stock")
    page.search.typing.input.text = "vase"
    await shell.workday.finish_tasks()
    assert "Vase d’expansion 18 l" in list_words(page)  # noqa: RUF001
    page.search.typing.input.text = "xyz"
    await shell.workday.finish_tasks()
    assert "No product of this device matches." in list_words(page)
    shell.close()


async def test_two_of_a_part_go_onto_the_visit_and_out_of_the_van(day: OpenDay) -> None:
    from tests.kivy import showing

    shell, page = await opened(day, "parts")
    await showing.touch(shell, "Électrode")
    await showing.touch(shell, "One more")
    await showing.touch(shell, "Add to the visit")
    assert shell.sheet is None and shell.toast.name == "Part added."
    assert [(row.code, row.in_van, row.is_moved) for row in page.model.shown.van if row.code == "ELE-0937"] == [
        ("ELE-0937", "3\u00a0u", True)
    ]
    await showing.press(shell, "back")
    parts = shell.pages[Route("visit", VISIT)].model.shown.job.parts
    assert ("ELE-0937", 2) in [(part.code, part.quantity) for part in parts]
    shell.close()


async def test_a_part_is_counted_and_moved_from_its_sheet(day: OpenDay) -> None:
    from tests.kivy import showing

    shell, page = await opened(day, "stock")
    await showing.touch(shell, "Joint de corps")
    await showing.touch(shell, "Count")
    form = shell.sheet.panel.inside.parts()[-1].form
    form.fill("counted", "5")
    await showing.touch(shell, "Count")
    assert shell.toast.name == "Counted: +3 against the stock on paper."
    await page.model.load()
    assert [row.in_van for row in page.model.shown.van if row.code == "JNT-4410"] == ["5\u00a0u"]
    await showing.touch(shell, "Joint de corps")
    await showing.touch(shell, "Move")
    await showing.touch(shell, "Move")
    assert shell.sheet is not None, "to where is still to be said"
    shell.close()
