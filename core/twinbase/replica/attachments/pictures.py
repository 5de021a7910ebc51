"""Pictures, by Pillow: turned as they were taken, made smaller, their place and time read, and bombs never decoded.

Pillow is imported when the first picture is read: a device that takes none needs none.
"""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO

from twinbase.attachment import JPEG, PNG, WEBP
from twinbase.errors import PicturesNotInstalled, UnreadablePicture
from twinbase.replica.attachments.types import HEAD_BYTES, sniff_type

if TYPE_CHECKING:
    from PIL.Image import Image

PIXELS_MAX = 50_000_000
QUALITY = 80
_TAKEN, _TAKEN_ZONE, _ORIENTATION, _EXIF_IFD, _GPS_IFD = 0x9003, 0x9011, 0x0112, 0x8769, 0x8825
_TURNED = range(5, 9)
"""Orientations in which width and height change places."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A picture as it is kept."""

    content: bytes
    mime: str
    width: int
    height: int


@contextmanager
def open_picture(file: BinaryIO, pixels_max: int = PIXELS_MAX) -> Iterator["Image"]:
    """A picture whose header is read, and nothing else yet. Raises UnreadablePicture for what is none, here or when its
    pixels are read, and for one with more pixels than may be."""
    kinds = _import_kinds()
    mime = sniff_type(file.read(HEAD_BYTES))
    file.seek(0)
    if mime not in kinds:
        raise UnreadablePicture("(It is no JPEG, PNG or WebP; a HEIC, perhaps.)")
    try:
        with kinds[mime](file) as picture:
            if picture.width * picture.height > pixels_max:
                size = f"{picture.width} by {picture.height}"
                raise UnreadablePicture(f"(It has {size} pixels; {pixels_max} are the most.)")
            yield picture
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError) as error:
        raise UnreadablePicture(f"({type(error).__name__})") from error


def encode_smaller(picture: "Image", side_max: int, exif: bytes = b"") -> Encoded:
    """The picture upright, its longer side at most so long: a JPEG, or a PNG where something shows through."""
    from PIL import Image, ImageOps

    picture.draft("RGB", (side_max, side_max))
    upright = ImageOps.exif_transpose(picture)
    clear = upright.has_transparency_data
    upright = upright.convert("RGBA" if clear else "RGB")
    upright.thumbnail((side_max, side_max), Image.Resampling.LANCZOS)
    upright.info.clear()
    out = io.BytesIO()
    if clear:
        upright.save(out, "PNG", optimize=True)
    else:
        upright.save(out, "JPEG", quality=QUALITY, optimize=True, **({"exif": exif} if exif else {}))
    return Encoded(out.getvalue(), PNG if clear else JPEG, upright.width, upright.height)


def encode_thumbnail(picture: "Image", side_max: int) -> bytes:
    """A small JPEG of it, upright; what shows through is white."""
    from PIL import Image, ImageOps

    picture.draft("RGB", (side_max, side_max))
    upright = ImageOps.exif_transpose(picture).convert("RGBA")
    upright.thumbnail((side_max, side_max), Image.Resampling.LANCZOS)
    flat = Image.new("RGB", upright.size, "white")
    flat.paste(upright, mask=upright.getchannel("A"))
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def measure_upright(picture: "Image") -> tuple[int, int]:
    """Width and height as a person sees it."""
    size = picture.width, picture.height
    return size[::-1] if picture.getexif().get(_ORIENTATION) in _TURNED else size


def read_taken_at(picture: "Image") -> datetime | None:
    """When it was taken; by the zone of this device where the camera named none. None when it does not say."""
    ifd = picture.getexif().get_ifd(_EXIF_IFD)
    try:
        taken = datetime.strptime(str(ifd.get(_TAKEN)).strip("\0 "), "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
    try:
        return datetime.fromisoformat(f"{taken.isoformat()}{str(ifd.get(_TAKEN_ZONE, '')).strip()}").astimezone()
    except (ValueError, OverflowError, OSError):
        return None


def read_position(picture: "Image") -> tuple[float, float] | None:
    """Where it was taken, in degrees of latitude and longitude; None when it does not say."""
    gps: Mapping[int, Any] = picture.getexif().get_ifd(_GPS_IFD)
    try:
        lat, lon = _degrees(gps[2], str(gps[1])), _degrees(gps[4], str(gps[3]))
    except (KeyError, TypeError, ValueError, ZeroDivisionError, IndexError):
        return None
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None


def extract_whereabouts(picture: "Image") -> bytes:
    """Of what the camera has noted, when and where: for a picture that is encoded anew and keeps its place."""
    from PIL import Image

    kept, found = Image.Exif(), picture.getexif()
    kept[_GPS_IFD] = dict(found.get_ifd(_GPS_IFD))
    noted = found.get_ifd(_EXIF_IFD)
    kept[_EXIF_IFD] = {tag: noted[tag] for tag in (_TAKEN, _TAKEN_ZONE) if tag in noted}
    return kept.tobytes()


def extract_orientation(picture: "Image") -> bytes:
    """Of what the camera has noted, how it was held; nothing where it was held upright."""
    from PIL import Image

    kept, orientation = Image.Exif(), picture.getexif().get(_ORIENTATION, 1)
    kept[_ORIENTATION] = orientation
    return kept.tobytes() if orientation in range(2, 9) else b""


def _degrees(given: Any, side: str) -> float:
    degrees, minutes, seconds = (float(part) for part in given)
    angle = degrees + minutes / 60 + seconds / 3600
    if not angle == angle:
        raise ValueError("no number")
    return -angle if side.strip("\0 ").upper() in ("S", "W") else angle


def _import_kinds() -> Mapping[str, Any]:
    """The reader of each media type. Not `Image.open`: it tries thirty formats, and warns of large pictures where one
    has to refuse them."""
    try:
        from PIL import JpegImagePlugin, PngImagePlugin, WebPImagePlugin
    except ImportError as error:
        raise PicturesNotInstalled() from error
    return {JPEG: JpegImagePlugin.JpegImageFile, PNG: PngImagePlugin.PngImageFile, WEBP: WebPImagePlugin.WebPImageFile}
