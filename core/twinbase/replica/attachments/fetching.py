"""Attachments that are not on this device come when they are asked for: the small picture first."""

from collections.abc import Awaitable, Callable

from twinbase.clock import Clock
from twinbase.errors import AttachmentMissing, ServerRefused
from twinbase.registry import Registry
from twinbase.replica.attachments.contents import find_content, note_known
from twinbase.replica.attachments.keep import keep
from twinbase.replica.attachments.line import FileLine
from twinbase.replica.attachments.naming_rows import NamingRow, find_naming_row
from twinbase.replica.attachments.receive import receive_content, receive_preview
from twinbase.replica.attachments.store import ContentStore
from twinbase.replica.connection import Connection
from twinbase.replica.engines import Database

NoteProgress = Callable[[str, int, int], None]
"""Told the hash, how many bytes have come, and of how many."""


class Fetching:
    """Fetches by a row that names the content: whoever sees the row may see it."""

    def __init__(
        self,
        database: Database,
        registry: Registry,
        clock: Clock,
        line: FileLine,
        open_store: Callable[[], Awaitable[ContentStore]],
    ) -> None:
        self._database, self._registry, self._clock, self._line = database, registry, clock, line
        self._open_store = open_store

    async def fetch_preview(self, sha256: str) -> bool:
        """Have its small picture here; whether anything came. Where the server has none, the original has to do."""
        store = await self._open_store()
        if store.holds(sha256) or await self._database.look(_has_thumbnail, store, sha256):
            return False
        content = await receive_preview(self._line, await self._find(sha256))
        if content is None:
            return False
        await self._database.write(note_known, sha256, self._clock())
        await keep(self._database, store, content, self._clock(), thumbnail_of=sha256)
        return True

    async def fetch_content(self, sha256: str, progress: NoteProgress | None) -> bool:
        """Have it here; whether anything came."""
        store = await self._open_store()
        if store.holds(sha256):
            return False
        row = await self._find(sha256)
        bytes_max = self._registry[row.twin].attachments[row.name].bytes_max

        def note_moved(size: int, total: int) -> None:
            if progress is not None:
                progress(sha256, size, total)

        try:
            await receive_content(self._line, self._database, store, row, bytes_max, self._clock(), note_moved)
        except ServerRefused as problem:
            if problem.status == 404:
                raise AttachmentMissing(
                    f"({sha256}) The server has not got them yet, or does not show them."
                ) from problem
            raise
        return True

    async def _find(self, sha256: str) -> NamingRow:
        row = await self._database.look(find_naming_row, self._registry, sha256)
        if row is None:
            raise AttachmentMissing(f"({sha256}) No row on this device names it.")
        return row


def _has_thumbnail(connection: Connection, store: ContentStore, sha256: str) -> bool:
    content = find_content(connection, sha256)
    return content is not None and content.thumbnail is not None and store.holds(content.thumbnail)
