"""A report is written on all of the screen: its draft, own phrases, and two texts that become one."""

import asyncio
from typing import Any

from tests.kivy.day import RACK, VISIT, OpenDay

from twinbase_mobile.reports import BETWEEN
from twinbase_mobile.tables import Intervention
from twinbase_presentation import Route

REPORT = Route("visit", VISIT, "report")


async def opened(day: OpenDay, size: tuple[int, int] = (360, 640)) -> tuple[Any, Any]:
    from tests.kivy.showing import open_shell, show_screen

    shell = open_shell(day, size=size)
    await show_screen(shell, "report")
    return shell, shell.pages[REPORT]


async def test_the_field_fills_the_screen_and_keeps_the_cursor_while_the_sync_goes_on(day: OpenDay) -> None:
    from kivy.metrics import dp

    shell, page = await opened(day)
    assert page.paper.height > dp(250), page.paper.height
    typing = page.paper.typing.input
    typing.text = "Brûleur nettoyé"
    typing.cursor = (3, 0)
    page.redraw()
    assert page.paper.typing.input is typing and typing.cursor == (3, 0)
    await page.model.form.keep_all()
    assert page._kept.text == "Draft kept"
    shell.close()


async def test_ctrl_enter_saves_it_and_leads_back_to_the_visit(day: OpenDay) -> None:
    from tests.kivy import showing

    shell, page = await opened(day)
    page.paper.typing.input.text = "Brûleur nettoyé."
    await showing.press(shell, "ctrl+enter")
    assert Route("visit", VISIT) in shell.pages and shell.toast.name.startswith("Report kept")
    row = await day.runner.read(lambda session: session.get_one(Intervention, VISIT))
    assert row.report == "Brûleur nettoyé."
    shell.close()


async def test_a_paragraph_is_kept_as_a_phrase_and_put_where_the_cursor_is(day: OpenDay) -> None:
    from tests.kivy import showing

    shell, page = await opened(day)
    page.paper.typing.input.text = "Une ligne.\nContrôle d'étanchéité fait."
    page.paper.typing.input.cursor = (4, 1)
    await showing.press(shell, "ctrl+b")
    await showing.touch(shell, "Keep a phrase")
    assert [one.text for one in page.model.phrases] == ["Contrôle d'étanchéité fait."]
    page.paper.typing.input.cursor = (10, 0)
    await showing.press(shell, "ctrl+b")
    await showing.touch(shell, "Contrôle")
    assert shell.sheet is None
    assert page.paper.text == "Une ligne. Contrôle d'étanchéité fait.\nContrôle d'étanchéité fait."
    await showing.press(shell, "ctrl+b")
    await showing.touch(shell, "Delete the phrase")
    assert page.model.phrases == () and shell.toast.name == "Phrase deleted."
    shell.close()


async def test_two_texts_are_merged_paragraph_by_paragraph(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import find_faults

    async def write(session: Any) -> None:
        row = await session.get_one(Intervention, VISIT)
        row.report = f"Premier.\n\nMesures faites.{BETWEEN}Second.\n\nMesures faites."

    await day.runner.write(write)
    shell, page = await opened(day)
    await showing.touch(shell, "Merge")
    assert list(find_faults(shell.sheet)) == []
    await showing.touch(shell, "Premier.")
    await showing.touch(shell, "Keep what has a tick")
    assert page.paper.text == "Mesures faites.\n\nSecond."
    shell.close()


async def test_on_a_wide_screen_phrases_and_what_lacks_stand_beside_the_text_and_no_list(day: OpenDay) -> None:
    from tests.kivy.measuring import list_words

    shell, page = await opened(day, (1280, 800))
    assert list(shell.pages) == [REPORT]
    assert {"Phrases", "Before you finish", "Signature"} <= set(list_words(page))
    shell.close()


async def test_the_report_of_a_closed_visit_is_only_read(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.day import PURGED
    from tests.kivy.measuring import list_words

    shell = showing.open_shell(day)
    await shell.open()
    for visit, is_open in ((PURGED, False), (RACK, True)):
        shell.go(Route("visit", visit, "report"))
        await shell.workday.finish_tasks()
        page = shell.pages[Route("visit", visit, "report")]
        assert ("Save" in list_words(page)) is is_open
    shell.close()


async def test_the_report_is_shared_from_the_menu_of_the_visit_into_a_folder_that_is_said(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import list_words

    shell = showing.open_shell(day)
    await showing.show_screen(shell, "visit")
    await showing.show_sheet(shell, "menu")
    await showing.touch(shell, "Share the report")
    (written,) = (day.folder / "Documents" / "Twinbase").iterdir()
    assert written.name == "INT-000412 2026-06-10.pdf"
    assert shell.sheet is not None and f"The report is in {written}" in list_words(shell.sheet)
    shell.close()


async def test_a_report_that_is_stopped_is_not_written(day: OpenDay) -> None:
    from tests.kivy import showing

    from twinbase_kivy.focus import find_targets

    shell = showing.open_shell(day)
    await showing.show_screen(shell, "visit")
    shell.go(Route("visit", VISIT, "share"))
    while shell.sheet is None:
        await asyncio.sleep(0)
    next(one for one in find_targets(shell.sheet) if one.name == "Stop").press()
    await shell.workday.finish_tasks()
    assert shell.sheet is None and not (day.folder / "Documents").exists()
    shell.close()
