"""What waits to be uploaded: the server has the row, and not the bytes that it names. Smallest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from twinbase.attachment import FAILED, STORED
from twinbase.registry import Registry
from twinbase.replica.attachments.contents import note_stored
from twinbase.replica.attachments.naming_rows import NamingRow, find_naming_rows
from twinbase.replica.connection import Connection

UploadStage = Literal["waiting", "stored", "refused"]
_FIELDS = "twin, key, name, sha256, size, address, sent, stage, reason"
REFUSED_THERE = "The server refused its bytes. Take it again, as a new one."


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


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to be noted: uploads that begin, that nobody asks for any more, and what the server has. `abandoned`:
    those of which a part has come there, for nothing."""

    begun: list[tuple[NamingRow, int]]
    ended: list[RowUpload]
    abandoned: list[RowUpload]
    stored: set[str]

    @property
    def is_empty(self) -> bool:
        return not (self.begun or self.ended or self.stored)


def plan_uploads(connection: Connection, registry: Registry) -> Plan:
    """Compare the rows that the server has with what is on its way. Only reads; the same rows give the same plan, so
    nothing is lost by a kill, by a restore or by a copy of the file."""
    naming = {named.row: named for named in find_naming_rows(connection, registry)}
    uploads = {upload.row: upload for upload in list_uploads(connection)}
    sizes, known = _read_contents(connection)
    begun = [
        (named, sizes[named.sha256])
        for row, named in naming.items()
        if named.state != STORED and not _is_noted(named, uploads.get(row))
    ]
    # A row that is never pulled is remembered for a while only: what waits, waits on.
    ended = [u for row, u in uploads.items() if row not in naming and u.twin in registry and registry[u.twin].pulls]
    replaced = [uploads[named.row] for named, _ in begun if named.row in uploads]
    abandoned = [upload for upload in (*ended, *replaced) if upload.address]
    ended += [uploads[row] for row, named in naming.items() if named.state == STORED and row in uploads]
    stored = {named.sha256 for named in naming.values() if named.state == STORED} - known
    return Plan(begun, ended, abandoned, stored)


def note_plan(connection: Connection, plan: Plan) -> None:
    """Note it. An upload that begins anew forgets how far an earlier content of its column had come."""
    connection.executemany(
        "DELETE FROM _twinbase_upload WHERE twin = ? AND key = ? AND name = ?", [upload.row for upload in plan.ended]
    )
    connection.executemany(
        "INSERT OR REPLACE INTO _twinbase_upload (twin, key, name, sha256, size, stage, reason)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(one.twin, one.key, one.name, one.sha256, size, *_first_stage(one)) for one, size in plan.begun],
    )
    note_stored(connection, plan.stored)


def list_uploads(connection: Connection, *, waiting: bool = False) -> list[RowUpload]:
    """All of them, or those that wait, smallest first."""
    which = " WHERE stage = 'waiting' ORDER BY size, twin, key, name" if waiting else ""
    return [RowUpload(*row) for row in connection.execute(f"SELECT {_FIELDS} FROM _twinbase_upload{which}")]


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


def _is_noted(named: NamingRow, upload: RowUpload | None) -> bool:
    """Whether nothing has to be begun. What was stored, and a row brought since does not say so, is offered again."""
    if upload is None or upload.sha256 != named.sha256:
        return False
    return upload.stage != "stored" or named.state is None


def _first_stage(named: NamingRow) -> tuple[str, str]:
    return ("refused", REFUSED_THERE) if named.state == FAILED else ("waiting", "")


def _read_contents(connection: Connection) -> tuple[dict[str, int], set[str]]:
    rows = connection.execute("SELECT sha256, size, stored FROM _twinbase_content WHERE here = 1").fetchall()
    return {sha256: size for sha256, size, _ in rows}, {sha256 for sha256, _, stored in rows if stored}
