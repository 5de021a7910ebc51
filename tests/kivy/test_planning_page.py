"""Planning by touch and by keys: a phone begins with the day, a laptop with the week."""

from typing import Any

from tests.kivy.day import ME, VISIT, OpenDay, paris

from twinbase_presentation import Route

PLANNING = Route("planning")


async def opened(day: OpenDay, size: tuple[int, int] = (360, 640)) -> tuple[Any, Any]:
    from tests.kivy.showing import open_shell, show_screen

    shell = open_shell(day, size=size)
    await show_screen(shell, "planning")
    return shell, shell.pages[PLANNING]


async def test_a_day_of_the_strip_is_touched_and_arrows_go_on(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import list_words

    shell, page = await opened(day)
    assert page.model.shown.heading == "Wed, Jun 10"
    await showing.touch(shell, "Monday, June 8, 2026")
    assert "Mise en service PAC" in list_words(page)
    await showing.press(shell, "left")
    assert "Nothing is planned on this day." in list_words(page)
    await showing.press(shell, "t")
    assert page.model.shown.heading == "Wed, Jun 10"
    shell.close()


async def test_keys_change_between_day_week_and_month(day: OpenDay) -> None:
    from tests.kivy import showing

    shell, page = await opened(day)
    await showing.press(shell, "w")
    assert page.model.shown.heading == "Week 24"
    await showing.press(shell, "m", "right")
    assert page.model.shown.heading == "July 2026"
    await showing.press(shell, "t")
    await showing.touch(shell, "Tuesday, June 9, 2026, 2 visits")
    assert (page.model.shown.span, page.model.shown.heading) == ("day", "Tue, Jun 9")
    shell.close()


async def test_a_laptop_has_seven_columns_and_a_block_opens_its_visit(day: OpenDay) -> None:
    from tests.kivy import showing

    from twinbase_kivy.focus import find_targets
    from twinbase_kivy.screens.week_block import WeekBlock

    shell, page = await opened(day, (1280, 800))
    blocks = [one for one in find_targets(page) if isinstance(one, WeekBlock)]
    assert len(blocks) == 9 and all("Done" in one.name or one.hue != "grey" for one in blocks)
    await showing.touch(shell, "08:30, Entretien annuel chaudière")
    assert shell.stack.top.route == Route("visit", VISIT)
    shell.close()


async def test_in_a_narrow_column_a_finger_hits_every_block_and_the_last_leads_to_the_day(day: OpenDay) -> None:
    from kivy.metrics import dp
    from tests.kivy import showing

    from twinbase_kivy.focus import find_targets
    from twinbase_kivy.screens.week_block import WeekBlock
    from twinbase_mobile.tables import Intervention
    from twinbase_mobile.tables.kinds import VisitStatus

    same: dict[str, Any] = {"lead_id": ME, "status": VisitStatus.PLANNED, "made_on_site": True}
    rows = [
        Intervention(title=f"Visite {number}", scheduled_start=paris(11, 9), scheduled_end=paris(11, 11), **same)
        for number in range(6)
    ]
    await day.runner.write(lambda session: add(session, rows))
    shell, page = await opened(day, (1280, 800))
    blocks = [one for one in find_targets(page) if isinstance(one, WeekBlock)]
    assert min(one.width for one in blocks) >= dp(44)
    assert [one.name for one in blocks if one.planned.more] == ["4 more visits, Thursday, June 11, 2026"]
    await showing.touch(shell, "4 more visits")
    assert (page.model.shown.span, page.model.shown.heading) == ("day", "Thu, Jun 11")
    shell.close()


async def add(session: Any, rows: list[Any]) -> None:
    session.add_all(rows)
