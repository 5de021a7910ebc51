"""What content is, by its own bytes: its media type, and how many pixels an image has. Nothing is decoded."""

from io import BytesIO

from PIL import Image, UnidentifiedImageError

from twinbase.attachment import IMAGES, JPEG, PDF, PNG, WEBP, Attachment

HEAD_BYTES = 4 * 2**20
"""Of the beginning, for what is known of it: a camera puts up to some hundred kB before the size of a picture."""
_WEBP_HEAD = 30
_FIRST_BYTES = ((b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG), (b"%PDF-", PDF))


def find_fault(head: bytes, attachment: Attachment) -> str:
    """Why content that begins so is not taken, as a sentence; empty when it is."""
    media_type = find_media_type(head)
    if media_type not in attachment.types:
        taken = ", ".join(sorted(attachment.types))
        return f"It is {media_type or 'of no type that is known'}; taken are {taken}."
    if media_type not in IMAGES:
        return ""
    try:
        pixels = count_pixels(head, media_type)
    except ValueError:
        return f"It begins like {media_type}, and is no such image."
    if pixels > attachment.pixels_max:
        return f"The image has {pixels} pixels; at most {attachment.pixels_max} are taken."
    return ""


def describe_content(head: bytes) -> tuple[str, int]:
    """Media type and pixels of content that is taken; of what is no image, 0."""
    media_type = find_media_type(head)
    return media_type, count_pixels(head, media_type) if media_type in IMAGES else 0


def find_media_type(head: bytes) -> str:
    """The media type that the first bytes show; empty for one that we do not know."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    return next((media_type for first, media_type in _FIRST_BYTES if head.startswith(first)), "")


def count_pixels(head: bytes, media_type: str) -> int:
    """How many pixels an image has, as its header says; raises ValueError when it says nothing that can be."""
    width, height = _webp_size(head) if media_type == WEBP else _size(head)
    if width < 1 or height < 1:
        raise ValueError("an image without pixels")
    return width * height


def _size(head: bytes) -> tuple[int, int]:
    """Pillow reads no further than the header; that it thinks a size large is ours to judge, by the mirror."""
    try:
        with Image.open(BytesIO(head), formats=("JPEG", "PNG")) as image:
            return image.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return 2**20, 2**20
    except (UnidentifiedImageError, OSError, SyntaxError, EOFError, OverflowError) as error:
        raise ValueError("no header of an image") from error


def _webp_size(head: bytes) -> tuple[int, int]:
    """Pillow would make room for the whole picture, twice, to say how large it is. RFC 9649, sections 2.5 to 2.7."""
    kind = head[12:16]
    if len(head) < _WEBP_HEAD:
        raise ValueError("half a header")
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if kind == b"VP8L" and head[20] == 0x2F:
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        return int.from_bytes(head[26:28], "little") & 0x3FFF, int.from_bytes(head[28:30], "little") & 0x3FFF
    raise ValueError("no header of a WebP")
