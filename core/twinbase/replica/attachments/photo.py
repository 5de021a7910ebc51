"""Taking a photo: one picture in, what a row needs to know of it out."""

import io
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from twinbase.attachment import JPEG
from twinbase.errors import PicturesNotInstalled, UnreadablePicture
from twinbase.replica.attachments.jpeg import strip_notes
from twinbase.replica.attachments.pictures import (
    Encoded,
    encode_smaller,
    encode_thumbnail,
    extract_orientation,
    extract_whereabouts,
    measure_upright,
    open_picture,
    read_position,
    read_taken_at,
)
from twinbase.replica.attachments.store import ContentStore
from twinbase.replica.attachments.types import HEAD_BYTES, sniff_type

if TYPE_CHECKING:
    from PIL.Image import Image

THUMBNAIL_PIXELS = 320
SIDE_MAX = 1600
BYTES_MAX = 100 * 1024 * 1024
"""Of a file that a picture is read from: it is read whole."""


@dataclass(frozen=True, slots=True)
class TakenPhoto:
    """What was kept of a picture, for the row that names it. `lat`, `lon`: None unless the place was to be kept, and
    the camera had noted it."""

    sha256: str
    size: int
    mime: str
    width: int
    height: int
    taken_at: datetime | None
    lat: float | None
    lon: float | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture as it is to be kept, with its thumbnail."""

    kept: Encoded
    thumbnail: bytes
    taken_at: datetime | None
    position: tuple[float, float] | None

    def describe_photo(self, sha256: str) -> TakenPhoto:
        """What its row needs to know, once it is kept under that hash."""
        kept, (lat, lon) = self.kept, self.position or (None, None)
        return TakenPhoto(sha256, len(kept.content), kept.mime, kept.width, kept.height, self.taken_at, lat, lon)


def prepare_photo(
    given: bytes | Path, *, side_max: int, keep_gps: bool, keep_original: bool, pixels_max: int
) -> Prepared:
    """Turn it upright, make it smaller, leave out what is not to be known. Raises UnreadablePicture."""
    content = given if isinstance(given, bytes) else _read_file(given)
    with open_picture(io.BytesIO(content), pixels_max) as picture:
        taken_at, position = read_taken_at(picture), read_position(picture)
        noted = extract_whereabouts(picture) if keep_gps and position else b""
        if not keep_original:
            kept = encode_smaller(picture, side_max, noted)
        elif keep_gps:
            kept = Encoded(content, sniff_type(content[:HEAD_BYTES]), *measure_upright(picture))
        else:
            kept = _leave_notes_out(content, picture)
    with open_picture(io.BytesIO(kept.content), pixels_max) as picture:
        thumbnail = encode_thumbnail(picture, THUMBNAIL_PIXELS)
    return Prepared(kept, thumbnail, taken_at, position if keep_gps else None)


def _read_file(path: Path) -> bytes:
    size = path.stat().st_size
    if size > BYTES_MAX:
        raise UnreadablePicture(f"(It has {size} bytes; {BYTES_MAX} are the most.)")
    return path.read_bytes()


def _leave_notes_out(content: bytes, picture: "Image") -> Encoded:
    """In full size. No pixel of a JPEG is touched; what else there is, is encoded anew."""
    if sniff_type(content[:HEAD_BYTES]) == JPEG:
        return Encoded(strip_notes(content, extract_orientation(picture)), JPEG, *measure_upright(picture))
    return encode_smaller(picture, max(picture.size))


def make_small(store: ContentStore, sha256: str, px: int) -> bytes:
    """A small JPEG of a picture that is here; raises UnreadablePicture for what is none."""
    with io.BufferedReader(store.open(sha256)) as file, open_picture(file) as picture:
        return encode_thumbnail(picture, px)


def read_small(store: ContentStore, sha256: str, px: int) -> bytes:
    """A thumbnail that is here, in that size or less. Without Pillow, as it is."""
    content = store.read(sha256)
    try:
        with open_picture(io.BytesIO(content)) as picture:
            return content if max(picture.size) <= px else encode_thumbnail(picture, px)
    except PicturesNotInstalled:
        return content
