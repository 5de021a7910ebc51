"""The journal: every value that a conflict set aside, on either side, kept and restorable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import asyncpg
import msgspec
from uuid_utils.compat import uuid7

from twinbase.registry import Registry, Twin
from twinbase_server.accept.batch import Change, KeyTuple
from twinbase_server.accept.decide import SetAside
from twinbase_server.accept.rows import BatchRow
from twinbase_server.accept.write import NotWritten, write_rows
from twinbase_server.caller import Caller
from twinbase_server.database.connection import Connection

Side = Literal["device", "server"]


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A mutation and what was set aside for it."""

    change: Change
    set_aside: SetAside


async def write_journal(connection: Connection, caller: Caller, entries: Sequence[JournalEntry], now: datetime) -> None:
    """One row for each line."""
    if entries:
        await connection.executemany(_WRITE, [_row(caller, entry, now) for entry in entries])


def _row(caller: Caller, entry: JournalEntry, now: datetime) -> tuple[object, ...]:
    change, aside = entry.change, entry.set_aside
    strategy = change.twin.mirror.conflict
    return (
        uuid7(),
        now,
        change.twin.name,
        _text(change.key),
        caller.replica,
        caller.identity.subject,
        change.id,
        strategy if isinstance(strategy, str) else getattr(strategy, "__name__", "custom"),
        _text(aside.base),
        _text(aside.mine),
        _text(aside.theirs),
        _text(aside.decided),
    )


def _text(value: Mapping[str, Any] | KeyTuple | None) -> str:
    return msgspec.json.encode(value).decode()


_WRITE = """
INSERT INTO twinbase.journal
    (id, at, twin, key, replica, author, mutation, strategy, base, mine, theirs, decided)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""


async def restore_from_journal(
    connection: Connection, registry: Registry, journal_id: UUID, side: Side, now: datetime
) -> bool:
    """Write back the values of one side ("device" or "server") that a conflict set aside; True if they were written.

    Only the columns in dispute are written. A row that is gone by now, or whose line in the journal has been restored
    before, stays as it is: False. Whoever calls has checked that the person may decide. The write is captured like any
    other, so every device hears of it.
    """
    entry = await connection.fetchrow(_TAKE, journal_id)
    if entry is None or entry["twin"] not in registry:
        return False
    twin = registry[entry["twin"]]
    values = _disputed(twin, entry, side)
    if not values:
        return False
    key = tuple(msgspec.json.decode(entry["key"]))
    row = BatchRow(twin, key, stored={}, values=values, written=frozenset(values), changes=1)
    try:
        async with connection.transaction():
            await write_rows(connection, registry, [row])
            await connection.execute("UPDATE twinbase.journal SET restored_at = $2 WHERE id = $1", journal_id, now)
    except NotWritten:
        return False
    return True


def _disputed(twin: Twin, entry: asyncpg.Record, side: Side) -> dict[str, Any]:
    """The columns that were decided, as that side had them."""
    decided = msgspec.json.decode(entry["decided"])
    values = msgspec.json.decode(entry["mine" if side == "device" else "theirs"]) or {}
    admitted = set(twin.columns) - set(twin.key)
    return {column: value for column, value in values.items() if column in decided and column in admitted}


_TAKE = """
SELECT twin, key::text, mine::text, theirs::text, decided::text FROM twinbase.journal
WHERE id = $1 AND restored_at IS NULL FOR UPDATE
"""
