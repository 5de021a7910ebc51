"""The writing of a batch: all at once, and when the database objects, halves of it, until the culprit is alone."""

from collections.abc import Sequence

import asyncpg

from twinbase_server.accept.batch import Change
from twinbase_server.accept.constraints import columns_of
from twinbase_server.accept.decide import refused
from twinbase_server.accept.ledger import unaccepted
from twinbase_server.accept.local_transaction import Accepting, Unit, Verdicts, changes_of, decide_unit, stopped
from twinbase_server.accept.neighbours import read_neighbours
from twinbase_server.accept.reasons import NOT_WRITTEN, NOT_YOURS, Refusal, refusal_of
from twinbase_server.accept.rows import Row, read_rows
from twinbase_server.accept.targets import read_targets
from twinbase_server.accept.write import NotWritten, outside, write_rows
from twinbase_server.database.connection import Connection
from twinbase_server.database.errors import is_refusal

# PostgreSQL keeps the first 64 subtransactions of a transaction where others find them fast; released ones count until
# the end (H35). Past this many, what stood so far is undone and written again as one.
RELEASED_MAX = 50

_OPEN = "SAVEPOINT {0}; SET CONSTRAINTS ALL DEFERRED"
_KEEP = "SET CONSTRAINTS ALL IMMEDIATE; RELEASE SAVEPOINT {0}"
_UNDO = "ROLLBACK TO SAVEPOINT {0}; RELEASE SAVEPOINT {0}"
# What the database may object with, about what was written.
_OBJECTIONS = (asyncpg.PostgresError, NotWritten)


class Outside(Exception):
    """Rows were written that their writer may not leave out of his scope; the mutations to blame are known."""


Objection = asyncpg.PostgresError | NotWritten | Outside


async def settle(connection: Connection, accepting: Accepting, units: Sequence[Unit]) -> Verdicts:
    """Write what can be written of these local transactions; the answer has a verdict on every mutation."""
    verdicts: Verdicts = {}
    standing: list[Unit] = []
    waiting = [list(units)]
    released = 0
    start = "SAVEPOINT twinbase_all; "
    while waiting:
        part = waiting.pop()
        answer = await _attempt(connection, accepting, part, start)
        start = ""
        if answer is None and len(part) > 1:
            waiting += [part[len(part) // 2 :], part[: len(part) // 2]]
            continue
        verdicts |= await _alone(connection, accepting, part[0]) if answer is None else answer
        standing += part
        released += 1
        if released > RELEASED_MAX:
            await connection.execute("ROLLBACK TO SAVEPOINT twinbase_all")
            waiting, standing, released = _again(accepting, verdicts, standing, waiting), [], 0
    return verdicts


def _again(
    accepting: Accepting, verdicts: Verdicts, standing: list[Unit], waiting: list[list[Unit]]
) -> list[list[Unit]]:
    """Start over with what is known: who is to blame stays refused, and the rest is written in one go."""
    for id, verdict in verdicts.items():
        if verdict.status == "refused":
            accepting.doomed[id] = Refusal(verdict.reason, verdict.detail)
    return [*waiting, standing]


async def _attempt(
    connection: Connection, accepting: Accepting, units: Sequence[Unit], start: str = ""
) -> Verdicts | None:
    """All of these in one set-based go; None when the database objects, and nothing of them is left."""
    blocked = dict(accepting.blocked)
    await connection.execute(start + _OPEN.format("twinbase_part"))
    try:
        verdicts = await _write(connection, accepting, changes_of(units), units)
        await connection.execute(_KEEP.format("twinbase_part"))
        return verdicts
    except Outside:
        answer = False
    except _OBJECTIONS as error:
        if isinstance(error, asyncpg.PostgresError) and not is_refusal(error):
            raise
        answer = None
    await connection.execute(_UNDO.format("twinbase_part"))
    accepting.blocked.clear()
    accepting.blocked.update(blocked)
    return None if answer is None else await _attempt(connection, accepting, units)


async def _write(
    connection: Connection, accepting: Accepting, changes: Sequence[Change], units: Sequence[Unit]
) -> Verdicts:
    """Read, decide, write, look whose the rows are now."""
    verdicts: Verdicts = {}
    rows = await read_rows(connection, accepting.reader, changes, accepting.history)
    targets = await read_targets(connection, accepting.reader, accepting.registry, changes, rows)
    absent = {c.place for c in changes if c.op != "insert" and rows[c.place].stored is None}
    absent |= targets.missing(changes, rows)
    earlier = await unaccepted(connection, accepting.history.replica, absent)
    for place, id in earlier.items():
        accepting.blocked.setdefault(place, id)
    neighbours = await read_neighbours(connection, accepting.registry, accepting.plugins, changes, rows)
    for unit in units:
        verdicts |= await decide_unit(accepting, unit, rows, targets, neighbours)
    attributes = await write_rows(connection, accepting.registry, rows.values())
    await _check_scope(connection, accepting, changes, list(rows.values()))
    for change in changes:
        if change.op == "insert" and verdicts[change.id].write:
            verdicts[change.id].attributes = attributes.get(change.place, {})
    return verdicts


async def _check_scope(
    connection: Connection, accepting: Accepting, changes: Sequence[Change], rows: Sequence[Row]
) -> None:
    """Raise for rows that are out of scope now: Outside when it is clear which mutation did it, else NotWritten."""
    out = await outside(connection, accepting.reader, accepting.registry, rows)
    if not out:
        return
    if any(row.changes > 1 for row in out):
        raise NotWritten
    places = {(row.twin.name, row.key) for row in out}
    accepting.doomed.update({change.id: NOT_YOURS for change in changes if change.place in places})
    raise Outside


async def _alone(connection: Connection, accepting: Accepting, unit: Unit) -> Verdicts:
    """One local transaction, its mutations in their own order; the first that fails refuses them all."""
    verdicts: Verdicts = {}
    objection: Objection | None = None
    await connection.execute(_OPEN.format("twinbase_unit"))
    for id in unit.ids:
        part = Unit((id,), tuple(c for c in unit.changes if c.id == id), unit.faults)
        objection = await _step(connection, accepting, part, verdicts)
        if objection is not None or not verdicts[id].stands:
            break
    else:
        objection = await _keep(connection)
        if objection is None:
            return verdicts
    await connection.execute(_UNDO.format("twinbase_unit"))
    verdict = verdicts[id] if objection is None else refused(await _why(connection, objection))
    return stopped(accepting, unit, id, verdict)


async def _step(connection: Connection, accepting: Accepting, unit: Unit, verdicts: Verdicts) -> Objection | None:
    """One mutation, at once."""
    try:
        verdicts |= await _write(connection, accepting, unit.changes, [unit])
    except (*_OBJECTIONS, Outside) as objection:
        return objection
    return None


async def _keep(connection: Connection) -> Objection | None:
    """Deferred constraints have their say now, not at the commit of the whole batch (H16)."""
    try:
        await connection.execute(_KEEP.format("twinbase_unit"))
    except asyncpg.PostgresError as objection:
        return objection
    return None


async def _why(connection: Connection, objection: Objection) -> Refusal:
    """The sentence for an objection; what says nothing about the data rises."""
    match objection:
        case Outside():
            return NOT_YOURS
        case NotWritten():
            return NOT_WRITTEN
        case asyncpg.PostgresError() if is_refusal(objection):
            return refusal_of(objection, await columns_of(connection, objection))
    raise objection
