"""Bytes come from the server: verified by their hash before anything is kept, gone on with where the line broke."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from twinbase.errors import Garbled, HalfAnswer, NotTwinbase, ReplicaBusy, ServerRefused
from twinbase.replica.attachments.contents import note_fetched
from twinbase.replica.attachments.line import FileLine
from twinbase.replica.attachments.naming_rows import NamingRow
from twinbase.replica.attachments.sealed_file import SealedWriter
from twinbase.replica.attachments.store import ContentStore, NewContent
from twinbase.replica.connection import Connection
from twinbase.replica.engines import Database
from twinbase.replica.sync.messages import Reply

BREAKS_MAX = 3
PREVIEW_BYTES_MAX = 512 * 1024
Moved = Callable[[int, int], None]
"""Told how many bytes have come, and of how many."""


async def receive_content(
    line: FileLine, database: Database, store: ContentStore, row: NamingRow, bytes_max: int, now: datetime,
    moved: Moved,
) -> None:  # fmt: skip
    """Fetch what a row names. What came stays when the line breaks, and is asked for no more.

    Raises ServerRefused where the row or its bytes are not there (`not-found`), Garbled when they are not those of the
    hash, and then nothing of them is kept; ReplicaBusy while another process fetches the same.
    """
    opened = await asyncio.to_thread(store.open_part, row.sha256)
    if opened is None:
        raise ReplicaBusy(f"It fetches the attachment {row.sha256}.")
    file, writer = opened
    try:
        media_type = await _read_whole(line, row, writer, bytes_max, moved)
        size = writer.size
        if await asyncio.to_thread(writer.finish) != row.sha256:
            store.part_of(row.sha256).unlink(missing_ok=True)
            raise Garbled(f"The bytes that came are not those of {row.sha256}.")
        new = NewContent(row.sha256, size, store.part_of(row.sha256), file)
        await database.write(_publish, store, new, media_type, now)
    finally:
        file.close()


async def receive_preview(line: FileLine, row: NamingRow) -> bytes | None:
    """The small picture of what a row names; None where the server has none."""
    body = bytearray()
    try:
        async with line.read_preview(row) as reply:
            async for chunk in reply.body.read_chunks():
                body += chunk
                if len(body) > PREVIEW_BYTES_MAX:
                    raise NotTwinbase(f"A preview is larger than {PREVIEW_BYTES_MAX} bytes.")
    except ServerRefused as problem:
        if problem.status == 404:
            return None
        raise
    return bytes(body)


async def _read_whole(line: FileLine, row: NamingRow, writer: SealedWriter, bytes_max: int, moved: Moved) -> str:
    breaks = 0
    while True:
        before = writer.size
        try:
            return await _read_rest(line, row, writer, bytes_max, moved)
        except HalfAnswer:
            breaks = 0 if writer.size > before else breaks + 1
            if breaks > BREAKS_MAX:
                raise
        except ServerRefused as problem:
            if problem.kind != "range" or not before:
                raise
            writer.start_over()


async def _read_rest(line: FileLine, row: NamingRow, writer: SealedWriter, bytes_max: int, moved: Moved) -> str:
    async with line.read_content(row, writer.size) as reply:
        total = _check_part(reply, writer)
        if total > bytes_max:
            raise NotTwinbase(f"It offers {total} bytes; such an attachment has at most {bytes_max}.")
        try:
            await _write_chunks(reply, writer, total, moved)
        except HalfAnswer:
            if writer.size < total:
                raise
        return reply.headers.get("content-type", "")


async def _write_chunks(reply: Reply, writer: SealedWriter, total: int, moved: Moved) -> None:
    async for chunk in reply.body.read_chunks():
        await asyncio.to_thread(writer.write, chunk)
        if writer.size > total:
            raise Garbled("More came than there is.")
        moved(writer.size, total)
    if writer.size < total:
        raise HalfAnswer()


def _check_part(reply: Reply, writer: SealedWriter) -> int:
    """How long the whole is; the part that comes is the one that is missing, or else it is begun anew."""
    if reply.status == 200:
        writer.start_over()
        return _read_number(reply.headers.get("content-length", ""))
    measure, _, said = reply.headers.get("content-range", "").partition(" ")
    part, _, total = said.partition("/")
    if measure != "bytes" or part.partition("-")[0] != str(writer.size):
        raise NotTwinbase("It answered with another part than the one that was asked for.")
    return _read_number(total)


def _read_number(said: str) -> int:
    if not said.isdecimal():
        raise NotTwinbase("It did not say how long the attachment is.")
    return int(said)


def _publish(connection: Connection, store: ContentStore, new: NewContent, media_type: str, now: datetime) -> None:
    store.publish(new)
    note_fetched(connection, new.sha256, new.size, media_type, now)
