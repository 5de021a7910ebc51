"""What nobody needs any more goes: content that no row names, uploads that came to nothing, and what a crash left."""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from twinbase.registry import Twin
from twinbase_server.database.errors import DATABASE_ERRORS
from twinbase_server.files.bounded import Borrow, bounded_transaction
from twinbase_server.files.named import hash_sql, row_is_sql
from twinbase_server.settings import Settings
from twinbase_server.sql.names import quote_literal, table_sql
from twinbase_server.store.store import FileStore, StoredObject

STRAY_AFTER = timedelta(days=1)
"""Longer than any piece takes from the store to its row."""
FOLDERS = 256
BATCH_ROWS = 500
_log = logging.getLogger(__name__)
Column = tuple[str, str]
"""A twin's name, and that of one of its columns."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a turn is done with. Any number of servers may be at it; no connection is held while the store is asked."""

    store: FileStore
    borrow: Borrow
    settings: Settings

    async def run_turn(self, twins: Iterable[Twin], now: datetime) -> int:
        """One turn; answers how many contents went. Raises StoreFailed.

        A row counts as gone after it was so for `files_orphan_days`: a table that is loaded anew is empty for a moment.
        Of a table that cannot be read at the moment, or a plugin that is not loaded, nothing is known: nothing goes.
        """
        kept = timedelta(days=self.settings.files_orphan_days)
        looked_at = [column for twin in twins for column in await self._mark_lost(twin, now)]
        gone = await self._remove_orphans(looked_at, now - kept)
        await self._remove_strays(now, now - kept)
        return gone

    async def _mark_lost(self, twin: Twin, now: datetime) -> list[Column]:
        """Note since when rows that were given content are gone, or name something else; unsay it of those that came
        back. Answers the columns that could be looked at."""
        try:
            async with self.borrow() as connection, bounded_transaction(connection, self.settings):
                for column in twin.attachments:
                    await connection.execute(_mark_sql(twin, column, lost=True), now)
                    await connection.execute(_mark_sql(twin, column, lost=False))
        except DATABASE_ERRORS:
            _log.warning("The table of %s could not be looked at; it is tried again.", twin.name, exc_info=True)
            return []
        return [(twin.name, column) for column in twin.attachments]

    async def _remove_orphans(self, looked_at: Collection[Column], before: datetime) -> int:
        """The row goes first: an object without one is found again, a row without its object would be a lie."""
        async with self.borrow() as connection:
            for twin, column in looked_at:
                await connection.execute(_UNTIE, twin, column, before)
        gone = 0
        while True:
            async with self.borrow() as connection:
                rows = await connection.fetch(_ORPHANS, before, BATCH_ROWS)
            for name in (name for row in rows for name in (row["object"], row["preview"]) if name):
                await self.store.remove(name)
            gone += len(rows)
            if len(rows) < BATCH_ROWS:
                return gone

    async def _remove_strays(self, now: datetime, kept_before: datetime) -> None:
        """Objects that no row knows: a process ended between the two, or a database of before was restored. So of whole
        content, one folder of which is looked through at each turn, they go as late as all other content.
        """
        async with self.borrow() as connection:
            await connection.execute("DELETE FROM twinbase.upload WHERE expires_at < $1", now)
        folder = f"{int(now.timestamp() // 3600) % FOLDERS:02x}"
        await self._remove_unknown("upload", now - STRAY_AFTER)
        for kind in ("content", "preview"):
            await self._remove_unknown(f"{kind}/{folder}", kept_before)
        await self.store.remove_leftovers(now - STRAY_AFTER)

    async def _remove_unknown(self, prefix: str, before: datetime) -> None:
        found: list[StoredObject] = []
        async for one in self.store.list_objects(prefix):
            found.append(one)
            if len(found) == BATCH_ROWS:
                await self._remove_those(found, before)
                found = []
        await self._remove_those(found, before)

    async def _remove_those(self, found: Iterable[StoredObject], before: datetime) -> None:
        names = [one.name for one in found if one.written_at < before]
        known = await self._find_known(names) if names else ()
        for name in names:
            if name not in known:
                await self.store.remove(name)

    async def _find_known(self, names: Collection[str]) -> set[str]:
        """Of these objects those that something needs."""
        uploads = {name: upload for name in names if (upload := _upload_of(name)) is not None}
        async with self.borrow() as connection:
            open_ones = {row["id"] for row in await connection.fetch(_OPEN, list(uploads.values()))}
            kept = {row["object"] for row in await connection.fetch(_KEPT, list(names))}
        return kept | {name for name, upload in uploads.items() if upload in open_ones}


def _mark_sql(twin: Twin, column: str, *, lost: bool) -> str:
    table = table_sql(twin.table)
    there = (
        f"EXISTS (SELECT FROM {table} WHERE {row_is_sql(twin, table, 'a.row_key')}"
        f" AND {hash_sql(twin.attachments[column], table)} = a.sha256)"
    )
    where = f"a.twin = {quote_literal(twin.name)} AND a.column_name = {quote_literal(column)}"
    if lost:
        return f"UPDATE twinbase.attached a SET lost_at = $1 WHERE {where} AND lost_at IS NULL AND NOT {there}"
    return f"UPDATE twinbase.attached a SET lost_at = NULL WHERE {where} AND lost_at IS NOT NULL AND {there}"


def _upload_of(name: str) -> UUID | None:
    kind, _, rest = name.partition("/")
    try:
        return UUID(rest.partition("/")[0]) if kind == "upload" else None
    except ValueError:
        return None


_UNTIE = "DELETE FROM twinbase.attached WHERE twin = $1 AND column_name = $2 AND lost_at < $3"
_OPEN = "SELECT id FROM twinbase.upload WHERE id = ANY ($1::uuid[]) AND received < size"
_KEPT = """
SELECT object FROM twinbase.content WHERE object = ANY ($1::text[])
UNION ALL SELECT preview FROM twinbase.content WHERE preview = ANY ($1::text[])
"""
# Whoever brings the same content this moment moves its time on, in the row that is locked here; and whatever was given
# it holds it by a foreign key.
_ORPHANS = """
DELETE FROM twinbase.content WHERE sha256 IN (
    SELECT c.sha256 FROM twinbase.content c
    WHERE c.stored_at < $1 AND NOT EXISTS (SELECT FROM twinbase.attached a WHERE a.sha256 = c.sha256)
    ORDER BY c.stored_at LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING object, preview
"""
