"""What is not taken: other bytes than the row names, other types, too much, too many; and what becomes of the row."""

import struct
import zlib
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr, ValidationError
from tests.server.files.album import KIB, Carrier, Gallery, make_image, make_lossless, open_gallery

from twinbase.attachment import IMAGES, Attachment
from twinbase_server.files.media import count_pixels, find_fault, find_media_type
from twinbase_server.settings import Settings


def png_of(width: int, height: int) -> bytes:
    """A few bytes that call themselves a picture of this size, and inflate to one."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")


def webp_of(width: int, height: int) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + bytes(4) + b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + size + bytes(20)


async def refused(gallery: Gallery, anna: Carrier, body: bytes, said: str) -> UUID:
    """Bring it, and see that it is refused for good, that the row says so, and that nothing of it is kept."""
    id = await gallery.photo("anna", body)
    answer = await anna.bring(body, "photo", id, piece=64 * KIB)
    assert (answer.status_code, answer.json()["type"]) == (422, "attachment-refused")
    assert said in answer.json()["detail"]
    assert await gallery.state_of(id) == "failed" and gallery.objects() == []
    assert (await anna.read("photo", id)).status_code == 404
    return id


async def test_other_bytes_than_the_row_names_are_refused_and_the_right_ones_taken_afterwards(gallery: Gallery) -> None:
    anna, right = await gallery.carrier("anna"), make_image((300, 300))
    wrong = right[:-1] + bytes([right[-1] ^ 1])
    id = await gallery.photo("anna", right)
    answer = await anna.bring(wrong, "photo", id)
    assert (answer.status_code, answer.json()["type"]) == (422, "attachment-refused")
    assert "SHA-256" in answer.json()["detail"] and await gallery.state_of(id) == "failed"
    assert gallery.objects() == []
    assert (await anna.bring(right, "photo", id)).status_code == 204
    assert await gallery.state_of(id) == "stored" and (await anna.read("photo", id)).content == right


async def test_somebody_elses_wrong_bytes_do_not_unsay_what_is_stored(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image()
    id = await gallery.photo("anna", body)
    assert (await anna.bring(body, "photo", id)).status_code == 204
    assert (await anna.begin("photo", id, length=len(body) + 1)).json()["type"] == "attachment-refused"
    assert await gallery.state_of(id) == "stored"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"%PDF-1.7 a document", "It is application/pdf; taken are image/jpeg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "It is of no type that is known"),
        (b"MZ\x90\x00 a program", "of no type that is known"),
        (b"\xff\xd8\xff and no picture", "begins like image/jpeg, and is no such image"),
        (b"\x89PNG\r\n\x1a\n", "begins like image/png, and is no such image"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "begins like image/webp, and is no such image"),
        (png_of(5_000, 5_000), "The image has 25000000 pixels; at most 1000000 are taken"),
        (png_of(2**31 - 1, 2**31 - 1), "pixels; at most 1000000"),
        (png_of(0, 5), "is no such image"),
        (webp_of(16_000, 16_000), "The image has 256000000 pixels"),
    ],
)
async def test_what_is_no_picture_or_too_large_a_one_is_refused(gallery: Gallery, body: bytes, said: str) -> None:
    await refused(gallery, await gallery.carrier("anna"), body, said)


async def test_more_bytes_than_the_mirror_takes_are_refused_before_they_come(gallery: Gallery) -> None:
    anna = await gallery.carrier("anna")
    await refused(gallery, anna, make_image() + bytes(2_000 * KIB), "at most 2048000 are taken")


async def test_no_bytes_and_other_than_the_row_counts_are_refused(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image()
    await refused(gallery, anna, b"", "It is empty")
    id = await gallery.photo("anna", body, bytes=5)
    answer = await anna.begin("photo", id, length=len(body))
    assert f"It has {len(body)} bytes, and the row says 5." in answer.json()["detail"]


async def test_content_of_rows_that_devices_only_read_is_not_theirs_to_bring(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image()
    answers = [await anna.begin("poster", id, length=len(body)) for id in ("x", UUID(int=1))]
    assert [answer.json()["type"] for answer in answers] == ["not-found", "not-permitted"]


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({"files_account_uploads_max": 1}, "too-busy"),
        ({"files_account_bytes_max": 30_000}, "store-full"),
        ({"files_account_count_max": 1}, "store-full"),
    ],
)
async def test_one_account_takes_no_more_than_it_may(
    database_url: str, tmp_path: Path, settings: dict[str, Any], kind: str
) -> None:
    async with open_gallery(database_url, tmp_path, **settings) as gallery:
        anna, bob = await gallery.carrier("anna"), await gallery.carrier("bob")
        first, second, bobs = (make_image((200, 200), shade=shade) for shade in (1, 2, 3))
        begun = await anna.begin("photo", await gallery.photo("anna", first), length=len(first))
        if kind == "store-full":
            assert (await anna.send(begun.headers["Location"], 0, first)).status_code == 204
        refused = await anna.bring(second, "photo", await gallery.photo("anna", second))
        assert refused.json()["type"] == kind and "Retry-After" in refused.headers
        assert (await bob.bring(bobs, "photo", await gallery.photo("bob", bobs))).status_code == 204


async def test_a_piece_is_no_larger_than_the_operator_says(database_url: str, tmp_path: Path) -> None:
    async with open_gallery(database_url, tmp_path, files_piece_bytes_max=256 * KIB) as gallery:
        anna, body = await gallery.carrier("anna"), b"%PDF-" + bytes(300 * KIB)
        paper = await gallery.paper("anna", 1, body)
        address = (await anna.begin("paper", *paper, length=len(body))).headers["Location"]
        answer = await anna.send(address, 0, body)
        assert (answer.status_code, answer.json()["type"]) == (413, "body-too-large")
        assert (await anna.bring(body, "paper", *paper, piece=256 * KIB)).status_code == 204


async def test_a_server_without_a_store_says_so_and_who_can_change_it(database_url: str, tmp_path: Path) -> None:
    async with open_gallery(database_url, tmp_path, files="") as gallery:
        anna, body = await gallery.carrier("anna"), make_image()
        id = await gallery.photo("anna", body)
        for answer in (await anna.begin("photo", id, length=len(body)), await anna.read("photo", id)):
            assert (answer.status_code, answer.json()["type"]) == (501, "store-missing")
            assert "TWINBASE_FILES" in answer.json()["detail"]


async def test_while_sync_is_paused_no_content_travels(database_url: str, tmp_path: Path) -> None:
    async with open_gallery(database_url, tmp_path) as gallery:
        anna, body = await gallery.carrier("anna"), make_image()
        id, token = await gallery.photo("anna", body), anna.http.headers["Authorization"]
    async with open_gallery(database_url, tmp_path, prepared=True, sync_enabled=False) as paused:
        late = paused.reach()
        late.http.headers["Authorization"] = token
        assert (await late.begin("photo", id, length=len(body))).json()["type"] == "sync-off"
        assert (await late.read("photo", id)).json()["type"] == "sync-off"


def test_the_size_of_a_picture_is_read_and_not_drawn() -> None:
    for form, media_type in (("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")):
        body = make_image((123, 45), form)
        assert (find_media_type(body), count_pixels(body, media_type)) == (media_type, 123 * 45)
    lossless = make_lossless((77, 5))
    assert count_pixels(lossless, "image/webp") == 77 * 5


def test_what_is_known_of_a_picture_is_known_by_its_beginning() -> None:
    body = make_image((600, 400))
    assert find_fault(body[:2_000], Attachment("sha256", types=IMAGES)) == ""


@pytest.mark.parametrize(
    "address",
    ["relative/folder", "ftp://host/x", "s3://", "s3://key:secret@bucket", "s3://b?where=x", "s3://b?endpoint=x"],
)
def test_an_address_that_is_no_store_is_refused_with_what_to_write(address: str) -> None:
    with pytest.raises(ValidationError, match="write the path of a directory, from its root on, or s3://bucket"):
        Settings(database_url=SecretStr("postgresql://x/y"), files=address)
