"""What a content is, by its first bytes: what a name or a header says is not believed."""

from twinbase.attachment import JPEG, PDF, PNG, WEBP

HEAD_BYTES = 16


def sniff_type(head: bytes) -> str:
    """The media type that the first bytes show; "" for one that is not known."""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    return PDF if head.startswith(b"%PDF-") else ""
