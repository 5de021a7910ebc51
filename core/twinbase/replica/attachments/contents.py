"""What the file knows of each content: whether its bytes are here, whether the server has them, when it was used."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from twinbase.replica.connection import Connection
from twinbase.replica.file.content_tables import UNSENT

_FIELDS = "sha256, size, mime, here, stored, used_at, thumbnail"
_INSERT = "INSERT INTO _twinbase_content (sha256, size, mime, here, used_at, thumbnail_of) VALUES"


@dataclass(frozen=True, slots=True)
class Content:
    """One content. `here`: on this device. `stored`: on the server, which said so. `thumbnail`: its small picture."""

    sha256: str
    size: int
    mime: str
    here: bool
    stored: bool
    used_at: str
    thumbnail: str | None


def find_content(connection: Connection, sha256: str) -> Content | None:
    """What is known of it; None when this device never had it."""
    row = connection.execute(f"SELECT {_FIELDS} FROM _twinbase_content WHERE sha256 = ?", (sha256,)).fetchone()
    return None if row is None else Content(row[0], row[1], row[2], bool(row[3]), bool(row[4]), row[5], row[6])


def note_here(
    connection: Connection, sha256: str, size: int, mime: str, now: datetime, *, thumbnail_of: str | None = None
) -> None:
    """Its bytes are here. Call it in the transaction in which they are put in their place."""
    connection.execute(
        f"{_INSERT} (?1, ?2, ?3, 1, ?4, ?5) ON CONFLICT (sha256) DO UPDATE SET here = 1, size = excluded.size,"
        " used_at = excluded.used_at, fetched = 0, mime = excluded.mime,"
        " thumbnail_of = CASE WHEN here = 1 AND thumbnail_of IS NULL THEN NULL"
        # A picture that somebody put by himself is no mere thumbnail any more.
        " ELSE excluded.thumbnail_of END",
        (sha256, size, mime, now.isoformat(), thumbnail_of),
    )
    if thumbnail_of is not None:
        connection.execute("UPDATE _twinbase_content SET thumbnail = ? WHERE sha256 = ?", (sha256, thumbnail_of))


def note_fetched(connection: Connection, sha256: str, size: int, mime: str, now: datetime) -> None:
    """Its bytes have come from the server. Call it in the transaction in which they are put in their place."""
    connection.execute(
        f"{_INSERT} (?1, ?2, ?3, 1, ?4, NULL) ON CONFLICT (sha256) DO UPDATE SET here = 1, size = excluded.size,"
        " mime = excluded.mime, used_at = excluded.used_at",
        (sha256, size, mime, now.isoformat()),
    )
    connection.execute(
        "UPDATE _twinbase_content SET stored = 1, fetched = CASE WHEN stored THEN fetched ELSE 1 END WHERE sha256 = ?",
        (sha256,),
    )


def note_known(connection: Connection, sha256: str, now: datetime) -> None:
    """The server has it, and this device keeps a small picture of it."""
    connection.execute(
        "INSERT OR IGNORE INTO _twinbase_content (sha256, size, stored, fetched, used_at) VALUES (?, 0, 1, 1, ?)",
        (sha256, now.isoformat()),
    )


def note_gone(connection: Connection, sha256: str) -> None:
    """Its bytes are here no more."""
    connection.execute("UPDATE _twinbase_content SET here = 0 WHERE sha256 = ?", (sha256,))


def note_stored(connection: Connection, contents: Iterable[str]) -> None:
    """The server said that it has them."""
    connection.executemany(
        "UPDATE _twinbase_content SET stored = 1 WHERE sha256 = ?", [(sha256,) for sha256 in contents]
    )


def note_used(connection: Connection, used: Mapping[str, datetime]) -> None:
    """When they were last shown: what was not shown for longest goes first where room is needed."""
    connection.executemany(
        "UPDATE _twinbase_content SET used_at = ? WHERE sha256 = ?",
        [(moment.isoformat(), sha256) for sha256, moment in used.items()],
    )


def sum_bytes(connection: Connection, *, unsent: bool = False) -> int:
    """How many bytes of content are here; `unsent`: of those that are nowhere else."""
    which = UNSENT if unsent else "here = 1"
    query = f"SELECT coalesce(sum(size), 0) FROM _twinbase_content WHERE {which}"
    return int(connection.execute(query).fetchone()[0])
