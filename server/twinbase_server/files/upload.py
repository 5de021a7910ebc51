"""Uploads: content on its way to a row, one for each account and slot, durable piece by piece."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from twinbase_server.database.connection import Connection
from twinbase_server.files.named import ContentSlot, NamedContent
from twinbase_server.problems import ProblemError
from twinbase_server.settings import Settings

PIECES_MAX = 2_000
"""Of one upload: an object each."""


@dataclass(frozen=True, slots=True)
class Upload:
    """Content on its way. `received`: so much of it is durable; all of it when it is finished."""

    id: UUID
    account: str
    twin: str
    column_name: str
    row_key: str
    sha256: str
    size: int
    received: int
    expires_at: datetime

    @property
    def is_finished(self) -> bool:
        return self.received == self.size


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes of an upload, as an object of the store."""

    start: int
    size: int
    object: str


async def begin_upload(
    connection: Connection,
    account: str,
    slot: ContentSlot,
    named: NamedContent,
    size: int,
    settings: Settings,
    now: datetime,
) -> Upload:
    """The upload of this account to this slot: the one that is on its way, or a new one.

    It is finished from the start where the row has its content already. Raises `too-busy` and `store-full`.
    """
    async with connection.transaction():
        await connection.execute(_LOCK_ACCOUNT, account)
        where = (account, slot.twin.name, slot.attachment.column, named.row_key)
        found = await connection.fetchrow(f"SELECT {_COLUMNS} FROM twinbase.upload WHERE {_AT_SLOT}", *where)
        upload = None if found is None else Upload(**found)
        if upload is not None and _is_same(upload, named, size, now):
            return upload
        await connection.execute(f"DELETE FROM twinbase.upload WHERE {_AT_SLOT}", *where)
        if not named.arrived:
            await _check_limits(connection, account, size, settings, now)
        received, expires_at = size if named.arrived else 0, now + timedelta(days=settings.files_upload_days)
        upload = Upload(uuid4(), *where, named.sha256 or "", size, received, expires_at)
        await connection.execute(_BEGIN, upload.id, *where, upload.sha256, size, received, expires_at)
        return upload


def _is_same(upload: Upload, named: NamedContent, size: int, now: datetime) -> bool:
    """Whether it goes on: it carries what the row names, in time; what is finished is of use as long as it is there."""
    if (upload.sha256, upload.size) != (named.sha256, size) or upload.expires_at <= now:
        return False
    return upload.is_finished == named.arrived


async def _check_limits(connection: Connection, account: str, size: int, settings: Settings, now: datetime) -> None:
    used = await connection.fetchrow(_USED, account, now)
    assert used is not None
    if used["uploads"] >= settings.files_account_uploads_max:
        raise ProblemError("too-busy", f"This account has {used['uploads']} unfinished uploads: finish or end some.")
    bytes_max, count_max = settings.files_account_bytes_max, settings.files_account_count_max
    if bytes_max and used["bytes"] + size > bytes_max:
        raise ProblemError("store-full", f"This account has {used['bytes']} bytes, of {bytes_max} that it may.")
    if count_max and used["count"] >= count_max:
        raise ProblemError("store-full", f"This account has {used['count']} attachments, of {count_max} that it may.")


async def find_upload(connection: Connection, id: UUID, account: str, now: datetime) -> Upload:
    """The account's upload; raises `not-found` for one that is unknown, expired or another account's."""
    row = await connection.fetchrow(f"SELECT {_COLUMNS} FROM twinbase.upload WHERE {_OF_ACCOUNT}", id, account, now)
    if row is None:
        raise ProblemError("not-found", "There is no such upload; begin it again.")
    return Upload(**row)


async def note_piece(connection: Connection, upload: Upload, piece: Piece, expires_at: datetime) -> None:
    """The piece, whose object is durable, counts from now on; raises `attachment-offset` if another came first."""
    async with connection.transaction():
        received = piece.start + piece.size
        status = await connection.execute(_RECEIVE, upload.id, piece.start, received, expires_at)
        if status == "UPDATE 0":
            raise wrong_offset()
        await connection.execute(_NOTE_PIECE, upload.id, piece.start, piece.size, piece.object)


async def read_pieces(connection: Connection, upload: Upload) -> Sequence[Piece]:
    """The pieces that count, in their order."""
    rows = await connection.fetch(_PIECES, upload.id, upload.received)
    return [Piece(**row) for row in rows]


async def end_upload(connection: Connection, upload: Upload) -> None:
    """Forget an upload. What it left in the store is taken away afterwards.

    Raises `attachment-offset` where it stands elsewhere by now: another request was first.
    """
    status = await connection.execute(_END, upload.id, upload.received)
    if status == "DELETE 0":
        raise wrong_offset()


def wrong_offset() -> ProblemError:
    return ProblemError("attachment-offset", "Upload-Offset is not where this upload stands.")


def piece_folder(upload_id: UUID) -> str:
    """Below what all pieces of an upload lie."""
    return f"upload/{upload_id}"


def name_piece(upload: Upload) -> str:
    """A new name: of two requests that bring the same piece one counts, and neither writes over the other's."""
    return f"{piece_folder(upload.id)}/{upload.received}-{uuid4().hex[:12]}"


_LOCK_ACCOUNT = "SELECT pg_advisory_xact_lock(hashtextextended('twinbase uploads ' || $1, 0))"
_COLUMNS = "id, account, twin, column_name, row_key, sha256, size, received, expires_at"
_AT_SLOT = "account = $1 AND twin = $2 AND column_name = $3 AND row_key = $4"
_OF_ACCOUNT = "id = $1 AND account = $2 AND expires_at > $3"
_BEGIN = """
INSERT INTO twinbase.upload (id, account, twin, column_name, row_key, sha256, size, received, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_USED = """
SELECT a.count, a.bytes + u.bytes AS bytes, u.uploads
FROM (SELECT count(*) AS count, coalesce(sum(size), 0)::bigint AS bytes FROM twinbase.attached WHERE account = $1) a,
    (SELECT count(*) AS uploads, coalesce(sum(size), 0)::bigint AS bytes FROM twinbase.upload
     WHERE account = $1 AND received < size AND expires_at > $2) u
"""
_RECEIVE = "UPDATE twinbase.upload SET received = $3, expires_at = $4 WHERE id = $1 AND received = $2"
_NOTE_PIECE = "INSERT INTO twinbase.piece (upload, start, size, object) VALUES ($1, $2, $3, $4)"
_END = "DELETE FROM twinbase.upload WHERE id = $1 AND received = $2"
_PIECES = "SELECT start, size, object FROM twinbase.piece WHERE upload = $1 AND start < $2 ORDER BY start"
