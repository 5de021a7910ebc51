"""The attachments of a file: what bytes are here, which of them are nowhere else, and what is on its way."""

from dataclasses import dataclass

from twinbase.replica.connection import Connection
from twinbase.replica.file.content_tables import UNSENT

LISTED_MAX = 2_000


@dataclass(frozen=True, slots=True)
class InspectedContent:
    """One content. `is_unsent`: its bytes are nowhere but here."""

    sha256: str
    size: int
    mime: str
    is_here: bool
    is_stored: bool
    is_unsent: bool
    is_thumbnail: bool
    used_at: str


@dataclass(frozen=True, slots=True)
class InspectedUpload:
    """What the server has the row of. `stage`: waiting, stored, refused; `sent` of `size` bytes are there."""

    twin: str
    key: str
    column: str
    sha256: str
    sent: int
    size: int
    stage: str
    reason: str


_CONTENTS = f"""
SELECT sha256, size, mime, here, stored, {UNSENT}, thumbnail_of IS NOT NULL, used_at FROM _twinbase_content
ORDER BY ({UNSENT}) DESC, used_at DESC LIMIT ?
"""
_UPLOADS = """
SELECT twin, key, name, sha256, sent, size, stage, reason FROM _twinbase_upload ORDER BY stage, size LIMIT ?
"""


def list_contents(connection: Connection) -> list[InspectedContent]:
    """Those first that are nowhere else; LISTED_MAX at most."""
    if not _has_contents(connection):
        return []
    rows = connection.execute(_CONTENTS, (LISTED_MAX,))
    return [
        InspectedContent(sha256, size, mime, bool(here), bool(stored), bool(unsent), bool(small), used_at)
        for sha256, size, mime, here, stored, unsent, small, used_at in rows
    ]


def list_uploads(connection: Connection) -> list[InspectedUpload]:
    """What is on its way, or was refused; LISTED_MAX at most."""
    if not _has_contents(connection):
        return []
    return [InspectedUpload(*row) for row in connection.execute(_UPLOADS, (LISTED_MAX,))]


def _has_contents(connection: Connection) -> bool:
    """A file of before attachments has none of their tables."""
    return connection.execute("SELECT 1 FROM sqlite_master WHERE name = '_twinbase_content'").fetchone() is not None
