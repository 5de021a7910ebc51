"""What waits to be uploaded: the server has the row, and not the bytes that it names. Smallest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from twinbase.replica.attachments.contents import note_stored
from twinbase.replica.connection import Connection

UploadStage = Literal["waiting", "stored", "refused", "discarded"]
_FIELDS = "twin, key, name, sha256, size, address, sent, stage, reason"


@dataclass(frozen=True, slots=True)
class RowUpload:
    """The bytes that one column of one row names, on their way. `address`: where they go; `sent`: so many are there."""

    twin: str
    key: str
    name: str
    sha256: str
    size: int
    address: str
    sent: int
    stage: UploadStage
    reason: str

    @property
    def row(self) -> tuple[str, str, str]:
        """Which column of which row."""
        return self.twin, self.key, self.name


def list_uploads(connection: Connection, *, waiting: bool = False) -> list[RowUpload]:
    """All of them, or those that wait, smallest first."""
    which = " WHERE stage = 'waiting' ORDER BY size, twin, key, name" if waiting else ""
    return [RowUpload(*row) for row in connection.execute(f"SELECT {_FIELDS} FROM _twinbase_upload{which}")]


def list_refused_uploads(connection: Connection) -> list[RowUpload]:
    """Those that wait for a person, in the order of their rows."""
    query = f"SELECT {_FIELDS} FROM _twinbase_upload WHERE stage = ? ORDER BY twin, key, name"
    return [RowUpload(*row) for row in connection.execute(query, ("refused",))]


def count_uploads(connection: Connection) -> dict[str, int]:
    """How many there are of each stage."""
    return dict(connection.execute("SELECT stage, count(*) FROM _twinbase_upload GROUP BY stage").fetchall())


def find_uploads(connection: Connection, sha256: str) -> list[RowUpload]:
    """Those of one content: several rows may name it."""
    rows = connection.execute(f"SELECT {_FIELDS} FROM _twinbase_upload WHERE sha256 = ?", (sha256,))
    return [RowUpload(*row) for row in rows]


def note_address(connection: Connection, upload: RowUpload, address: str, sent: int) -> None:
    """The server said where it goes, and how much of it is there."""
    _change(connection, upload, "address = ?, sent = ?, reason = ''", (address, sent))


def note_sent(connection: Connection, upload: RowUpload, sent: int) -> None:
    """So many bytes of it are at the server, which said so."""
    _change(connection, upload, "sent = ?", (sent,))


def note_whole(connection: Connection, upload: RowUpload) -> None:
    """All of it is at the server, which has compared the hash."""
    _change(connection, upload, "stage = 'stored', sent = size, address = ''", ())
    note_stored(connection, [upload.sha256])


def note_objection(connection: Connection, upload: RowUpload, reason: str) -> None:
    """The server does not take it at the moment; it is tried again."""
    _change(connection, upload, "reason = ?", (reason,))


def offer_upload_again(connection: Connection, sha256: str) -> None:
    """What was refused is offered once more."""
    connection.execute(
        "UPDATE _twinbase_upload SET stage = 'waiting', reason = '' WHERE sha256 = ? AND stage = ?", (sha256, "refused")
    )


def note_refused(connection: Connection, upload: RowUpload, reason: str) -> None:
    """The server will never take it: it stays on this device, with the sentence that says why."""
    _change(connection, upload, "stage = ?, reason = ?, address = ''", ("refused", reason))


def _change(connection: Connection, upload: RowUpload, change: str, values: Iterable[str | int]) -> None:
    """The hash is compared: a row that names another content by now has another upload."""
    connection.execute(
        f"UPDATE _twinbase_upload SET {change} WHERE twin = ? AND key = ? AND name = ? AND sha256 = ?",
        (*values, *upload.row, upload.sha256),
    )
