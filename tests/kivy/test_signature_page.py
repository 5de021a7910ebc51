"""A customer signs on the device that was handed to him: with a finger, a mouse or the keyboard."""

from typing import Any

from sqlmodel import select
from tests.kivy.day import PURGED, VISIT, OpenDay

from twinbase_mobile.tables import InterventionSignature
from twinbase_presentation import Route

SIGNATURE = Route("visit", VISIT, "signature")


async def opened(day: OpenDay, size: tuple[int, int] = (360, 640)) -> tuple[Any, Any]:
    from tests.kivy.showing import open_shell, show_screen

    shell = open_shell(day, size=size)
    await show_screen(shell, "signature")
    return shell, shell.pages[SIGNATURE]


def scribble(shell: Any, page: Any) -> None:
    """A finger goes over the pad and out of it, as Kivy tells of it."""
    from kivy.base import EventLoop
    from kivy.core.window import Window
    from kivy.tests.common import UnitTestTouch

    Window.add_widget(shell)
    pad = page.pad
    touch = UnitTestTouch(pad.x + 40, pad.center_y)
    touch.touch_down()
    for step in range(1, 60):
        touch.touch_move(pad.x + 40 + 4 * step, pad.center_y + (step % 12) * 5)
    touch.touch_up()
    Window.remove_widget(shell)
    assert EventLoop.window is Window


async def read_row(day: OpenDay) -> Any:
    query = select(InterventionSignature).where(InterventionSignature.intervention_id == VISIT)

    async def read(session: Any) -> Any:
        return (await session.exec(query)).first()

    return await day.runner.read(read)


async def test_a_finger_draws_and_what_was_drawn_can_be_taken_back(day: OpenDay) -> None:
    from tests.kivy import showing

    shell, page = await opened(day)
    scribble(shell, page)
    assert len(page.model.strokes.lines) == 1 and len(page.model.strokes.lines[0]) > 40
    await showing.touch(shell, "Erase")
    assert page.model.strokes.lines == ()
    scribble(shell, page)
    await showing.touch(shell, "Undo the last line")
    assert page.model.strokes.lines == ()
    shell.close()


async def test_it_is_confirmed_with_a_name_and_who_it_is_and_then_only_read(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import list_words

    shell, page = await opened(day)
    assert page._fields["signer_name"].typing.input.text == "Gaëlle Lefèvre"
    await showing.touch(shell, "Confirm")
    assert "The frame is empty. Sign in it, or type the name." in list_words(page)
    scribble(shell, page)
    await showing.touch(shell, "Confirm")
    assert "This is needed." in list_words(page)
    await showing.touch(shell, "Owner")
    await showing.touch(shell, "Confirm")
    row = await read_row(day)
    assert (row.signer_name, row.signer_quality) == ("Gaëlle Lefèvre", "Owner") and row.report_sha256
    assert Route("visit", VISIT) in shell.pages and shell.toast.name.startswith("Signed.")
    shell.go(SIGNATURE)
    await shell.workday.finish_tasks()
    assert "Confirm" not in list_words(shell.pages[SIGNATURE])
    shell.close()


async def test_by_keyboard_alone_the_typed_name_signs(day: OpenDay) -> None:
    from tests.kivy import showing

    shell, page = await opened(day)
    await showing.touch(shell, "Type the name")
    assert page.pad.typed == "Gaëlle Lefèvre"
    await showing.touch(shell, "Tenant")
    await showing.press(shell, "ctrl+enter")
    assert (await read_row(day)).signer_quality == "Tenant"
    shell.close()


async def test_a_customer_who_refuses_says_why(day: OpenDay) -> None:
    from tests.kivy import showing

    shell, _ = await opened(day)
    await showing.touch(shell, "Customer refuses")
    await showing.touch(shell, "Will not sign")
    await showing.touch(shell, "Save")
    row = await read_row(day)
    assert row.refused and row.refusal_reason == "Will not sign"
    shell.close()


async def test_nobody_elses_visit_and_no_way_to_it_is_seen(day: OpenDay) -> None:
    from tests.kivy.measuring import list_words

    for size in ((360, 640), (1280, 800)):
        shell, page = await opened(day, size)
        assert list(shell.pages) == [SIGNATURE]
        assert not {"My day", "Sync"} & set(list_words(shell.frame))
        assert page.pad.height > 0 and page.pad.parent is not page.scroller.content
        shell.close()


async def test_a_phone_that_lies_has_its_pad_and_its_buttons(day: OpenDay) -> None:
    from tests.kivy.measuring import find_faults, list_words

    shell, page = await opened(day, (640, 360))
    assert list(find_faults(shell)) == [] and "Confirm" in list_words(page)
    shell.close()


async def test_a_visit_that_was_closed_shows_what_there_is(day: OpenDay) -> None:
    from tests.kivy.measuring import list_words
    from tests.kivy.showing import open_shell

    shell = open_shell(day)
    await shell.open()
    shell.go(Route("visit", PURGED, "signature"))
    await shell.workday.finish_tasks()
    assert "Mme Roy" in " ".join(list_words(shell.pages[Route("visit", PURGED, "signature")]))
    shell.close()
