"""The writing of a batch: all at once, and when the database objects, smaller parts, until the culprit is alone.

Parts are as large as the last ones let hope for: after an objection half, after one that stood twice as many. So what
is tried again for each culprit is about as much as lies between it and the one before.
"""

from collections.abc import Sequence

import asyncpg

from twinbase_server.accept.attempt import Attempt, Blamed, Objected, Settled, attempt
from twinbase_server.accept.constraints import columns_of
from twinbase_server.accept.context import AcceptContext, BatchProgress
from twinbase_server.accept.decide import Verdict, deferred_verdict, refused_verdict
from twinbase_server.accept.local_transaction import LocalTransaction, Verdicts, split_held, stop_transaction
from twinbase_server.accept.locked import find_locked
from twinbase_server.accept.parts import BatchPart, Parts
from twinbase_server.accept.reasons import NO_TIME, NOT_WRITTEN, ROW_LOCKED, Refusal, refusal_of
from twinbase_server.accept.rights import changes_own_rights
from twinbase_server.accept.savepoints import Savepoints
from twinbase_server.accept.write import NotWritten
from twinbase_server.database.connection import Connection
from twinbase_server.database.errors import is_of_a_lock, may_be_of_the_moment

_PART = "twinbase_part"
_ALONE = "twinbase_unit"


async def settle(
    connection: Connection, accepting: AcceptContext, transactions: Sequence[LocalTransaction]
) -> Verdicts:
    """A verdict on every mutation of these local transactions; what can be written of them is written.

    Where the device can wait for a part of its answer, what is locked by others is put off, and so is what there is no
    time for any more.
    """
    progress, parts = BatchProgress(), Parts(accepting.registry)
    parts.begin(transactions)
    savepoints = Savepoints(connection, in_parts=len(parts.waiting) > 1)
    if accepting.isolated and accepting.caller.defers:
        locked = await find_locked(connection, [change for one in transactions for change in one.changes])
        progress.hold_rows(locked, since=0)
    verdicts: Verdicts = {}
    while parts.waiting:
        if parts.has_settled and accepting.is_over:
            verdicts |= _put_off(progress, parts.take_all(), NO_TIME)
            break
        part = parts.take_next()
        verdicts |= await _settle_part(savepoints, accepting, progress, parts, part)
    return verdicts


async def _settle_part(
    savepoints: Savepoints, accepting: AcceptContext, progress: BatchProgress, parts: Parts, part: BatchPart
) -> Verdicts:
    """The verdicts on a part, once it is settled. Until then what is left of it waits, in smaller parts perhaps."""
    transactions, held = split_held(progress, part.transactions)
    verdicts = _put_off(progress, held, ROW_LOCKED)
    tried = await _try(savepoints, accepting, progress, transactions) if transactions else Settled({})
    match tried:
        case Settled(settled):
            verdicts |= settled
            parts.note_settled(part, stands=tried.stands, deferred=tried.is_deferred)
            if tried.has_written:
                await _count_kept(savepoints, parts, BatchPart(transactions, part.level))
        case Blamed(refusals):
            progress.doom(refusals)
            parts.waiting.append(BatchPart(transactions, part.level))
        case Objected():
            parts.halve(BatchPart(transactions, part.level))
    return verdicts


async def _count_kept(savepoints: Savepoints, parts: Parts, part: BatchPart) -> None:
    """Too many parts that were written for themselves are undone and written again as one."""
    if part.level:
        await savepoints.renew(part.level - 1)
    if parts.keep(part):
        await savepoints.undo_level(part.level)
        parts.merge_level(part.level)


def _put_off(progress: BatchProgress, transactions: Sequence[LocalTransaction], why: Refusal) -> Verdicts:
    verdicts: Verdicts = {}
    for transaction in transactions:
        verdicts |= stop_transaction(progress, transaction, next(iter(transaction.members)), deferred_verdict(why))
    return verdicts


async def _try(
    savepoints: Savepoints, accepting: AcceptContext, progress: BatchProgress, part: Sequence[LocalTransaction]
) -> Attempt:
    """What came of these, tried together; one alone is settled in any case, at the latest step by step."""
    if len(part) == 1 and changes_own_rights(accepting.registry, part[0]):
        return await _settle_alone(savepoints, accepting, progress, part[0])
    tried = await _try_together(savepoints, accepting, progress, part)
    if not isinstance(tried, Objected) or len(part) > 1:
        return tried
    (transaction,) = part
    if len(transaction.members) > 1:
        return await _settle_alone(savepoints, accepting, progress, transaction)
    (culprit,) = transaction.members
    return await _stop(savepoints, progress, transaction, culprit, tried)


async def _try_together(
    savepoints: Savepoints, accepting: AcceptContext, progress: BatchProgress, part: Sequence[LocalTransaction]
) -> Attempt:
    """What came of these; unless they are settled, nothing of them is left."""
    blocked = progress.mark_blocked()
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
            await savepoints.undo(_ALONE)
            return await _stop(savepoints, progress, transaction, _culprit_of(tried, id), tried)
        verdicts |= tried.verdicts
    if objection := await savepoints.keep(_ALONE, accepting):
        await savepoints.undo(_ALONE)
        return await _stop(savepoints, progress, transaction, id, objection)
    return Settled(verdicts)


def _culprit_of(tried: Attempt, last: str) -> str:
    """Which mutation of a step could not be let stand."""
    match tried:
        case Settled(verdicts):
            return next((id for id, verdict in verdicts.items() if verdict.status in ("refused", "deferred")), last)
        case Blamed(refusals):
            return next(iter(refusals), last)
    return last


async def _stop(
    savepoints: Savepoints, progress: BatchProgress, transaction: LocalTransaction, culprit: str, tried: Attempt
) -> Settled:
    """The verdicts on a local transaction of which nothing is left, for what came of one of its mutations."""
    if isinstance(tried, Objected) and may_be_of_the_moment(tried.error):
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
        case Objected(error) if is_of_a_lock(error):
            return deferred_verdict(ROW_LOCKED)
        case Objected(error):
            return refused_verdict(await _explain(connection, error))


async def _explain(connection: Connection, error: asyncpg.PostgresError | NotWritten) -> Refusal:
    """The sentence for what the database objects with."""
    if isinstance(error, NotWritten):
        return NOT_WRITTEN
    return refusal_of(error, await columns_of(connection, error))
