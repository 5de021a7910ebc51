"""Look at the file again, now and then and after a doubt: a server can only prove what a device remembers of its rows.

The sums of the proof are counted anew, and a row that is remembered and not there is remembered no more: the digests
differ then, and a repair brings it back.
"""

from collections.abc import Iterable
from contextlib import nullcontext
from datetime import datetime, timedelta

from twinbase.quoting import quote_name
from twinbase.replica.connection import Connection
from twinbase.replica.file.local_digest import count_buckets
from twinbase.replica.file.names import image_table, meta_table
from twinbase.replica.file.state import recall, remember
from twinbase.replica.file.statements import Shape
from twinbase.replica.file.transaction import begin_fenced

REREAD_AFTER = timedelta(days=7)
_NOTE = "reread"


def reread_file(
    connection: Connection, token: str, shapes: Iterable[Shape], doubted: Iterable[str], now: datetime
) -> bool:
    """Look at the twins that are in doubt, or at all of them when that is due; answers whether it was due."""
    noted = recall(connection, _NOTE)
    due = bool(noted) and _is_due(datetime.fromisoformat(noted), now)
    chosen = [shape for shape in shapes if due or shape.name in doubted]
    with begin_fenced(connection, token) if chosen or not noted else nullcontext():
        for shape in chosen:
            connection.execute(_forget_lost_sql(shape))
            count_buckets(connection, shape.name, meta_table(shape.name))
        if due or not noted:
            remember(connection, _NOTE, now.isoformat())
    return due


def note_reread(connection: Connection, token: str, now: datetime) -> None:
    """All of it has just been written and counted."""
    with begin_fenced(connection, token):
        remember(connection, _NOTE, now.isoformat())


def _is_due(noted: datetime, now: datetime) -> bool:
    """A clock that was put back makes it due too: nothing waits for ever."""
    return not timedelta() <= now - noted < REREAD_AFTER


def _forget_lost_sql(shape: Shape) -> str:
    """Where an edit waits, the row is what somebody made of it: it may be gone on purpose."""
    meta = meta_table(shape.name)
    here, dirty = (_same_key_sql(shape, meta, table) for table in (quote_name(shape.name), image_table(shape.name)))
    return f"DELETE FROM {meta} WHERE quarantined IS NULL AND NOT EXISTS ({here}) AND NOT EXISTS ({dirty})"


def _same_key_sql(shape: Shape, meta: str, table: str) -> str:
    pairs = zip(shape.key, shape.kept_key, strict=True)
    same = " AND ".join(f"_twinbase_t.{quote_name(name)} = {meta}.{quote_name(kept)}" for name, kept in pairs)
    return f"SELECT 1 FROM {table} AS _twinbase_t WHERE {same}"
