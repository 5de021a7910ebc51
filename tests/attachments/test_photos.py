"""Taking a photo: upright, as large as it may be, without the place of it, with a thumbnail; or refused."""

import io
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational
from tests.attachments.gallery import gallery

from twinbase.errors import UnreadablePicture
from twinbase.replica import Replica
from twinbase.replica.attachments.attachments import Attachments

KEY = bytes(range(32))
RED, BLUE = (200, 30, 30), (30, 30, 200)
GPS = {1: "N", 2: (48.0, 51.0, 29.6), 3: "W", 4: (2.0, 17.0, 40.2)}
LAT, LON = 48.858222, -2.294500


@pytest.fixture
async def attachments(tmp_path: Path) -> AsyncIterator[Attachments]:
    async with await Replica.open(tmp_path / "anna.twin", KEY, plugins=gallery()) as replica:
        yield replica.attachments


def taken(
    size: tuple[int, int] = (400, 300), orientation: int = 1, kind: str = "JPEG", gps: bool = True, **options: Any
) -> bytes:
    """A picture as a camera writes it: red on its left half as the sensor saw it, blue on its right one."""
    picture = Image.new("RGB", size, RED)
    picture.paste(BLUE, (size[0] // 2, 0, size[0], size[1]))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "A camera of somebody's"
    exif[0x8769] = {0x9003: "2026:03:04 12:00:00", 0x9011: "+01:00"}
    if gps:
        exif[0x8825] = GPS
    out = io.BytesIO()
    picture.save(out, kind, exif=exif.tobytes(), **options)
    return out.getvalue()


async def kept(attachments: Attachments, sha256: str) -> bytes:
    with await attachments.open(sha256) as file:
        return file.read()


def shown(content: bytes) -> Image.Image:
    """The pixels as they lie in the file: nothing turns them any more."""
    return Image.open(io.BytesIO(content)).convert("RGB")


def is_near(pixel: Any, colour: tuple[int, int, int]) -> bool:
    return all(abs(one - other) < 40 for one, other in zip(pixel, colour, strict=True))


# What is at the top and at the bottom of a picture whose camera was held so: None where red and blue lie side by side.
HELD = {1: None, 2: None, 3: None, 4: None, 5: RED, 6: RED, 7: BLUE, 8: BLUE}


@pytest.mark.parametrize("orientation", HELD)
async def test_a_photo_is_turned_as_the_camera_was_held(attachments: Attachments, orientation: int) -> None:
    photo = await attachments.take_photo(taken(orientation=orientation))
    picture, top = shown(await kept(attachments, photo.sha256)), HELD[orientation]
    assert (photo.width, photo.height) == picture.size == ((400, 300) if top is None else (300, 400))
    if top is None:
        left = BLUE if orientation in (2, 3) else RED
        assert is_near(picture.getpixel((20, 150)), left)
    else:
        assert is_near(picture.getpixel((150, 20)), top)
    assert Image.open(io.BytesIO(await kept(attachments, photo.sha256))).getexif().get(0x0112, 1) == 1


async def test_a_photo_is_as_large_as_the_setting_says_and_no_larger_than_it_was(attachments: Attachments) -> None:
    large = await attachments.take_photo(taken((4000, 3000)), side_max=1600)
    assert (large.width, large.height, large.mime) == (1600, 1200, "image/jpeg")
    assert large.size == len(await kept(attachments, large.sha256))
    small = await attachments.take_photo(taken((400, 300)), side_max=1600)
    assert (small.width, small.height) == (400, 300)


async def test_the_place_is_left_out_unless_it_may_be_known(attachments: Attachments) -> None:
    photo = await attachments.take_photo(taken())
    assert (photo.lat, photo.lon) == (None, None)
    assert photo.taken_at == datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
    assert exif_of(await kept(attachments, photo.sha256)) == {}


async def test_the_place_is_said_and_kept_where_it_may_be_known(attachments: Attachments) -> None:
    photo = await attachments.take_photo(taken((4000, 3000), 6), keep_gps=True)
    assert [photo.lat, photo.lon] == pytest.approx([LAT, LON], abs=1e-4)
    noted = Image.open(io.BytesIO(await kept(attachments, photo.sha256))).getexif()
    assert noted.get_ifd(0x8825)[2] == GPS[2]
    assert 0x010F not in noted, "Which camera it was is nobody's business."


@pytest.mark.parametrize(
    "gps",
    [
        {},
        {1: "N", 2: (48.0, 51.0, 29.6)},
        {1: "N", 2: (480.0, 0.0, 0.0), 3: "W", 4: (2.0, 0.0, 0.0)},
        {1: "N", 2: (IFDRational(0, 0),) * 3, 3: "W", 4: (2.0, 0.0, 0.0)},
        {1: "N", 2: (1.0,), 3: "W", 4: (2.0, 0.0, 0.0)},
    ],
)
async def test_a_place_that_is_none_is_not_said(attachments: Attachments, gps: dict[int, Any]) -> None:
    exif = Image.Exif()
    exif[0x8825] = gps
    out = io.BytesIO()
    Image.new("RGB", (40, 30)).save(out, "JPEG", exif=exif.tobytes())
    photo = await attachments.take_photo(out.getvalue(), keep_gps=True)
    assert (photo.lat, photo.lon, photo.taken_at) == (None, None, None)


async def test_an_original_is_kept_byte_for_byte_with_its_place(attachments: Attachments) -> None:
    original = taken((4000, 3000), 6)
    photo = await attachments.take_photo(original, keep_original=True, keep_gps=True)
    assert await kept(attachments, photo.sha256) == original
    assert (photo.width, photo.height) == (3000, 4000)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"quality": 95, "subsampling": 0}])
async def test_an_original_loses_its_place_and_not_a_pixel(attachments: Attachments, options: dict[str, Any]) -> None:
    original = taken((640, 480), 6, **options)
    photo = await attachments.take_photo(original + taken((64, 48)), keep_original=True)
    content = await kept(attachments, photo.sha256)
    assert shown(content).tobytes() == shown(original).tobytes()
    assert exif_of(content) == {0x0112: 6}
    assert b"camera of somebody" not in content and (photo.lat, photo.lon) == (None, None)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
async def test_an_original_of_another_kind_loses_its_place_too(attachments: Attachments, kind: str) -> None:
    photo = await attachments.take_photo(taken((640, 480), 6, kind), keep_original=True)
    content = await kept(attachments, photo.sha256)
    assert (photo.width, photo.height) == shown(content).size == (480, 640)
    assert exif_of(content) == {}


async def test_a_signature_keeps_what_shows_through(attachments: Attachments) -> None:
    drawn, out = Image.new("RGBA", (600, 200), (0, 0, 0, 0)), io.BytesIO()
    drawn.paste((0, 0, 0, 255), (10, 10, 590, 20))
    drawn.save(out, "PNG")
    photo = await attachments.take_photo(out.getvalue())
    assert photo.mime == "image/png"
    small = await attachments.thumbnail(photo.sha256)
    assert small is not None and is_near(shown(small).getpixel((5, 60)), (255, 255, 255))


async def test_a_thumbnail_is_made_once_and_given_in_any_size(attachments: Attachments) -> None:
    photo = await attachments.take_photo(taken((4000, 3000), 6))
    before = (await attachments.read_usage()).bytes
    sizes = [shown(await attachments.thumbnail(photo.sha256, px) or b"").size for px in (320, 96, 48)]
    assert sizes == [(240, 320), (72, 96), (36, 48)]
    assert (await attachments.read_usage()).bytes == before
    larger = await attachments.thumbnail(photo.sha256, 800)
    assert larger is not None and max(shown(larger).size) == 800


async def test_what_was_put_as_it_is_has_a_thumbnail_when_one_is_asked_for(attachments: Attachments) -> None:
    sha256 = await attachments.put(taken())
    small = await attachments.thumbnail(sha256)
    assert small is not None and shown(small).size == (320, 240)
    assert await attachments.thumbnail("0" * 64) is None
    assert await attachments.thumbnail(await attachments.put(b"%PDF-1.7")) is None


async def test_what_is_no_picture_is_refused(attachments: Attachments) -> None:
    heic = b"\0\0\0\x18ftypheic" + bytes(100)
    for content in (b"", b"no picture", heic, b"%PDF-1.7", b"GIF89a" + bytes(100)):
        with pytest.raises(UnreadablePicture, match="HEIC"):
            await attachments.take_photo(content)
    assert (await attachments.read_usage()).bytes == 0


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_picture_that_is_cut_is_refused(attachments: Attachments, kind: str) -> None:
    whole = taken((200, 100), kind=kind)
    for end in range(17, len(whole) * 9 // 10, max(1, len(whole) // 60)):
        with pytest.raises(UnreadablePicture):
            await attachments.take_photo(whole[:end])


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that says to be that large, and would be."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    drawn = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", drawn) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(50_001, 1_000), (100_000, 100_000), (2**31 - 1, 2**31 - 1)])
async def test_a_bomb_is_refused_before_it_is_decoded(attachments: Attachments, size: tuple[int, int]) -> None:
    for ask in (attachments.take_photo(bomb(*size)), _thumbnail_of(attachments, bomb(*size))):
        with pytest.raises(UnreadablePicture, match=f"{size[0]} by {size[1]} pixels"):
            await ask


async def _thumbnail_of(attachments: Attachments, content: bytes) -> bytes | None:
    return await attachments.thumbnail(await attachments.put(content))


async def test_a_file_that_no_camera_writes_is_not_read(attachments: Attachments, tmp_path: Path) -> None:
    chosen = tmp_path / "film.jpg"
    chosen.write_bytes(taken())
    os.truncate(chosen, 200 * 2**20)
    with pytest.raises(UnreadablePicture, match="209715200 bytes"):
        await attachments.take_photo(chosen)


async def test_a_limit_of_pixels_is_the_apps(attachments: Attachments) -> None:
    with pytest.raises(UnreadablePicture, match="119999 are the most"):
        await attachments.take_photo(taken((400, 300)), pixels_max=119_999)
    assert (await attachments.take_photo(taken((400, 300)), pixels_max=120_000)).width == 400


@pytest.mark.parametrize("side", [0, -1])
async def test_a_side_of_nothing_is_refused(attachments: Attachments, side: int) -> None:
    with pytest.raises(ValueError, match="at least 1 pixel"):
        await attachments.take_photo(taken(), side_max=side)
    with pytest.raises(ValueError, match="at least 1 pixel"):
        await attachments.thumbnail("0" * 64, side)


async def test_a_very_long_picture_keeps_a_pixel(attachments: Attachments) -> None:
    photo = await attachments.take_photo(taken((3000, 2)), side_max=100)
    assert (photo.width, photo.height) == (100, 1)


def test_without_pillow_it_says_what_to_install(tmp_path: Path) -> None:
    program = f"""
import asyncio, sys
sys.modules["PIL"] = None
from tests.attachments.gallery import gallery
from twinbase.errors import PicturesNotInstalled
from twinbase.replica import Replica

async def main():
    async with await Replica.open({str(tmp_path / "anna.twin")!r}, bytes(32), plugins=gallery()) as replica:
        await replica.attachments.put(b"bytes need none")
        try:
            await replica.attachments.take_photo(b"a picture does")
        except PicturesNotInstalled as error:
            print(error)

asyncio.run(main())
"""
    root = Path(__file__).parents[2]
    said = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert "pip install 'twinbase[photos]'" in said.stdout


def exif_of(content: bytes) -> dict[int, Any]:
    noted = Image.open(io.BytesIO(content)).getexif()
    return dict(noted) | noted.get_ifd(0x8825) | noted.get_ifd(0x8769)
