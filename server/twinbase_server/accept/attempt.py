"""One attempt to write local transactions together, set by set, and what may come of it."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from twinbase_server.accept.batch import Change
from twinbase_server.accept.context import AcceptContext, BatchProgress
from twinbase_server.accept.decide import DEFERRED
from twinbase_server.accept.local_transaction import LocalTransaction, Verdicts, decide_transaction
from twinbase_server.accept.read import Held, read_held
from twinbase_server.accept.reasons import NOT_YOURS, Refusal
from twinbase_server.accept.rows import BatchRow, list_rows
from twinbase_server.accept.write import Attributes, NotWritten, find_outside, write_rows
from twinbase_server.database.connection import Connection
from twinbase_server.database.errors import is_about_rows, is_of_a_lock, is_of_schema, may_be_of_a_row

DECIDED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Settled:
    """There is a verdict on every mutation, and what they say is written."""

    verdicts: Verdicts

    @property
    def stands(self) -> bool:
        """None is refused, and none waits."""
        return all(verdict.stands for verdict in self.verdicts.values())

    @property
    def has_written(self) -> bool:
        return any(verdict.write or verdict.delete for verdict in self.verdicts.values())

    @property
    def is_deferred(self) -> bool:
        """All of it was put off."""
        return all(verdict.status == DEFERRED for verdict in self.verdicts.values())


@dataclass(frozen=True, slots=True)
class Blamed:
    """These mutations cannot be let stand; the others may, without them."""

    refusals: Mapping[str, Refusal]


@dataclass(frozen=True, slots=True)
class Objected:
    """The database objects to what was written, and does not say to which mutation."""

    error: asyncpg.PostgresError | NotWritten


Attempt = Settled | Blamed | Objected


async def attempt(
    connection: Connection, accepting: AcceptContext, progress: BatchProgress, part: Sequence[LocalTransaction]
) -> Attempt:
    """What came of it: read, decide, write, look whose the rows are now. Only Settled may be let stand.

    Raises what says nothing about the data: an error of the moment, or a plugin that failed.
    """
    changes = [change for transaction in part for change in transaction.changes]
    try:
        held = await read_held(connection, accepting, progress, changes)
    except asyncpg.PostgresError as error:
        return objection_of(accepting, error)
    verdicts = await _decide(accepting, progress, part, held)
    try:
        rows = list_rows(held.rows)
        attributes = await write_rows(connection, accepting.registry, rows)
        outside = await find_outside(connection, accepting, rows)
    except (asyncpg.PostgresError, NotWritten) as error:
        return objection_of(accepting, error)
    if outside:
        return _blame(changes, held, outside)
    _fill_in(changes, verdicts, attributes)
    return Settled(verdicts)


def objection_of(accepting: AcceptContext, error: asyncpg.PostgresError | NotWritten) -> Objected:
    """What the database objects with; raises the error when it says nothing about what was written.

    What says so and came again at every try is taken for a row's when the batch is being `isolated`; so is a lock that
    somebody keeps, where the device can be told to wait for that row alone. So is what says that a table is not what it
    was: then all is well with the tables, by all that can be found.
    """
    if isinstance(error, NotWritten):
        return Objected(error)
    if is_of_schema(error) and not accepting.isolated:
        raise error
    if is_about_rows(error):
        return Objected(error)
    if accepting.isolated and (may_be_of_a_row(error) or (accepting.caller.defers and is_of_a_lock(error))):
        return Objected(error)
    raise error


async def _decide(
    accepting: AcceptContext, progress: BatchProgress, part: Sequence[LocalTransaction], held: Held
) -> Verdicts:
    verdicts: Verdicts = {}
    for number, transaction in enumerate(part, 1):
        if number % DECIDED_AT_ONCE == 0:
            await asyncio.sleep(0)  # others are served meanwhile
        verdicts |= await decide_transaction(accepting, progress, transaction, held)
    return verdicts


def _blame(changes: Iterable[Change], held: Held, outside: Sequence[BatchRow]) -> Blamed | Objected:
    """Who has put rows where the writer may not leave them; of several that wrote one row nobody knows which did."""
    if any(row.changes > 1 for row in outside):
        return Objected(NotWritten())
    there = {id(row) for row in outside}
    return Blamed({change.id: NOT_YOURS for change in changes if id(held.rows[change.row_id]) in there})


def _fill_in(changes: Iterable[Change], verdicts: Verdicts, attributes: Attributes) -> None:
    """What PostgreSQL gave a new row by itself is told to its device."""
    for change in changes:
        if change.op == "insert" and verdicts[change.id].write:
            verdicts[change.id].attributes = attributes.get(change.row_id, {})
