"""Customers with a thumb: from the list to one, to what may be said of him, and back; on a laptop side by side."""

from typing import Any

from tests.kivy.day import OpenDay, ident

from twinbase_mobile.tables import CustomerSite
from twinbase_presentation import Route

LEFEVRE, SITE = ident(100), ident(200)


async def opened(day: OpenDay, size: tuple[int, int] = (360, 640), screen: str = "customers") -> Any:
    from tests.kivy.showing import open_shell, show_screen

    shell = open_shell(day, size=size)
    await show_screen(shell, screen)
    return shell


def words(page: Any) -> list[str]:
    from tests.kivy.measuring import list_words

    return list_words(page)


async def test_from_the_list_to_a_customer_and_back(day: OpenDay) -> None:
    from tests.kivy import showing

    shell = await opened(day)
    await showing.touch(shell, "Mme Gaëlle Lefèvre")
    page = shell.pages[Route("customer", LEFEVRE)]
    said = words(page)
    assert {"Contract", "In force", "Fuite au vase d’expansion"} <= set(said)  # noqa: RUF001
    assert any(text.endswith("installed on 3/14/2025\nParts and labour covered") for text in said)
    shell.go_back()
    await shell.workday.finish_tasks()
    assert shell.stack.top.route == Route("customers")
    shell.close()


async def test_near_says_from_where_it_is_measured(day: OpenDay) -> None:
    from tests.kivy import showing

    shell = await opened(day)
    await showing.touch(shell, "Nearby")
    page = shell.pages[Route("customers")]
    assert "As the crow flies from Mme Gaëlle Lefèvre, where you are working." in words(page)
    assert [row.distance for row in page.model.shown.rows][:2] == ["0\u00a0m", "1.1\u00a0km"]
    await showing.touch(shell, "All")
    assert not any(row.distance for row in page.model.shown.rows)
    shell.close()


async def test_how_one_gets_in_is_written_in_a_sheet_and_to_be_sent(day: OpenDay) -> None:
    from tests.kivy import showing

    shell = await opened(day, screen="access")
    from twinbase_kivy.focus import find_targets
    from twinbase_kivy.widgets.fields import TypingBox

    (typing,) = (one for one in find_targets(shell.sheet) if isinstance(one, TypingBox))
    typing.input.text = "Sonner chez le gardien"
    await showing.touch(shell, "Save")
    assert shell.sheet is None and shell.toast.name.startswith("Access kept.")
    assert "Sonner chez le gardien" in words(shell.pages[Route("customer", LEFEVRE)])
    site = await day.runner.read(lambda session: session.get_one(CustomerSite, SITE))
    assert site.access_notes == "Sonner chez le gardien"
    shell.close()


async def test_on_a_laptop_the_list_shows_who_stands_beside_it(day: OpenDay) -> None:
    from tests.kivy import showing

    shell = await opened(day, (1280, 800))
    assert list(shell.pages) == [Route("customers"), Route("customer", ident(101))]
    assert shell.pages[Route("customers")].chosen == ident(101)
    await showing.touch(shell, "Mme Gaëlle Lefèvre")
    assert list(shell.pages) == [Route("customers"), Route("customer", LEFEVRE)]
    await showing.touch(shell, "08:30, Entretien annuel")
    assert [route.name for route in shell.pages] == ["customers", "visit"]
    assert shell.pages[Route("customers")].chosen == LEFEVRE, "whose visit it is"
    shell.go_back()
    await shell.workday.finish_tasks()
    assert list(shell.pages) == [Route("customers"), Route("customer", LEFEVRE)]
    shell.close()
