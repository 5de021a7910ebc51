"""The bytes of one row's attachment go to the server, piece by piece, from wherever an earlier attempt broke off."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from time import perf_counter

from twinbase.errors import ServerRefused
from twinbase.replica.attachments.line import FileLine
from twinbase.replica.attachments.pace import PIECE_BYTES_FIRST, PIECE_BYTES_MIN, choose_next_size, choose_size
from twinbase.replica.attachments.reader import ContentReader
from twinbase.replica.attachments.store import ContentStore
from twinbase.replica.attachments.uploads import RowUpload, note_address, note_sent, note_whole
from twinbase.replica.engines import Database

OBJECTIONS_MAX = 3
"""Of the server, to one upload in a row, that have a way on."""


class UploadSender:
    """Sends uploads. `may_go_on`: asked between two pieces; `note_moved`: told with the bytes that have arrived."""

    def __init__(
        self,
        line: FileLine,
        database: Database,
        store: ContentStore,
        *,
        may_go_on: Callable[[], bool],
        note_moved: Callable[[str, int], None],
    ) -> None:
        self._line, self._database, self._store = line, database, store
        self._may_go_on, self._note_moved = may_go_on, note_moved
        self._size = PIECE_BYTES_FIRST

    async def send(self, upload: RowUpload) -> bool:
        """Whether all of it is there; False when it was to stop in between, and nothing of what went is lost.

        Raises AttachmentMissing or DamagedAttachment when the bytes cannot be read here, ServerRefused with what the
        server says, and what the line does.
        """
        with closing(await asyncio.to_thread(self._store.open, upload.sha256)) as reader:
            objections, address = 0, upload.address
            while True:
                try:
                    address, sent = await self._find(upload, address)
                    return await self._send_from(upload, reader, address, sent)
                except ServerRefused as problem:
                    objections += 1
                    is_gone = problem.kind == "not-found"
                    if objections > OBJECTIONS_MAX or not self._has_way_on(problem) or (is_gone and not address):
                        raise
                    address = "" if is_gone else address

    async def _find(self, upload: RowUpload, address: str) -> tuple[str, int]:
        """Where it goes on. The server is asked: what was acknowledged is there, and nobody has to remember it."""
        sent = await self._line.find_offset(address) if address else None
        if sent is None:
            begun = await self._line.begin_upload(upload)
            address, sent = begun.address, begun.sent
        await self._database.write(note_address, upload, address, sent)
        return address, sent

    async def _send_from(self, upload: RowUpload, reader: ContentReader, address: str, sent: int) -> bool:
        while sent < upload.size:
            piece = await asyncio.to_thread(_read, reader, sent, choose_size(self._size, upload.size))
            before = perf_counter()
            sent = await self._line.send_piece(address, sent, piece)
            self._size = choose_next_size(self._size, perf_counter() - before)
            if sent < upload.size:
                await self._database.write(note_sent, upload, sent)
            self._note_moved(upload.sha256, len(piece))
            if sent < upload.size and not self._may_go_on():
                return False
        await self._database.write(note_whole, upload)
        return True

    def _has_way_on(self, problem: ServerRefused) -> bool:
        """It stands elsewhere, a piece was garbled, or it is not there any more: ask where it stands, or begin again.
        What is too large for something on the way goes in smaller pieces."""
        if problem.kind == "body-too-large" and self._size > PIECE_BYTES_MIN:
            self._size = max(self._size // 4, PIECE_BYTES_MIN)
            return True
        return problem.kind in ("attachment-offset", "attachment-checksum", "not-found")


def _read(reader: ContentReader, offset: int, size: int) -> bytes:
    reader.seek(offset)
    parts, left = [], size
    while left and (part := reader.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
