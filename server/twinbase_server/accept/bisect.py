"""The writing of a batch: all at once, and when the database objects, halves of it, until the culprit is alone."""

from collections.abc import Sequence

import asyncpg

from twinbase_server.accept.accepting import Accepting, BatchProgress
from twinbase_server.accept.batch import Change
from twinbase_server.accept.constraints import columns_of
from twinbase_server.accept.decide import refused
from twinbase_server.accept.local_transaction import LocalTransaction, Verdicts, decide_transaction, stop_transaction
from twinbase_server.accept.read import read_held
from twinbase_server.accept.reasons import NOT_WRITTEN, NOT_YOURS, Refusal, refusal_of
from twinbase_server.accept.rows import Row
from twinbase_server.accept.write import NotWritten, find_outside, write_rows
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


async def settle(connection: Connection, accepting: Accepting, transactions: Sequence[LocalTransaction]) -> Verdicts:
    """Write what can be written of these local transactions; the answer has a verdict on every mutation."""
    progress = BatchProgress()
    verdicts: Verdicts = {}
    standing: list[LocalTransaction] = []
    waiting = [list(transactions)]
    released = 0
    start = "SAVEPOINT twinbase_all; "
    while waiting:
        part = waiting.pop()
        answer = await _attempt(connection, accepting, progress, part, start)
        start = ""
        if answer is None and len(part) > 1:
            waiting += [part[len(part) // 2 :], part[: len(part) // 2]]
            continue
        verdicts |= await _alone(connection, accepting, progress, part[0]) if answer is None else answer
        standing += part
        released += 1
        if released > RELEASED_MAX:
            await connection.execute("ROLLBACK TO SAVEPOINT twinbase_all")
            waiting, standing, released = _again(progress, verdicts, standing, waiting), [], 0
    return verdicts


def _again(
    progress: BatchProgress, verdicts: Verdicts, standing: list[LocalTransaction], waiting: list[list[LocalTransaction]]
) -> list[list[LocalTransaction]]:
    """Start over with what is known: who is to blame stays refused, and the rest is written in one go."""
    refused_ones = {id: verdict for id, verdict in verdicts.items() if verdict.status == "refused"}
    progress.doom({id: Refusal(verdict.reason, verdict.detail) for id, verdict in refused_ones.items()})
    return [*waiting, standing]


async def _attempt(
    connection: Connection,
    accepting: Accepting,
    progress: BatchProgress,
    part: Sequence[LocalTransaction],
    start: str = "",
) -> Verdicts | None:
    """All of these in one set-based go; None when the database objects, and nothing of them is left."""
    kept = progress.keep_blocked()
    await connection.execute(start + _OPEN.format("twinbase_part"))
    try:
        verdicts = await _write(connection, accepting, progress, part)
        await connection.execute(_KEEP.format("twinbase_part"))
        return verdicts
    except Outside:
        answer = False
    except _OBJECTIONS as error:
        if isinstance(error, asyncpg.PostgresError) and not is_refusal(error):
            raise
        answer = None
    await connection.execute(_UNDO.format("twinbase_part"))
    progress.restore_blocked(kept)
    return None if answer is None else await _attempt(connection, accepting, progress, part)


async def _write(
    connection: Connection, accepting: Accepting, progress: BatchProgress, part: Sequence[LocalTransaction]
) -> Verdicts:
    """Read, decide, write, look whose the rows are now."""
    changes = [change for transaction in part for change in transaction.changes]
    verdicts: Verdicts = {}
    held = await read_held(connection, accepting, progress, changes)
    for transaction in part:
        verdicts |= await decide_transaction(accepting, progress, transaction, held)
    attributes = await write_rows(connection, accepting.registry, held.rows.values())
    await _check_scope(connection, accepting, progress, changes, list(held.rows.values()))
    for change in changes:
        if change.op == "insert" and verdicts[change.id].write:
            verdicts[change.id].attributes = attributes.get(change.place, {})
    return verdicts


async def _check_scope(
    connection: Connection,
    accepting: Accepting,
    progress: BatchProgress,
    changes: Sequence[Change],
    rows: Sequence[Row],
) -> None:
    """Raise for rows that are out of scope now: Outside when it is clear which mutation did it, else NotWritten."""
    out = await find_outside(connection, accepting, rows)
    if not out:
        return
    if any(row.changes > 1 for row in out):
        raise NotWritten
    places = {(row.twin.name, row.key) for row in out}
    progress.doom({change.id: NOT_YOURS for change in changes if change.place in places})
    raise Outside


async def _alone(
    connection: Connection, accepting: Accepting, progress: BatchProgress, transaction: LocalTransaction
) -> Verdicts:
    """One local transaction, its mutations in their own order; the first that fails refuses them all."""
    verdicts: Verdicts = {}
    objection: Objection | None = None
    await connection.execute(_OPEN.format("twinbase_unit"))
    for step in transaction.steps():
        (id,) = step.members
        objection = await _step(connection, accepting, progress, step, verdicts)
        if objection is not None or not verdicts[id].stands:
            break
    else:
        objection = await _keep(connection)
        if objection is None:
            return verdicts
    await connection.execute(_UNDO.format("twinbase_unit"))
    verdict = verdicts[id] if objection is None else refused(await _why(connection, objection))
    return stop_transaction(progress, transaction, id, verdict)


async def _step(
    connection: Connection, accepting: Accepting, progress: BatchProgress, step: LocalTransaction, verdicts: Verdicts
) -> Objection | None:
    """One mutation, at once."""
    try:
        verdicts |= await _write(connection, accepting, progress, [step])
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
