"""Content counts, or is refused: in one transaction, and the row says so to everybody who sees it."""

from dataclasses import dataclass, replace
from datetime import datetime

from twinbase.attachment import STORED
from twinbase.registry import Registry
from twinbase_server.database.connection import Connection
from twinbase_server.files.bounded import bounded_transaction
from twinbase_server.files.named import NOTHING_THERE
from twinbase_server.files.state import say_state
from twinbase_server.files.upload import Upload, wrong_offset
from twinbase_server.problems import ProblemError
from twinbase_server.settings import Settings


@dataclass(frozen=True, slots=True)
class ArrivedContent:
    """An object of the store that holds the whole, and what it is."""

    object: str
    media_type: str
    pixels: int


async def settle_content(
    connection: Connection,
    registry: Registry,
    upload: Upload,
    content: ArrivedContent,
    now: datetime,
    expires_at: datetime,
) -> str:
    """Inside a transaction: the content counts from its end on. Answers which object holds it, for it may have been
    there before.

    Raises `attachment-offset` when another request was first, and `not-found` when the row is gone or names another
    hash by now.
    """
    received = await connection.fetchval("SELECT received FROM twinbase.upload WHERE id = $1 FOR UPDATE", upload.id)
    if received != upload.received:
        raise wrong_offset()
    counts = await store_content(connection, upload, content, now)
    if not await _say_stored(connection, registry, upload):
        raise ProblemError("not-found", NOTHING_THERE)
    await attach_content(connection, upload, now)
    await connection.execute("DELETE FROM twinbase.piece WHERE upload = $1", upload.id)
    await connection.execute(_FINISH, upload.id, expires_at)
    return counts


async def store_content(connection: Connection, upload: Upload, content: ArrivedContent, now: datetime) -> str:
    """Inside a transaction: the content is there from its end on. Answers which object holds it."""
    given = (upload.sha256, upload.size, content.media_type, content.pixels, content.object, now)
    counts: str = await connection.fetchval(_STORE, *given)
    return counts


async def give_known_content(
    connection: Connection, registry: Registry, upload: Upload, settings: Settings, now: datetime
) -> Upload:
    """The upload, finished: its account reads the content by another row already, so it need not come again.

    As it was where the content would not be taken here: then it comes, and is refused.
    """
    attachment = registry[upload.twin].attachments[upload.column_name]
    async with bounded_transaction(connection, settings):
        content = await connection.fetchrow(_KEEP, upload.sha256, now)
        if content is None or content["media_type"] not in attachment.types or content["size"] != upload.size:
            return upload
        if content["pixels"] > attachment.pixels_max or not await _say_stored(connection, registry, upload):
            return upload
        await attach_content(connection, upload, now)
        await connection.execute(_FINISH, upload.id, upload.expires_at)
    return replace(upload, received=upload.size)


async def attach_content(connection: Connection, upload: Upload, now: datetime) -> None:
    """From now on the row has the content that it names."""
    slot = (upload.twin, upload.column_name, upload.row_key, upload.sha256)
    await connection.execute(_ATTACH, *slot, upload.account, upload.size, now)
    await connection.execute(_ARRIVED, *slot)


async def _say_stored(connection: Connection, registry: Registry, upload: Upload) -> bool:
    twin = registry[upload.twin]
    return await say_state(connection, twin, upload.column_name, upload.row_key, upload.sha256, STORED)


# Where the same content is there already its time is moved on, so that a sweep that looks at it this moment lets it be.
_STORE = """
INSERT INTO twinbase.content (sha256, size, media_type, pixels, object, stored_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (sha256) DO UPDATE SET stored_at = excluded.stored_at RETURNING object
"""
_KEEP = "UPDATE twinbase.content SET stored_at = $2 WHERE sha256 = $1 RETURNING size, media_type, pixels"
_ATTACH = """
INSERT INTO twinbase.attached (twin, column_name, row_key, sha256, account, size, attached_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (twin, column_name, row_key, sha256) DO UPDATE SET lost_at = NULL
"""
_ARRIVED = "DELETE FROM twinbase.awaited WHERE twin = $1 AND column_name = $2 AND row_key = $3 AND sha256 = $4"
_FINISH = "UPDATE twinbase.upload SET received = size, expires_at = $2 WHERE id = $1"
