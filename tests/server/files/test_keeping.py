"""What is kept, for how long, and what the office hears of it."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import text
from tests.server.files.album import Carrier, Gallery, Photo, hash_of, make_image, make_lossless, open_gallery

from twinbase_server.files.awaited import read_attachment_status
from twinbase_server.files.preview import draw_preview, make_next_preview
from twinbase_server.housekeeping import look_after_files
from twinbase_server.store.store import open_store


async def keep_house(gallery: Gallery, **later: float) -> None:
    """An hour's turn of the house, after so long."""
    gallery.world.clock.advance(**later)
    await look_after_files(gallery.world.application.state.serving)


async def stored(gallery: Gallery, who: Carrier, owner: str, body: bytes) -> UUID:
    id = await gallery.photo(owner, body)
    assert (await who.bring(body, "photo", id)).status_code in (201, 204)
    return id


async def contents(gallery: Gallery) -> int:
    ((count,),) = await gallery.world.sql("SELECT count(*) FROM twinbase.content")
    return int(count)


async def test_content_goes_when_no_row_has_named_it_for_a_month(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image()
    id = await stored(gallery, anna, "anna", body)
    await gallery.world.sql("DELETE FROM album.photo WHERE id = :id", id=id)
    await keep_house(gallery)
    await keep_house(gallery, days=29)
    assert (await contents(gallery), len(gallery.objects())) == (1, 1)
    await keep_house(gallery, days=2)
    assert (await contents(gallery), gallery.objects()) == (0, [])


async def test_content_stays_as_long_as_one_row_names_it(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image()
    first, second = await stored(gallery, anna, "anna", body), await stored(gallery, anna, "anna", body)
    await gallery.world.sql("DELETE FROM album.photo WHERE id = :id", id=first)
    for _ in range(3):
        await keep_house(gallery, days=31)
    anna = await gallery.carrier("anna")
    assert (await anna.read("photo", second)).content == body


async def test_a_table_that_is_loaded_anew_loses_no_content(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image()
    id = await stored(gallery, anna, "anna", body)
    rows = await gallery.world.sql("SELECT owner, sha256, bytes FROM album.photo")
    await gallery.world.sql("TRUNCATE album.photo")
    await keep_house(gallery)
    ((owner, sha256, size),) = rows
    await gallery.world.sql(
        "INSERT INTO album.photo (id, owner, sha256, bytes, blob, caption)"
        " VALUES (:id, :owner, :sha, :size, 'stored', '')",
        id=id, owner=owner, sha=sha256, size=size,
    )  # fmt: skip
    for _ in range(3):
        await keep_house(gallery, days=20)
    anna = await gallery.carrier("anna")
    assert (await anna.read("photo", id)).content == body


async def test_what_came_of_an_upload_goes_when_nobody_goes_on_with_it(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image((300, 300))
    address = (await anna.begin("photo", await gallery.photo("anna", body), length=len(body))).headers["Location"]
    await anna.send(address, 0, body[:5_000])
    await keep_house(gallery, days=6)
    assert len(gallery.objects()) == 1
    await keep_house(gallery, days=2)
    assert gallery.objects() == []


async def test_what_a_crash_left_in_the_store_goes_and_nothing_else(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image()
    id = await stored(gallery, anna, "anna", body)
    (kept,) = gallery.objects()
    hour = int((gallery.world.clock() + timedelta(days=31)).timestamp() // 3600) % 256
    left = [f"content/{hour:02x}/{'0' * 64}-1", f"upload/{UUID(int=1)}/0-1", "content/aa/half#1", "upload/never/0"]
    for name in left:
        (gallery.store / name).parent.mkdir(parents=True, exist_ok=True)
        (gallery.store / name).write_bytes(b"left")
    await keep_house(gallery)
    assert len(gallery.objects()) == 1 + len(left), "it may be on its way this moment"
    await keep_house(gallery, days=2)
    assert gallery.objects() == sorted([kept, left[0]]), "whole content may be of a database that is restored"
    await keep_house(gallery, days=29)
    assert gallery.objects() == [kept]
    anna = await gallery.carrier("anna")
    assert (await anna.read("photo", id)).content == body


async def test_of_a_table_that_somebody_keeps_locked_nothing_goes_and_nobody_waits_for_it(
    database_url: str, tmp_path: Path
) -> None:
    async with open_gallery(database_url, tmp_path, lock_seconds=0.1) as gallery:
        anna, body = await gallery.carrier("anna"), make_image()
        id = await stored(gallery, anna, "anna", body)
        await gallery.world.sql("DELETE FROM album.photo WHERE id = :id", id=id)
        await keep_house(gallery)
        async with gallery.world.engine.connect() as other, other.begin():
            await other.execute(text("LOCK TABLE album.photo"))
            await keep_house(gallery, days=31)
            assert await contents(gallery) == 1
        await keep_house(gallery)
        assert await contents(gallery) == 0


async def test_of_a_plugin_that_is_not_loaded_nothing_goes(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image()
    await stored(gallery, anna, "anna", body)
    await gallery.world.sql("UPDATE twinbase.attached SET twin = 'of_another_plugin'")
    for _ in range(3):
        await keep_house(gallery, days=31)
    assert await contents(gallery) == 1


async def test_rows_whose_content_does_not_come_are_overdue_and_it_is_known_whose_they_are(gallery: Gallery) -> None:
    device, body = await gallery.world.device("anna"), make_image()
    photo = Photo(owner="anna@example.org", sha256=hash_of(body), bytes=len(body))
    id = str(photo.id)
    await device.save(photo)
    await device.sync()
    await keep_house(gallery)
    assert (await status(gallery)).overdue == []
    await keep_house(gallery, hours=25)
    (late,) = (await status(gallery)).overdue
    assert (late["twin"], late["key"], late["account"], late["device"]) == (
        "photo", f'["{id}"]', "anna@example.org", "anna",
    )  # fmt: skip
    anna = await gallery.carrier("anna")
    metrics = (await anna.http.get("metrics")).text
    assert "twinbase_awaited_contents 1.0" in metrics
    assert (await anna.bring(body, "photo", UUID(id))).status_code == 204
    found = await status(gallery)
    assert (found.overdue, found.awaited, found.contents) == ([], 0, 1)


async def test_a_row_that_is_gone_waits_for_nothing(gallery: Gallery) -> None:
    id = await gallery.photo("anna", make_image())
    await gallery.photo("bob", None)
    await keep_house(gallery)
    assert (await status(gallery)).awaited == 1
    await gallery.world.sql("DELETE FROM album.photo WHERE id = :id", id=id)
    await keep_house(gallery)
    assert (await status(gallery)).awaited == 0


async def status(gallery: Gallery) -> Any:
    serving = gallery.world.application.state.serving
    async with serving.borrow_connection() as connection:
        return await read_attachment_status(connection, serving.settings, gallery.world.clock())


async def test_a_worker_makes_a_thumbnail_once_and_whoever_sees_the_row_has_it(
    gallery: Gallery, tmp_path: Path
) -> None:
    anna, bob, body = await gallery.carrier("anna"), await gallery.carrier("bob"), make_image((900, 600))
    id, pdf = await stored(gallery, anna, "anna", body), b"%PDF-1.7"
    paper = await gallery.paper("anna", 1, pdf)
    assert (await anna.bring(pdf, "paper", *paper)).status_code == 204
    assert await preview_of(anna, id) is None
    assert await draw_all(gallery) == 1, "of a document none is made"
    assert await draw_all(gallery) == 0
    shown = await preview_of(anna, id)
    assert shown is not None
    (tmp_path / "shown").write_bytes(shown)
    with Image.open(tmp_path / "shown") as image:
        assert (image.format, image.size) == ("JPEG", (320, 213))
    assert await preview_of(bob, id) is None
    await gallery.world.sql("DELETE FROM album.photo")
    for _ in range(2):
        await keep_house(gallery, days=31)
    assert not [name for name in gallery.objects() if name.startswith("preview")], "it goes with its content"


async def preview_of(who: Carrier, id: UUID) -> bytes | None:
    answer = await who.read("photo", id)
    preview = await who.http.get(str(answer.request.url), params={"preview": "1"})
    return preview.content if preview.status_code == 200 else None


async def draw_all(gallery: Gallery) -> int:
    serving, made = gallery.world.application.state.serving, 0
    while await make_next_preview(serving.pool, serving.store, gallery.world.clock()):
        made += 1
    return made


def test_a_thumbnail_is_upright_and_says_nothing_of_where_it_was_taken(tmp_path: Path) -> None:
    image, path = Image.new("RGB", (600, 300), "red"), tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "at the customer's"
    image.save(path, exif=exif)
    drawn = tmp_path / "drawn.jpg"
    drawn.write_bytes(draw_preview(path.read_bytes()))
    with Image.open(drawn) as shown:
        assert shown.size == (160, 320) and not shown.getexif()


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "1", "I;16", "CMYK"])
def test_a_picture_of_any_kind_has_a_thumbnail(tmp_path: Path, mode: str) -> None:
    path = tmp_path / ("it.jpg" if mode == "CMYK" else "it.png")
    Image.new(mode, (500, 400)).save(path)
    assert draw_preview(path.read_bytes()).startswith(b"\xff\xd8\xff")
    assert draw_preview(make_lossless((400, 10)))


def test_of_a_picture_that_cannot_be_drawn_there_is_none() -> None:
    assert draw_preview(make_image()[:300]) == b"" or draw_preview(b"\xff\xd8\xff") == b""
    assert draw_preview(b"%PDF-1.7") == b""


async def test_what_is_written_to_a_disk_is_flushed_with_the_folders_that_lead_to_it(tmp_path: Path) -> None:
    """obstore renames, and flushes nothing: what was acknowledged must not go with the power."""
    flushed: list[str] = []
    real = os.fsync

    def note(descriptor: int) -> None:
        flushed.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        real(descriptor)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", note)
        await open_store(tmp_path).write("upload/one/0", b"bytes")
    assert flushed == [str(tmp_path / name) for name in ("upload/one/0", "upload/one", "upload")] + [str(tmp_path)]
