# ruff: noqa: RUF001 — French texts have a typographic apostrophe.
"""Photos of a visit: chosen from a folder, kept small, shown with where they are, deleted while nobody has them."""

import os
from pathlib import Path
from typing import Any

from PIL import Image
from tests.attachments.pictures import make_picture
from tests.plugins.mobile.reading.company import Company
from tests.presentation.phone import Phone
from tests.presentation.test_sync_page import VISIT as OFFICE_VISIT
from tests.presentation.test_sync_page import Page
from tests.presentation.test_visit import VISIT, begun

from twinbase_mobile.tables import InterventionPhoto
from twinbase_mobile.tables.kinds import PhotoPhase, VisitStatus
from twinbase_presentation import Route
from twinbase_presentation.screens.choose import STEP, ChooseModel
from twinbase_presentation.screens.photos import PhotosModel, take_photos
from twinbase_presentation.screens.pictures import read_large_picture, read_small_picture


async def opened(phone: Phone, **values: Any) -> PhotosModel:
    await begun(phone, **values)
    model = PhotosModel(phone.workday, VISIT)
    await model.open()
    return model


async def read_photos(phone: Phone) -> list[Any]:
    return await phone.sql("SELECT phase, caption, sha256, width FROM intervention_photos ORDER BY id")


async def take(phone: Phone, *pictures: Path | bytes) -> Any:
    return await take_photos(phone.workday, VISIT, pictures)


async def test_a_photo_is_kept_small_in_the_phase_that_stays_chosen(phone: Phone, tmp_path: Path) -> None:
    model = await opened(phone)
    Image.new("RGB", (3000, 1500), "teal").save(file := tmp_path / "IMG 1.png")
    model.choose_phase(PhotoPhase.METER)
    await phone.workday.finish_tasks()
    done = await take(phone, file, make_picture(shade=3))
    assert (done.said, done.go) == ("2 photos kept.", Route("visit", VISIT, "photos"))
    rows = await read_photos(phone)
    assert [(row[0], row[3]) for row in rows] == [("meter", 1600), ("meter", 48)]
    await model.load()
    assert [(one.phase, one.mark, one.why_kept) for one in model.tiles] == [("Meter", "pending", "")] * 2
    again = PhotosModel(phone.workday, VISIT)
    await again.open()
    assert again.phase == PhotoPhase.METER, "also after a kill"


async def test_what_is_no_picture_is_said_and_the_others_are_kept(phone: Phone, tmp_path: Path) -> None:
    await opened(phone)
    (heic := tmp_path / "a.jpg").write_bytes(b"\0\0\0\x18ftypheic" + bytes(400))
    done = await take(phone, heic, make_picture())
    assert done.fault == ("1 photo kept. This file is no readable picture (HEIC?). Choose a JPEG, a PNG or a WebP.")
    assert (await take(phone, tmp_path / "gone.jpg")).fault == "This file cannot be read. Choose another one."
    assert (await take(phone, make_picture())).fault == "This picture is on the visit already."
    assert (await take(phone)).said == "No picture is chosen."
    assert len(await read_photos(phone)) == 1


async def test_nothing_is_added_to_a_visit_that_is_done(phone: Phone) -> None:
    model = await opened(phone, status=VisitStatus.DONE)
    assert "done" in (await take(phone, make_picture())).fault
    assert await read_photos(phone) == [] and model.shown is not None and model.shown.is_read_only


async def test_what_is_seen_on_it_is_written_in_a_form_with_a_draft(phone: Phone) -> None:
    model = await opened(phone)
    await take(phone, make_picture())
    await model.load()
    (tile,) = model.tiles
    form = await model.make_form(tile)
    form.fill("caption", "Plaque de l’appareil")
    await form.keep_all()
    assert (await model.make_form(tile)).find("caption").text == "Plaque de l’appareil"
    form.fill("phase", "nameplate")
    assert (await model.save(tile, form)).is_done
    assert (model.tiles[0].name, model.tiles[0].phase) == ("Plaque de l’appareil", "Nameplate")


async def test_a_photo_that_is_deleted_is_hidden_at_once_and_comes_back_with_undo(phone: Phone) -> None:
    model = await opened(phone)
    await take(phone, make_picture())
    await model.load()
    (tile,) = model.tiles
    assert (await model.delete(tile)).can_undo
    assert tile not in model.tiles
    phone.workday.held.undo()
    assert tile in model.tiles
    await model.delete(tile)
    await phone.pass_seconds(6)
    assert await read_photos(phone) == []


async def test_small_and_large_pictures_come_from_the_file_and_none_of_what_is_not_here(phone: Phone) -> None:
    model = await opened(phone)
    await take(phone, make_picture(900))
    await model.load()
    sha256 = model.tiles[0].photo.sha256
    assert (await read_small_picture(phone.workday, sha256) or b"")[:3] == b"\xff\xd8\xff"
    assert (await read_large_picture(phone.workday, sha256) or b"")[:3] == b"\xff\xd8\xff"
    assert await read_small_picture(phone.workday, "0" * 64) is None


async def test_what_the_server_has_is_never_deleted_and_says_so(company: Company) -> None:
    page = Page(company)
    await page.show()
    model = PhotosModel(page.workday, OFFICE_VISIT)
    company.phone.replica.attachments.metered = True
    await take_photos(page.workday, OFFICE_VISIT, [make_picture()])
    await company.phone.sync()
    await model.load()
    (tile,) = model.tiles
    assert (tile.mark, tile.percent, tile.why_kept) == ("pending", 0, ""), "the row is there, and no byte of it"
    company.phone.replica.attachments.metered = False
    await company.phone.sync()
    await company.phone.sync()
    await model.load()
    (tile,) = model.tiles
    assert (tile.mark, tile.percent) == ("synced", None) and tile.why_kept
    assert (await model.delete(tile)).fault == tile.why_kept


async def test_a_refused_photo_has_its_picture_on_the_card_of_the_sync_page(company: Company) -> None:
    page = Page(company)
    await page.show()
    await take_photos(page.workday, OFFICE_VISIT, [make_picture()])
    row = InterventionPhoto(intervention_id=OFFICE_VISIT, phase=PhotoPhase.AFTER)
    await company.phone.save(row)
    await company.world.sql(
        "CREATE FUNCTION no_photo() RETURNS trigger AS $$ BEGIN RAISE 'None today.' USING ERRCODE = '23514'; END $$"
        " LANGUAGE plpgsql"
    )
    await company.world.sql(
        "CREATE TRIGGER no_photo BEFORE INSERT ON mobile.intervention_photos FOR EACH ROW EXECUTE FUNCTION no_photo()"
    )
    await company.phone.sync()
    cards = (await page.show()).refused
    assert [bool(card.sha256) for card in cards] == [True, False]
    assert await read_small_picture(page.workday, cards[0].sha256)


def folder_of(path: Path) -> Path:
    """Two folders, three pictures of different days, and what is none of the chooser's business."""
    (path / "2026").mkdir(parents=True)
    (path / ".cache").mkdir()
    for number, name in enumerate(("b.JPG", "a.png", "ç œ.webp")):
        Image.new("RGB", (40, 30), (number * 80, 0, 0)).save(file := path / name)
        os.utime(file, (1000 + number, 1000 + number))
    (path / "notes.txt").write_text("x")
    (path / "broken.jpeg").write_bytes(b"no picture")
    os.utime(path / "broken.jpeg", (1, 1))
    return path


async def test_a_folder_shows_its_pictures_the_newest_first_and_leads_up_and_down(phone: Phone, tmp_path: Path) -> None:
    await begun(phone)
    phone.workday.pictures = folder_of(tmp_path / "Pictures")
    model = ChooseModel(phone.workday, VISIT)
    await model.open()
    shown = model.shown
    assert shown is not None and shown.above == tmp_path
    assert [one.name for one in shown.pictures] == ["ç œ.webp", "a.png", "b.JPG", "broken.jpeg"]
    assert [one.name for one in shown.folders] == ["2026"]
    assert await model.read_small(shown.pictures[0]) and await model.read_small(shown.pictures[3]) is None
    model.toggle(shown.pictures[0].path)
    model.toggle(shown.pictures[1].path)
    model.toggle(shown.pictures[1].path)
    assert (await model.take()).said == "1 photo kept."
    await model.enter(shown.folders[0])
    assert model.shown is not None and model.shown.pictures == ()
    model.close()
    again = ChooseModel(phone.workday, VISIT)
    await again.open()
    assert again.folder == tmp_path / "Pictures" / "2026", "where it was left"
    assert await again.read_small(shown.pictures[0])
    again.close()
    assert await again.read_small(shown.pictures[0]) is None


async def test_while_photos_are_being_kept_it_is_said_how_many_are_left(phone: Phone, tmp_path: Path) -> None:
    await begun(phone)
    phone.workday.pictures = folder_of(tmp_path / "Pictures")
    model = ChooseModel(phone.workday, VISIT)
    await model.open()
    assert model.shown is not None
    for picture in model.shown.pictures:
        model.toggle(picture.path)
    assert model.say_take() == "Add 4 photos"
    said: list[str] = []
    stop = model.observe(lambda: said.append(model.say_take()))
    done = await model.take()
    stop()
    assert said == ["4 photos are being kept…", *(f"{n} photos are being kept…" for n in (3, 2)),
                    "1 photo is being kept…", "Add 0 photos"]  # fmt: skip
    assert done.fault.startswith("3 photos kept.") and model.left == 0
    model.close()


async def test_a_folder_that_is_gone_or_huge_is_said_and_shown_in_steps(phone: Phone, tmp_path: Path) -> None:
    await begun(phone)
    phone.workday.pictures = tmp_path / "nowhere"
    model = ChooseModel(phone.workday, VISIT)
    await model.open()
    assert model.shown is not None and model.shown.fault == "This folder cannot be read. Go to another one."
    (many := tmp_path / "many").mkdir()
    for number in range(STEP + 5):
        (many / f"{number}.jpg").touch()
    await model.enter(many)
    assert model.shown is not None and (len(model.shown.pictures), model.shown.more) == (STEP, 5)
    await model.show_more()
    assert model.shown is not None and (len(model.shown.pictures), model.shown.more) == (STEP + 5, 0)
    model.close()
