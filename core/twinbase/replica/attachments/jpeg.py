"""A JPEG without what the camera has noted in it: where it was taken, by which camera, with which other pictures.

Its segments are copied or left out; what is drawn is not touched. How it was held is kept: it would lie on its side.
"""

from collections.abc import Iterator

from twinbase.errors import UnreadablePicture

_SCAN, _END, _COMMENT = 0xDA, 0xD9, 0xFE
_APP0, _APP1, _APP2, _APP14, _APP15 = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF
_RESTARTS = range(0xD0, 0xD8)
_BROKEN = "(Its segments are broken.)"


def strip_notes(content: bytes, exif: bytes = b"") -> bytes:
    """The same picture without Exif, XMP, IPTC, comments and whatever follows its end; its colours stay. `exif`: what
    it says instead."""
    noted = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif if exif else b""
    return b"".join(
        [content[:2], noted, *(kept for marker, kept in _read_segments(content) if not _is_note(marker, kept))]
    )


def _is_note(marker: int, segment: bytes) -> bool:
    """An APP2 holds the colours, or where the other pictures of the file are. APP14 says how the colours are meant."""
    if marker == _APP2:
        return not segment[4:].startswith(b"ICC_PROFILE\0")
    return marker == _COMMENT or (_APP1 <= marker <= _APP15 and marker != _APP14)


def _read_segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """(marker, segment) up to the end of the first picture; a scan goes with what it draws."""
    at = 2
    while content[at : at + 1] == b"\xff" and at + 1 < len(content):
        marker = content[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        if marker == _END:
            yield marker, content[at : at + 2]
            return
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == _SCAN:
            end = _find_marker(content, end)
        yield marker, content[at:end]
        at = end
    raise UnreadablePicture(_BROKEN)


def _find_marker(content: bytes, at: int) -> int:
    """Where what is drawn ends: at a byte 0xFF that is followed by neither 0 nor a restart."""
    while (at := content.find(b"\xff", at)) >= 0:
        following = content[at + 1] if at + 1 < len(content) else _END
        if following and following not in _RESTARTS:
            return at
        at += 2
    raise UnreadablePicture(_BROKEN)
