"""What an app does with attachments: `replica.attachments`."""

import asyncio
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from twinbase.clock import Clock
from twinbase.registry import Registry
from twinbase.replica.attachments.contents import note_used
from twinbase.replica.attachments.evict import evict_sent
from twinbase.replica.attachments.keep import keep
from twinbase.replica.attachments.reader import ContentReader
from twinbase.replica.attachments.sealing import PIECE_BYTES
from twinbase.replica.attachments.state import AttachmentState, AttachmentUsage, read_state, read_usage
from twinbase.replica.attachments.store import ContentStore
from twinbase.replica.connection import Connection
from twinbase.replica.engines import Database
from twinbase.replica.file.content_tables import read_content_key

Enter = Callable[..., AbstractContextManager[None]]
BUDGET_BYTES = 512 * 1024 * 1024


class Attachments:
    """The bytes that rows name by their SHA-256: kept encrypted beside the file, sent after their row, fetched when
    they are asked for.

    Put the bytes first, then save the row with the hash that was answered: a sync sends both, the row first.
    """

    def __init__(self, database: Database, registry: Registry, clock: Clock, enter: Enter) -> None:
        self._database, self._registry, self._clock, self._enter = database, registry, clock, enter
        self._opened: ContentStore | None = None
        self._used: dict[str, datetime] = {}
        self._budget_bytes = BUDGET_BYTES

    @property
    def budget_bytes(self) -> int:
        """How many bytes of attachments this device keeps (512 MiB). What the server has goes when there are more, that
        which was not opened for longest first; what is unsent stays, however much it is. Set it."""
        return self._budget_bytes

    @budget_bytes.setter
    def budget_bytes(self, given: int) -> None:
        if given < 0:
            raise ValueError(f"A budget is a number of bytes, not {given}.")
        self._budget_bytes = given

    async def put(self, content: bytes | Path) -> str:
        """Keep bytes, or those of a file; answers their SHA-256, for the row. What is here already is not kept twice.

        When it returns, they survive a power cut. Call it before a session begins to write, not inside of one: it needs
        the write lock for a moment. Raises ValueError for a file that changes meanwhile, FileNotFoundError where there
        is none, and StorageFailed when there is no room.
        """
        with self._enter(ValueError, FileNotFoundError, IsADirectoryError):
            store = await self._open_store()
            sha256 = await keep(self._database, store, content, self._clock())
            await self._make_room()
            return sha256

    async def open(self, sha256: str) -> io.BufferedReader:
        """Read an attachment as Python reads a file: `read`, `seek`, `with`. Only what is read is deciphered.

        Raises AttachmentMissing when it is not on this device (`fetch` it), and DamagedAttachment, here or while it is
        read, for one that is not as it was written: no wrong byte is ever read.
        """
        with self._enter():
            store = await self._open_store()
            reader: ContentReader = await asyncio.to_thread(store.open, sha256)
            self._used[sha256] = self._clock()
            return io.BufferedReader(reader, PIECE_BYTES)

    async def state(self, sha256: str) -> AttachmentState:
        """Where its bytes are: here, on their way, at the server, or refused."""
        with self._enter():
            store = await self._open_store()
            return await self._database.look(_read_state, store, sha256)

    async def read_usage(self) -> AttachmentUsage:
        """How much room they take."""
        with self._enter():
            return await self._database.look(read_usage, self._budget_bytes)

    async def _open_store(self) -> ContentStore:
        if self._opened is None:
            key = await self._database.look(read_content_key)
            self._opened = ContentStore(self._database.file.path, key)
        return self._opened

    async def _make_room(self) -> int:
        """Keep within the budget; answers how many went."""
        if (await self._database.look(read_usage, self._budget_bytes)).bytes <= self._budget_bytes:
            return 0
        return await self._database.write(_evict, await self._open_store(), self._take_used(), self._budget_bytes)

    def _take_used(self) -> dict[str, datetime]:
        used, self._used = self._used, {}
        return used


def _read_state(connection: Connection, store: ContentStore, sha256: str) -> AttachmentState:
    return read_state(connection, sha256, is_here=store.holds(sha256))


def _evict(connection: Connection, store: ContentStore, used: dict[str, datetime], budget_bytes: int) -> int:
    note_used(connection, used)
    return evict_sent(connection, store, budget_bytes)
