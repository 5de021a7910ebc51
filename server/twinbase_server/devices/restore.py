"""A value that a conflict set aside is written back by the office: as an edit like anybody's, in a colleague's name."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

import msgspec

from twinbase.identity import Identity
from twinbase.plugins import Plugins
from twinbase.protocol import Outcome
from twinbase.registry import Twin
from twinbase_server.accept.batch import ReceivedBatch, SentMutation, check
from twinbase_server.accept.context import AcceptContext
from twinbase_server.accept.reasons import GONE, Refusal
from twinbase_server.accept.rows import BatchRow, read_rows
from twinbase_server.caller import Caller
from twinbase_server.database.connection import Connection, Pool
from twinbase_server.devices.journal import JournalLine, NotWaiting, note_settled, read_line
from twinbase_server.devices.stand_in import make_stand_in, push_as

JournalSide = Literal["device", "server"]
WRITTEN = ("applied", "merged")
NOTHING_THERE = Refusal("nothing-set-aside", "Nothing was set aside on this side that could be written back.")


async def restore_line(
    pool: Pool,
    plugins: Plugins,
    id: UUID,
    side: JournalSide,
    identity: Identity,
    by: str,
    now: datetime,
    *,
    columns: Collection[str] | None = None,
    note: str = "",
) -> Outcome:
    """What became of the edit that writes back what this side had, in the name of `identity`; `columns`: only these.

    It goes the way of every push, with the rights that the identity has: a row that is gone or is not theirs is
    refused, and then the line stays as it was. Once it is written the line is settled, by `by`, and its device hears of
    it. Raises NotWaiting when the line was settled before.
    """
    async with pool.acquire() as connection:
        line = await read_line(connection, id)
        if line is None or line.kind != "conflict" or line.settled_at is not None or line.twin not in plugins.registry:
            raise NotWaiting(f"{id}.")
        caller = await make_stand_in(connection, identity, f"office {identity.subject}", "the office", now)
        made = await _make_edit(connection, plugins, caller, line, side, columns, now)
    if isinstance(made, Refusal):
        return Outcome(id=uuid4(), status="refused", reason=made.reason, detail=made.detail)
    (outcome,) = (await push_as(pool, plugins, caller, [msgspec.to_builtins(made)], now)).outcomes
    if outcome.status in WRITTEN:
        async with pool.acquire() as connection:
            await note_settled(connection, id, side, by, note, now)
    return outcome


async def _make_edit(
    connection: Connection,
    plugins: Plugins,
    caller: Caller,
    line: JournalLine,
    side: JournalSide,
    columns: Collection[str] | None,
    now: datetime,
) -> SentMutation | Refusal:
    """The edit that writes the values back over the row as it is, or why there is none."""
    twin = plugins.registry[line.twin]
    values = _choose_values(twin, line, side, columns)
    if not values and not (line.op == "delete" and side == "device"):
        return NOTHING_THERE
    row = await _read_row(connection, plugins, caller, line, now)
    if isinstance(row, Refusal):
        return row
    if row.values is not None and row.inside:
        return _over_row(line, side, values, row, now)
    if line.op == "delete" and row.values is None:
        filled = {name: value for name, value in values.items() if name in twin.insertable}
        return _mutation(line, "insert", None, {}, filled, now)
    return GONE


def _choose_values(twin: Twin, line: JournalLine, side: JournalSide, columns: Collection[str] | None) -> dict[str, Any]:
    """The columns that were decided, as that side had them."""
    values = (line.mine if side == "device" else line.theirs) or {}
    decided = values if "*" in line.decided else line.decided
    admitted = set(twin.columns) - set(twin.key)
    return {
        column: value
        for column, value in values.items()
        if column in decided and column in admitted and (columns is None or column in columns)
    }


async def _read_row(
    connection: Connection, plugins: Plugins, caller: Caller, line: JournalLine, now: datetime
) -> BatchRow | Refusal:
    """The row as it is, and as whoever writes may see it."""
    op = "delete" if line.op == "delete" else "update"
    named = SentMutation(str(uuid4()), 1, line.twin, op, line.key, None, {}, {}, now.isoformat())
    change = check(named, ReceivedBatch(1, [named]), plugins.registry, now)
    if isinstance(change, Refusal):
        return change
    async with connection.transaction():
        rows = await read_rows(connection, AcceptContext(plugins, caller, 0, now), {}, [change])
    return rows[change.row_id]


def _over_row(
    line: JournalLine, side: JournalSide, values: dict[str, Any], row: BatchRow, now: datetime
) -> SentMutation:
    there = row.values or {}
    if line.op == "delete" and side == "device":
        return _mutation(line, "delete", row.version, dict(there), {}, now)
    return _mutation(line, "update", row.version, {name: there.get(name) for name in values}, values, now)


def _mutation(
    line: JournalLine, op: str, base: int | None, old: dict[str, Any], new: dict[str, Any], now: datetime
) -> SentMutation:
    restores, at = str(line.mutation), now.isoformat()
    return SentMutation(str(uuid4()), 1, line.twin, op, line.key, base, old, new, at, restores=restores)
