"""Once in a while: what lies in the store and nobody knows goes, and what is known and is not there is said to be."""

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from twinbase.quoting import quote_name
from twinbase.registry import Registry
from twinbase.replica.attachments.contents import note_gone
from twinbase.replica.attachments.naming_rows import list_attachments
from twinbase.replica.attachments.store import ContentStore
from twinbase.replica.connection import Connection
from twinbase.replica.file.lock import try_lock
from twinbase.replica.file.state import read_state

UNUSED_KEPT = timedelta(days=30)
"""How long a content is kept that no row names: a photo was taken, and what it belonged to was never saved."""
PARTS_KEPT = timedelta(days=7)
UNUSED_AT_ONCE_MAX = 100


def tidy_store(connection: Connection, store: ContentStore, registry: Registry, now: datetime) -> None:
    """Bring store and file together. Call it in a transaction that may write."""
    _remove_unused(connection, store, registry, now)
    known = {
        store.name_of(sha256): sha256
        for (sha256,) in connection.execute("SELECT sha256 FROM _twinbase_content WHERE here = 1")
    }
    there = {path.name: path for path in store.list_names()}
    for name in there.keys() - known.keys():
        there[name].unlink(missing_ok=True)  # Its process was killed before it could note it.
    for name in known.keys() - there.keys():
        note_gone(connection, known[name])  # A copy of the file came without them.
    for path in store.list_parts():
        _remove_old_part(path, now)


def _remove_unused(connection: Connection, store: ContentStore, registry: Registry, now: datetime) -> None:
    """A clock that is ahead ages nothing: what counts is the last sync, where there was one."""
    synced = read_state(connection).synced_at
    before = min(now, datetime.fromisoformat(synced)) if synced else now
    for sha256 in _find_unused(connection, registry, (before - UNUSED_KEPT).isoformat()):
        remove_content(connection, store, sha256)


def remove_content(connection: Connection, store: ContentStore, sha256: str) -> None:
    """Its bytes go, its thumbnail, and what is known of both. Call it in a transaction that may write."""
    thumbnails = connection.execute("SELECT sha256 FROM _twinbase_content WHERE thumbnail_of = ?", (sha256,))
    for gone in (sha256, *(name for (name,) in thumbnails.fetchall())):
        store.remove(gone)
        connection.execute("DELETE FROM _twinbase_content WHERE sha256 = ?", (gone,))


def _find_unused(connection: Connection, registry: Registry, before: str) -> set[str]:
    """What no row names, nor any other text in the file: edits that wait, drafts, twins that this app does not know."""
    unnamed = "".join(
        f" AND sha256 NOT IN (SELECT {column} FROM {twin} WHERE {column} IS NOT NULL)"
        for twin, column in ((quote_name(t.name), quote_name(a.column)) for t, a in list_attachments(registry))
    )
    query = "SELECT sha256 FROM _twinbase_content WHERE thumbnail_of IS NULL AND used_at < ?"
    unused = {sha256 for (sha256,) in connection.execute(f"{query}{unnamed} LIMIT ?", (before, UNUSED_AT_ONCE_MAX))}
    for table in _list_tables(connection) if unused else ():
        for column in _list_texts(connection, table):
            query = f"SELECT 1 FROM {quote_name(table)} WHERE instr({quote_name(column)}, ?) LIMIT 1"
            unused -= {sha256 for sha256 in unused if connection.execute(query, (sha256,)).fetchone()}
    return unused


def _list_tables(connection: Connection) -> list[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*'"
        " AND name NOT GLOB '_twinbase_content*'"
    )
    return [name for (name,) in connection.execute(query).fetchall()]


def _list_texts(connection: Connection, table: str) -> list[str]:
    query = "SELECT name FROM pragma_table_info(?) WHERE type IN ('TEXT', 'ANY')"
    return [name for (name,) in connection.execute(query, (table,)).fetchall()]


def _remove_old_part(path: Path, now: datetime) -> None:
    with suppress(OSError):
        if now.timestamp() - path.stat().st_mtime > PARTS_KEPT.total_seconds():
            with path.open("r+b", buffering=0) as file:
                if try_lock(file):
                    path.unlink()
