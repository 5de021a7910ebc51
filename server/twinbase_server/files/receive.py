"""A piece arrives: it is durable before it counts. With the last one the content is whole, is looked at, and counts."""

import hashlib
import logging
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from twinbase.attachment import FAILED
from twinbase.registry import Registry
from twinbase_server.database.connection import Connection, Pool, borrow_connection
from twinbase_server.files.bounded import bounded_transaction
from twinbase_server.files.media import HEAD_BYTES, describe_content, find_fault
from twinbase_server.files.named import NOTHING_THERE
from twinbase_server.files.settle import ArrivedContent, settle_content
from twinbase_server.files.state import say_state
from twinbase_server.files.upload import PIECES_MAX, Piece, Upload, end_upload, name_piece, note_piece, read_pieces
from twinbase_server.problems import ProblemError
from twinbase_server.settings import Settings
from twinbase_server.store.store import PIECE_BYTES, FileStore, ObjectMissing, StoreFailed, StoreFull

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Receiver:
    """What pieces are received with. No connection to PostgreSQL is kept while the store is written to."""

    store: FileStore
    pool: Pool
    registry: Registry
    settings: Settings

    async def receive_piece(self, upload: Upload, body: bytes, now: datetime) -> None:
        """Keep the next bytes of an upload; when it returns they are durable, and the last ones have made it whole.

        Raises `attachment-refused` for content that is not taken, and the problems of the store; nothing of the piece
        is kept then.
        """
        with translate_store_errors():
            if upload.received + len(body) < upload.size:
                await self._keep(upload, body, now)
            else:
                await self._finish(upload, body, now)

    async def _keep(self, upload: Upload, body: bytes, now: datetime) -> None:
        piece = Piece(upload.received, len(body), name_piece(upload))
        if len(body) * PIECES_MAX < upload.size:
            raise ProblemError("bad-request", f"The pieces are too small: at most {PIECES_MAX} make the whole.")
        await self.store.write(piece.object, body)
        expires_at = now + timedelta(days=self.settings.files_upload_days)
        async with self._borrow() as connection:
            try:
                await note_piece(connection, upload, piece, expires_at)
            except ProblemError:
                await self.store.remove(piece.object)
                raise

    async def _finish(self, upload: Upload, last: bytes, now: datetime) -> None:
        """Join the pieces under a name that nobody reads yet, look at the whole, and let it count or go."""
        if upload.twin not in self.registry or upload.column_name not in self.registry[upload.twin].attachments:
            raise ProblemError("not-found", NOTHING_THERE)
        async with self._borrow() as connection:
            pieces = await read_pieces(connection, upload)
        arriving = Arriving(self.store, pieces, last)
        whole = f"content/{upload.sha256[:2]}/{upload.sha256}-{uuid4().hex[:12]}"
        try:
            await self.store.write(whole, arriving.read())
        except StoreFailed:
            if arriving.lost_piece:
                await self._drop(upload, pieces)
            raise
        if fault := self._judge(upload, arriving):
            await self._refuse(upload, fault, [whole, *(piece.object for piece in pieces)])
        content = ArrivedContent(whole, *describe_content(bytes(arriving.head)))
        await self._count(upload, content, pieces, now)

    def _judge(self, upload: Upload, arriving: "Arriving") -> str:
        if arriving.hash.hexdigest() != upload.sha256:
            return "Its SHA-256 is not the one that the row names."
        return find_fault(bytes(arriving.head), self.registry[upload.twin].attachments[upload.column_name])

    async def _refuse(self, upload: Upload, fault: str, objects: Iterable[str]) -> None:
        async with self._borrow() as connection, bounded_transaction(connection, self.settings):
            twin = self.registry[upload.twin]
            await say_state(connection, twin, upload.column_name, upload.row_key, upload.sha256, FAILED)
            await end_upload(connection, upload)
        await self._remove(objects)
        raise ProblemError("attachment-refused", fault)

    async def _count(self, upload: Upload, content: ArrivedContent, pieces: Sequence[Piece], now: datetime) -> None:
        expires_at = now + timedelta(days=self.settings.files_upload_days)
        try:
            async with self._borrow() as connection, bounded_transaction(connection, self.settings):
                counts = await settle_content(connection, self.registry, upload, content, now, expires_at)
        except ProblemError as problem:
            if problem.kind == "not-found":
                await self._forget(upload)
            await self._remove([content.object])
            raise
        objects = [piece.object for piece in pieces]
        # The same content may have come with another row meanwhile, or before.
        await self._remove(objects if counts == content.object else [*objects, content.object])

    async def _drop(self, upload: Upload, pieces: Sequence[Piece]) -> None:
        """The store has lost a piece that it took: the upload begins again."""
        await self._forget(upload)
        await self._remove(piece.object for piece in pieces)
        raise ProblemError("not-found", "A piece of this upload was lost; begin it again.")

    async def _forget(self, upload: Upload) -> None:
        async with self._borrow() as connection:
            await end_upload(connection, upload)

    async def _remove(self, objects: Iterable[str]) -> None:
        """What is not needed any more; what cannot be taken away now is found by the sweep."""
        try:
            for name in objects:
                await self.store.remove(name)
        except StoreFailed:
            _log.warning("The store did not take away what is not needed; the sweep will.", exc_info=True)

    def _borrow(self) -> AbstractAsyncContextManager[Connection]:
        return borrow_connection(self.pool, self.settings.pool_wait_seconds)


class Arriving:
    """The whole of an upload while it is read once: its hash, and how it begins. `lost_piece`: one was not there."""

    def __init__(self, store: FileStore, pieces: Sequence[Piece], last: bytes) -> None:
        self._store, self._pieces, self._last = store, pieces, last
        self.hash, self.head, self.lost_piece = hashlib.sha256(), bytearray(), False

    async def read(self) -> AsyncIterator[bytes]:
        """The bytes in their order."""
        for piece in self._pieces:
            async for part in self._read(piece):
                self._look_at(part)
                yield part
        for start in range(0, len(self._last), PIECE_BYTES):
            part = self._last[start : start + PIECE_BYTES]
            self._look_at(part)
            yield part

    async def _read(self, piece: Piece) -> AsyncIterator[bytes]:
        try:
            async for part in self._store.read(piece.object):
                yield part
        except ObjectMissing:
            self.lost_piece = True
            raise

    def _look_at(self, part: bytes) -> None:
        self.hash.update(part)
        if (room := HEAD_BYTES - len(self.head)) > 0:
            self.head += part[:room]


@contextmanager
def translate_store_errors() -> Iterator[None]:
    """What the store cannot do inside the block is a problem that passes: the device keeps its content."""
    try:
        yield
    except StoreFull as error:
        _log.error("The store of content is full.", exc_info=error)
        raise ProblemError("store-full", "The server's store has no room; whoever runs it is told.") from error
    except StoreFailed as error:
        _log.error("The store of content failed.", exc_info=error)
        raise ProblemError("store-down") from error
