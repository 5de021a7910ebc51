"""Photos by thumb: the phase stays chosen, pictures come from the own chooser, one is looked at and deleted."""

from typing import Any

from tests.kivy.day import VISIT, OpenDay

from twinbase_mobile.tables import InterventionPhoto
from twinbase_presentation import Route

PHOTOS, CHOOSE = Route("visit", VISIT, "photos"), Route("visit", VISIT, "choose")


async def opened(day: OpenDay, size: tuple[int, int] = (360, 640)) -> tuple[Any, Any]:
    from tests.kivy.showing import open_shell, show_screen

    shell = open_shell(day, size=size)
    await show_screen(shell, "photos")
    return shell, shell.pages[PHOTOS]


async def test_two_pictures_are_chosen_and_stand_in_the_phase_that_was_touched(day: OpenDay) -> None:
    from tests.kivy import showing

    shell, page = await opened(day)
    await showing.touch(shell, "Nameplate")
    await showing.touch(shell, "Choose a file")
    assert "Touch a picture" in [one.name for one in shell.pages[CHOOSE].walk() if hasattr(one, "name")]
    await showing.touch(shell, "IMG_20260610_001.jpg")
    await showing.touch(shell, "IMG_20260610_004.jpg")
    await showing.touch(shell, "Add 2 photos")
    page = shell.pages[PHOTOS]
    assert shell.toast.name == "2 photos kept."
    assert [one.phase for one in page.model.tiles] == ["Before", "Nameplate", "Nameplate"]
    shell.close()


async def test_a_photo_shows_what_is_said_of_it_and_goes_with_undo(day: OpenDay) -> None:
    from tests.kivy import showing

    shell, page = await opened(day)
    await showing.touch(shell, "Corps de chauffe, ")
    assert shell.sheet.panel.name == "Corps de chauffe"
    await showing.touch(shell, "Delete the photo")
    assert page.model.tiles == () and shell.toast.name == "Photo deleted."
    shell.workday.held.undo()
    assert len(page.model.tiles) == 1
    shell.close()


async def test_its_caption_is_typed_into_the_sheet_and_saved(day: OpenDay) -> None:
    from tests.kivy import showing

    shell, page = await opened(day)
    tile = page.model.tiles[0]
    from twinbase_kivy.focus import find_targets

    await showing.touch(shell, "Corps de chauffe, ")
    fields: Any = [one for one in find_targets(shell.sheet) if one.role == "textbox"]
    fields[0].input.text = "Corps de chauffe, côté gauche"
    await showing.touch(shell, "Save")
    row = await day.runner.read(lambda session: session.get_one(InterventionPhoto, tile.id))
    assert row.caption == "Corps de chauffe, côté gauche" and shell.sheet is None
    shell.close()


async def test_folders_lead_up_and_down_and_an_empty_one_says_so(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import list_words

    shell, _ = await opened(day)
    await showing.touch(shell, "Choose a file")
    await showing.touch(shell, "Chantiers 2026")
    assert "No picture is in this folder." in list_words(shell.pages[CHOOSE])
    await showing.touch(shell, "One folder up")
    assert "…10_001" in list_words(shell.pages[CHOOSE])
    shell.close()


async def test_a_picture_is_deciphered_once_and_cut_to_its_place(day: OpenDay) -> None:
    from tests.kivy import showing

    from twinbase_kivy.widgets import picture

    shell, page = await opened(day)
    sha256 = page.model.tiles[0].photo.sha256
    assert picture._kept[sha256].size == (240, 240), "of 320 by 240 pixels, the middle"
    await showing.touch(shell, "Corps de chauffe, ")
    assert picture._kept[f"large:{sha256}"].size == (1200, 900)
    assert picture._decode(b"no picture", True) is None
    shell.close()


async def test_the_photos_card_of_the_visit_leads_there(day: OpenDay) -> None:
    from tests.kivy import showing

    shell = showing.open_shell(day)
    await showing.show_screen(shell, "visit")
    await showing.touch(shell, "Add a photo")
    assert PHOTOS in shell.pages
    shell.close()
