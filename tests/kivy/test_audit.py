"""Every screen can be hit with a glove and read without a cut, on a phone and on a laptop, in both languages.

Measured from the tree of widgets, without a pixel: neither a window nor a graphics library of the system is needed.
"""

from collections.abc import Sequence
from itertools import product

import pytest
from tests.kivy.day import OpenDay

SCREENS = (
    "today", "visit", "checklist", "parts", "sync", "jobs", "stock", "hours", "more", "customers", "customer",
    "expenses", "expense", "planning", "pumps", "pump", "new_visit", "new_visit_form", "request", "request_of_visit",
    "team", "equipment", "report", "photos", "choose", "choose_receipt", "signature",
    "settings", "sign_in", "job_map",
)  # fmt: skip
BROUGHT = ("pumps", "pump")
"""Those of a plugin: any list, and any row of one."""
FORMS = ("new_visit_form", "job_map")
"""A page once more, at its second step or looked at in another way."""
PHONES = ((360, 640), (412, 915))
LAPTOP = ((1280, 800),)
SCALES = (1.0, 1.3)


async def measure(day: OpenDay, screen: str, language: str, sizes: Sequence[tuple[int, int]]) -> list[str]:
    """The faults of a page and its sheets in this language, as somebody comes to it and then turns and scales his
    window."""
    from kivy.metrics import dp
    from tests.kivy.measuring import find_faults
    from tests.kivy.showing import SHEETS, open_shell, show_screen, show_sheet

    from twinbase_kivy.look import look

    faults = []
    look.moves = False
    shell = open_shell(day, language, sizes[0])
    await show_screen(shell, screen)
    for size, look.text_scale in product(sizes, SCALES):
        shell.fit(*map(dp, size))
        assert all(page.model.shown is not None for page in shell.pages.values())
        seen = [*find_faults(shell)]
        for sheet in SHEETS[screen]:
            await show_sheet(shell, sheet)
            assert shell.sheet is not None, sheet
            seen += (f"{sheet}: {fault}" for fault in find_faults(shell.sheet))
        shell.sheet = None
        faults += [f"{size[0]} {language} {look.text_scale:.0%}: {fault}" for fault in seen]
    look.text_scale = 1.0
    shell.close()
    return faults


@pytest.mark.parametrize("screen", SCREENS)
async def test_a_screen_can_be_hit_and_read(day: OpenDay, screen: str) -> None:
    faults = []
    for language, sizes in product(("fr", "en"), (PHONES, LAPTOP)):
        faults += await measure(day, screen, language, sizes)
    assert faults == []


async def test_every_page_is_measured() -> None:
    from tests.kivy.showing import SHEETS

    from twinbase_kivy.all_sheets import SHEETS as ALL_SHEETS
    from twinbase_kivy.routes import PAGES

    assert set(SCREENS) == set(SHEETS) and len(SCREENS) == len(PAGES) + len(BROUGHT) + len(FORMS)
    assert len([one for sheets in SHEETS.values() for one in sheets]) == len(ALL_SHEETS) - 2, (
        "a gap is a line, and two texts are rare"
    )


async def test_the_measuring_finds_what_is_too_small_and_what_is_cut() -> None:
    """It would find nothing wrong with nothing."""
    from tests.kivy.measuring import find_faults

    from twinbase_kivy.boxes import ColumnBox
    from twinbase_kivy.widgets.touch import Touchable
    from twinbase_kivy.widgets.words import Words

    box = ColumnBox(Touchable(print, name="tiny", least=20), Words("More words than fit"))
    box.place(0, 0, 300, 200)
    words, tiny = box.parts()[1], box.parts()[0]
    words.place(0, 0, 300, 4)
    words.pos = (250, 100)
    found = " / ".join(find_faults(box))
    assert "'tiny' is" in found and "higher than its box" in found and "out of" in found, found
    assert tiny.height < 40
