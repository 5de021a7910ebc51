"""What has to be noted about uploads: the rows that the server has, compared with what is on its way."""

from dataclasses import dataclass

from twinbase.attachment import FAILED, STORED
from twinbase.registry import Registry
from twinbase.replica.attachments.contents import note_stored
from twinbase.replica.attachments.fate import (
    ENDS,
    GOES_ON,
    LOST,
    NOT_TAKEN_THERE,
    REFUSED_THERE,
    REPLACED,
    judge_unnamed,
)
from twinbase.replica.attachments.naming_rows import NamingRow, find_naming_rows
from twinbase.replica.attachments.uploads import RowUpload, list_uploads, note_refused
from twinbase.replica.connection import Connection


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to be noted: uploads that begin, that nobody asks for any more, and what the server has. `refused`:
    those that cannot be sent as it is, each with the sentence that says why. `abandoned`: those of which a part has
    come there, for nothing."""

    begun: list[tuple[NamingRow, int]]
    ended: list[RowUpload]
    refused: list[tuple[RowUpload, str]]
    abandoned: list[RowUpload]
    stored: set[str]

    @property
    def is_empty(self) -> bool:
        return not (self.begun or self.ended or self.refused or self.stored)


def plan_uploads(connection: Connection, registry: Registry) -> Plan:
    """Compare the rows that the server has with what is on its way. Only reads; the same rows give the same plan, so
    nothing is lost by a kill, by a restore or by a copy of the file.

    A row that is not here any more ends nothing by itself: its bytes may be nowhere else, and the server has it still.
    """
    naming = {named.row: named for named in find_naming_rows(connection, registry)}
    uploads = {upload.row: upload for upload in list_uploads(connection)}
    sizes, known = _read_contents(connection)
    begun = [
        (named, sizes[named.sha256])
        for row, named in naming.items()
        if named.state != STORED and not _is_noted(named, uploads.get(row))
    ]
    fates = [
        (upload, _judge(connection, registry, upload, naming.get(row), is_here=upload.sha256 in sizes))
        for row, upload in uploads.items()
    ]
    ended = [upload for upload, fate in fates if fate == ENDS]
    refused = [one for one in fates if one[1] not in (ENDS, GOES_ON) and one[0].stage == "waiting"]
    replaced = [uploads[named.row] for named, _ in begun if named.row in uploads]
    given_up = (*(one for one in ended if one.stage == "waiting"), *(one for one, _ in refused), *replaced)
    stored = {named.sha256 for named in naming.values() if named.state == STORED} - known
    return Plan(begun, ended, refused, [upload for upload in given_up if upload.address], stored)


def note_plan(connection: Connection, plan: Plan) -> None:
    """Note it. An upload that begins anew forgets how far an earlier content of its column had come."""
    connection.executemany(
        "DELETE FROM _twinbase_upload WHERE twin = ? AND key = ? AND name = ?", [upload.row for upload in plan.ended]
    )
    for upload, reason in plan.refused:
        note_refused(connection, upload, reason)
    connection.executemany(
        "INSERT OR REPLACE INTO _twinbase_upload (twin, key, name, sha256, size, stage, reason)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(one.twin, one.key, one.name, one.sha256, size, *_first_stage(one)) for one, size in plan.begun],
    )
    note_stored(connection, plan.stored)


def _judge(
    connection: Connection, registry: Registry, upload: RowUpload, named: NamingRow | None, *, is_here: bool
) -> str:
    if named is not None and named.sha256 == upload.sha256:
        return ENDS if named.state == STORED else GOES_ON
    return judge_unnamed(connection, registry, upload, is_here=is_here)


def _is_noted(named: NamingRow, upload: RowUpload | None) -> bool:
    """Whether nothing has to be begun. What was stored, and a row brought since does not say so, is offered again; and
    so is what could not be sent for a reason that is over: the row is here again, or the bytes are."""
    if upload is None or upload.sha256 != named.sha256:
        return False
    if upload.stage == "refused" and upload.reason in (NOT_TAKEN_THERE, REPLACED):
        return not named.is_here
    return upload.reason != LOST and (upload.stage != "stored" or named.state is None)


def _first_stage(named: NamingRow) -> tuple[str, str]:
    return ("refused", REFUSED_THERE) if named.state == FAILED else ("waiting", "")


def _read_contents(connection: Connection) -> tuple[dict[str, int], set[str]]:
    rows = connection.execute("SELECT sha256, size, stored FROM _twinbase_content WHERE here = 1").fetchall()
    return {sha256: size for sha256, size, _ in rows}, {sha256 for sha256, _, stored in rows if stored}
