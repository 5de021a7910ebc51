"""The writing of a batch: all at once, and when the database objects, halves of it, until the culprit is alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg

from twinbase_server.accept.attempt import Attempt, Blamed, Objected, Settled, attempt, objection_of
from twinbase_server.accept.constraints import columns_of
from twinbase_server.accept.context import AcceptContext, BatchProgress
from twinbase_server.accept.decide import Verdict, refused_verdict
from twinbase_server.accept.local_transaction import LocalTransaction, Verdicts, stop_transaction
from twinbase_server.accept.reasons import NOT_WRITTEN, Refusal, refusal_of
from twinbase_server.accept.write import NotWritten
from twinbase_server.database.connection import Connection
from twinbase_server.database.errors import may_be_of_a_row

# PostgreSQL keeps the first 64 subtransactions of a transaction where others find them fast; released ones count until
# the end (H35). Past this many, what stood so far is undone and written again as one.
RELEASED_MAX = 50

_PART = "twinbase_part"
_ALONE = "twinbase_unit"


@dataclass(slots=True)
class Savepoints:
    """The savepoints of a batch: what is written since one was opened is kept or undone as a whole."""

    connection: Connection
    begun: bool = False

    async def open(self, name: str) -> None:
        """The first brings the one before all others along, which costs no round trip of its own."""
        begin = "" if self.begun else "SAVEPOINT twinbase_all; "
        await self.connection.execute(f"{begin}SAVEPOINT {name}; SET CONSTRAINTS ALL DEFERRED")
        self.begun = True

    async def keep(self, name: str, accepting: AcceptContext) -> Objected | None:
        """None, or what deferred constraints object with: now, and not at the commit of the whole batch (H16)."""
        try:
            await self.connection.execute(f"SET CONSTRAINTS ALL IMMEDIATE; RELEASE SAVEPOINT {name}")
        except asyncpg.PostgresError as error:
            return objection_of(accepting, error)
        return None

    async def undo(self, name: str) -> None:
        """Nothing is left of what was written since it was opened."""
        await self.connection.execute(f"ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}")

    async def undo_all(self) -> None:
        """Nothing is left of the batch, nor of the subtransactions that were kept."""
        await self.connection.execute("ROLLBACK TO SAVEPOINT twinbase_all")


@dataclass(slots=True)
class Parts:
    """A batch in parts: those that wait, the next one last, and those that were settled since its beginning."""

    waiting: list[list[LocalTransaction]]
    settled: list[list[LocalTransaction]] = field(default_factory=list)

    def halve(self, part: list[LocalTransaction]) -> None:
        """Each half for itself, in order."""
        middle = len(part) // 2
        self.waiting += [part[middle:], part[:middle]]

    def start_over(self) -> None:
        """What was settled is one part, and comes next."""
        self.waiting.append([transaction for part in self.settled for transaction in part])
        self.settled = []


async def settle(
    connection: Connection, accepting: AcceptContext, transactions: Sequence[LocalTransaction]
) -> Verdicts:
    """A verdict on every mutation of these local transactions; what can be written of them is written.

    All are tried together. Where the database objects, each half of them is, until the one to blame is alone.
    """
    savepoints, progress, parts = Savepoints(connection), BatchProgress(), Parts([list(transactions)])
    verdicts: Verdicts = {}
    while parts.waiting:
        part = parts.waiting.pop()
        match await _try(savepoints, accepting, progress, part):
            case Settled(settled):
                verdicts |= settled
                parts.settled.append(part)
            case Blamed(refusals):
                progress.doom(refusals)
                parts.waiting.append(part)
            case Objected():
                parts.halve(part)
        if len(parts.settled) > RELEASED_MAX:
            await savepoints.undo_all()
            progress.doom(_refusals_of(verdicts))
            parts.start_over()
    return verdicts


def _refusals_of(verdicts: Verdicts) -> dict[str, Refusal]:
    """Who is to blame stays refused when the rest is written again."""
    return {id: Refusal(one.reason, one.detail) for id, one in verdicts.items() if one.status == "refused"}


async def _try(
    savepoints: Savepoints, accepting: AcceptContext, progress: BatchProgress, part: Sequence[LocalTransaction]
) -> Attempt:
    """What came of these, tried together; one alone is settled in any case, at the latest step by step."""
    tried = await _try_together(savepoints, accepting, progress, part)
    if isinstance(tried, Objected) and len(part) == 1:
        return await _settle_alone(savepoints, accepting, progress, part[0])
    return tried


async def _try_together(
    savepoints: Savepoints, accepting: AcceptContext, progress: BatchProgress, part: Sequence[LocalTransaction]
) -> Attempt:
    """What came of these; unless they are settled, nothing of them is left."""
    blocked = progress.keep_blocked()
    await savepoints.open(_PART)
    tried = await attempt(savepoints.connection, accepting, progress, part)
    if isinstance(tried, Settled):
        tried = await savepoints.keep(_PART, accepting) or tried
    if not isinstance(tried, Settled):
        await savepoints.undo(_PART)
        progress.restore_blocked(blocked)
    return tried


async def _settle_alone(
    savepoints: Savepoints, accepting: AcceptContext, progress: BatchProgress, transaction: LocalTransaction
) -> Settled:
    """One local transaction, its mutations in their own order: the first that fails refuses them all."""
    verdicts: Verdicts = {}
    await savepoints.open(_ALONE)
    for id, step in transaction.split_steps():
        tried = await attempt(savepoints.connection, accepting, progress, [step])
        if not isinstance(tried, Settled) or not tried.stands:
            return await _stop(savepoints, progress, transaction, _culprit_of(tried, id), tried)
        verdicts |= tried.verdicts
    if objection := await savepoints.keep(_ALONE, accepting):
        return await _stop(savepoints, progress, transaction, id, objection)
    return Settled(verdicts)


def _culprit_of(tried: Attempt, last: str) -> str:
    """Which mutation of a step could not be let stand."""
    match tried:
        case Settled(verdicts):
            return next((id for id, verdict in verdicts.items() if verdict.status == "refused"), last)
        case Blamed(refusals):
            return next(iter(refusals), last)
    return last


async def _stop(
    savepoints: Savepoints, progress: BatchProgress, transaction: LocalTransaction, culprit: str, tried: Attempt
) -> Settled:
    """Nothing of a local transaction is left, for what came of one of its mutations."""
    await savepoints.undo(_ALONE)
    if isinstance(tried, Objected) and may_be_of_a_row(tried.error):
        progress.count_repeated(tried.error)
    verdict = await _verdict_on(savepoints.connection, culprit, tried)
    return Settled(stop_transaction(progress, transaction, culprit, verdict))


async def _verdict_on(connection: Connection, culprit: str, tried: Attempt) -> Verdict:
    """Why a mutation was not let stand, in a sentence that a person reads."""
    match tried:
        case Settled(verdicts):
            return verdicts[culprit]
        case Blamed(refusals):
            return refused_verdict(refusals[culprit])
        case Objected(error):
            return refused_verdict(await _explain(connection, error))


async def _explain(connection: Connection, error: asyncpg.PostgresError | NotWritten) -> Refusal:
    """The sentence for what the database objects with."""
    if isinstance(error, NotWritten):
        return NOT_WRITTEN
    return refusal_of(error, await columns_of(connection, error))
