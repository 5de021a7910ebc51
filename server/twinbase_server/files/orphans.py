"""What nobody needs any more goes: content that no row names, uploads that came to nothing, and what a crash left."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from twinbase.registry import Twin
from twinbase_server.database.connection import Connection
from twinbase_server.files.named import hash_sql, row_is_sql
from twinbase_server.settings import Settings
from twinbase_server.sql.names import quote_literal, table_sql
from twinbase_server.store.store import FileStore, StoredObject

STRAY_AFTER = timedelta(days=1)
"""Longer than any piece takes from the store to its row."""
FOLDERS = 256
BATCH_ROWS = 500


async def sweep_store(
    connection: Connection, store: FileStore, twins: Iterable[Twin], settings: Settings, now: datetime
) -> int:
    """One turn; answers how many contents went. Any number of servers may be at it.

    A row counts as gone after it was so for `files_orphan_days`: a table that is loaded anew is empty for a moment, and
    an older database may be restored. Of a plugin that is not loaded nothing is known, and nothing goes.
    """
    await mark_lost(connection, twins, now)
    await connection.execute("DELETE FROM twinbase.upload WHERE expires_at < $1", now)
    gone = await _remove_orphans(connection, store, now - timedelta(days=settings.files_orphan_days))
    await _remove_strays(connection, store, now)
    return gone


async def mark_lost(connection: Connection, twins: Iterable[Twin], now: datetime) -> None:
    """Note since when the rows that were given content are gone, or name something else; unsay it of those that came
    back."""
    for twin in twins:
        for column in twin.attachments:
            await connection.execute(_mark_sql(twin, column, lost=True), now)
            await connection.execute(_mark_sql(twin, column, lost=False))


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


async def _remove_orphans(connection: Connection, store: FileStore, before: datetime) -> int:
    """The row goes first: an object without one is found again, a row without its object would be a lie."""
    await connection.execute("DELETE FROM twinbase.attached WHERE lost_at < $1", before)
    gone = 0
    while rows := await connection.fetch(_ORPHANS, before, BATCH_ROWS):
        for row in rows:
            for name in filter(None, (row["object"], row["preview"])):
                await store.remove(name)
        gone += len(rows)
    return gone


async def _remove_strays(connection: Connection, store: FileStore, now: datetime) -> None:
    """Objects that no row knows: a process ended between the two. Of content one folder at each turn."""
    before = now - STRAY_AFTER
    folder = f"{int(now.timestamp() // 3600) % FOLDERS:02x}"
    await _remove_unknown(connection, store, "upload", before)
    for kind in ("content", "preview"):
        await _remove_unknown(connection, store, f"{kind}/{folder}", before)
    await store.remove_leftovers(before)


async def _remove_unknown(connection: Connection, store: FileStore, prefix: str, before: datetime) -> None:
    found: list[StoredObject] = []
    async for one in store.list_objects(prefix):
        found.append(one)
        if len(found) == BATCH_ROWS:
            await _remove_those(connection, store, found, before)
            found = []
    await _remove_those(connection, store, found, before)


async def _remove_those(
    connection: Connection, store: FileStore, found: Iterable[StoredObject], before: datetime
) -> None:
    names = [one.name for one in found if one.written_at < before]
    known = await _find_known(connection, names) if names else ()
    for name in names:
        if name not in known:
            await store.remove(name)


async def _find_known(connection: Connection, names: Collection[str]) -> set[str]:
    """Of these objects those that something needs."""
    uploads = {name: upload for name in names if (upload := _upload_of(name)) is not None}
    open_ones = {row["id"] for row in await connection.fetch(_OPEN, list(uploads.values()))}
    kept = {row["object"] for row in await connection.fetch(_KEPT, list(names))}
    return kept | {name for name, upload in uploads.items() if upload in open_ones}


def _upload_of(name: str) -> UUID | None:
    kind, _, rest = name.partition("/")
    try:
        return UUID(rest.partition("/")[0]) if kind == "upload" else None
    except ValueError:
        return None


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
