"""Hours are written with a thumb: what runs is stopped, a gap is filled, a line is deleted and had back."""

from typing import Any

from tests.kivy.day import OpenDay, ident

from twinbase_presentation import Route

HOURS = Route("hours")


async def opened(day: OpenDay) -> tuple[Any, Any]:
    from tests.kivy.showing import open_shell, show_screen

    shell = open_shell(day)
    await show_screen(shell, "hours")
    return shell, shell.pages[HOURS]


async def test_what_runs_is_stopped_and_the_day_has_its_line(day: OpenDay) -> None:
    from tests.kivy import showing

    shell, page = await opened(day)
    await showing.touch(shell, "Stop")
    assert page.model.shown.running is None
    assert page.model.shown.entries[-1].minutes == 51
    shell.close()


async def test_a_gap_is_filled_in_a_sheet_that_closes(day: OpenDay) -> None:
    from tests.kivy import showing

    shell, page = await opened(day)
    await showing.touch(shell, "10\u00a0min gap")
    assert shell.sheet.panel.name == "10\u00a0min gap"
    await showing.touch(shell, "Save")
    assert shell.sheet is None and page.model.shown.gaps == ()
    shell.close()


async def test_a_deleted_line_is_gone_at_once_and_comes_back_with_undo(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import list_words

    shell, page = await opened(day)
    shell.go(Route("hours", ident(503), "line"))
    await shell.workday.finish_tasks()
    await showing.touch(shell, "Delete the line")
    assert "Travel" not in list_words(page) and shell.toast.name == "Line deleted."
    shell.workday.held.undo()
    assert "Travel" in list_words(page)
    shell.close()


async def test_arrows_lead_to_the_day_before_and_another_week(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import list_words

    shell, page = await opened(day)
    await showing.press(shell, "left")
    assert any("Quel chantier" in text for text in list_words(page)), "it was sent back, and says why"
    await showing.touch(shell, "The week before")
    assert page.model.shown.summary.startswith("Week 23")
    assert "Nothing is written on this day." in list_words(page)
    shell.close()


async def test_who_forgot_the_timer_says_when_he_finished(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import list_words

    day.clock.advance(minutes=13 * 60)
    shell, page = await opened(day)
    assert any("When did you finish?" in text for text in list_words(page))
    await showing.touch(shell, "Say when you finished")
    shell.sheet.panel.inside.parts()[0].form.fill("end", "17:30")
    await showing.touch(shell, "Save")
    assert shell.toast.name == "The timer ended at 17:30."
    await page.model.load()
    assert page.model.shown.running is None
    shell.close()


async def test_a_line_that_runs_says_since_when_and_no_end(day: OpenDay) -> None:
    from tests.kivy.measuring import list_words

    shell, page = await opened(day)
    assert "since 08:34\u00a0· Work" in list_words(page)
    shell.close()
