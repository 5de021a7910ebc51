"""Step 3 of the way of a row: a device's batch, to PostgreSQL, once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf

import asyncpg
import msgspec
import stamina

from twinbase.plugins import Plugins
from twinbase.protocol import PushAnswer, batch_hash
from twinbase_server.accept import ledger
from twinbase_server.accept.batch import Change, ReceivedBatch, SentMutation, check, read_batch
from twinbase_server.accept.bisect import settle
from twinbase_server.accept.context import AcceptContext
from twinbase_server.accept.decide import Verdict
from twinbase_server.accept.deliveries import applied_mutations, keep_deliveries
from twinbase_server.accept.journal import JournalEntry, entries_of, tell_decision, write_journal
from twinbase_server.accept.letters import check_letters
from twinbase_server.accept.limits import AcceptLimits
from twinbase_server.accept.local_transaction import LocalTransaction, Verdicts
from twinbase_server.accept.reasons import ID_REUSED, Refusal, retry_reason
from twinbase_server.accept.rows import key_text
from twinbase_server.caller import Caller
from twinbase_server.database.connection import Connection, Pool, borrow_connection
from twinbase_server.database.errors import (
    is_of_a_lock,
    is_of_schema,
    is_transient,
    is_worth_another_try,
    may_be_of_a_row,
)
from twinbase_server.problems import ProblemError

ATTEMPTS_MAX = 5
ISOLATED_SHARE = 10
"""What part of its time a statement has while the row is looked for that takes too long."""
LOCK_SECONDS_MAX = 0.1
"""How long a statement then waits for a lock, of which there may be many."""
WAIT_SECONDS_MAX = 0.5
READ_AT_ONCE_BYTES = 64 * 1024

SchemaCheck = Callable[[Connection], Awaitable[object]]
"""Raises ProblemError when this server cannot carry what the device and a server have agreed on."""
# What a device is told of each mutation, by its id.
Answers = dict[str, dict[str, object]]


LIMITS = AcceptLimits()
FindWaiting = Callable[[bool], Awaitable[Mapping[str, str]]]
"""The twins that wait, and why; True: after another look at the tables."""


async def accept_push(
    pool: Pool,
    plugins: Plugins,
    caller: Caller,
    body: bytes,
    now: datetime,
    limits: AcceptLimits = LIMITS,
    look: FindWaiting | None = None,
    check_schema: SchemaCheck | None = None,
) -> PushAnswer:
    """The outcome of every mutation of a batch; effects, ledger and the replica's n are one transaction.

    The same batch gets the same answer, whenever it comes. Raises ProblemError when nothing could be done with the
    batch as a whole, and ClaimMissing; then nothing was written. Before a batch is settled that was not settled before,
    `check_schema` is asked, and `look`, which tells which twins wait, after another look at their tables if asked to.
    """
    push = replace(await _read(plugins, caller, body, now), check_schema=check_schema, look=look)
    try:
        try:
            return await _accept_at_last(pool, push, limits)
        except asyncpg.PostgresError as error:
            if is_of_schema(error):
                await push.check_waiting(again=True)
            elif not may_be_of_a_row(error) and not (caller.defers and is_of_a_lock(error)):
                raise
            return await _accept_isolated(pool, push, limits)
    except Exception as error:
        if not is_transient(error):
            raise
        why = f"{retry_reason(error)} Send it again: it has its effect once."
        raise ProblemError("database-unavailable", why) from error


async def _read(plugins: Plugins, caller: Caller, body: bytes, now: datetime) -> "Acceptance":
    """A large batch is read in a thread, while others are served."""
    if len(body) <= READ_AT_ONCE_BYTES:
        return read_push(plugins, caller, body, now)
    return await asyncio.to_thread(read_push, plugins, caller, body, now)


async def _accept_at_last(pool: Pool, push: "Acceptance", limits: AcceptLimits) -> PushAnswer:
    """The answer of the first attempt that the moment lets pass; raises what the last one failed with."""
    async for attempt in stamina.retry_context(
        on=is_worth_another_try, attempts=ATTEMPTS_MAX, timeout=None, wait_initial=0.02, wait_max=WAIT_SECONDS_MAX
    ):
        with attempt:
            async with borrow_connection(pool, limits.pool_seconds) as connection:
                return await push.accept(connection, limits)
    raise AssertionError("the last attempt returns or raises")


async def _accept_isolated(pool: Pool, push: "Acceptance", limits: AcceptLimits) -> PushAnswer:
    """The answer when the row is looked for that may cause an error every time; halves of a batch need less time."""
    async with borrow_connection(pool, limits.pool_seconds) as connection:
        lock_seconds = min(limits.lock_seconds, LOCK_SECONDS_MAX) if push.caller.defers else limits.lock_seconds
        statement_seconds = limits.statement_seconds / ISOLATED_SHARE
        shorter = replace(limits, statement_seconds=statement_seconds, lock_seconds=lock_seconds)
        return await replace(push, isolated=True).accept(connection, shorter)


def read_push(plugins: Plugins, caller: Caller, body: bytes, now: datetime) -> "Acceptance":
    """The push that these bytes are; raises ProblemError when they cannot be read."""
    batch = read_batch(body)
    sent = first_of_each(batch.mutations)
    checked = {id: check(one, batch, plugins.registry, now) for id, one in sent.items()}
    return Acceptance(plugins, caller, batch, batch_hash(caller.replica, caller.epoch, body), sent, checked, now)


def first_of_each(mutations: Sequence[SentMutation]) -> dict[str, SentMutation]:
    """Mutations by id: of several that carry one id the first counts, whatever its local transaction."""
    sent: dict[str, SentMutation] = {}
    for one in mutations:
        sent.setdefault(one.id, one)
    return sent


@dataclass(frozen=True, slots=True)
class Acceptance:
    """One batch of one device, on its way. `sent`: its mutations; `checked`: of each the change, or what is wrong."""

    plugins: Plugins
    caller: Caller
    batch: ReceivedBatch
    hash: str
    sent: Mapping[str, SentMutation]
    checked: Mapping[str, Change | Refusal]
    now: datetime
    isolated: bool = False
    check_schema: SchemaCheck | None = None
    look: FindWaiting | None = None

    async def accept(self, connection: Connection, limits: AcceptLimits) -> PushAnswer:
        """The answer to the batch, once all that it says is committed in one transaction."""
        return await replace(self, checked=check_letters(connection, self.checked))._accept(connection, limits)

    async def _accept(self, connection: Connection, limits: AcceptLimits) -> PushAnswer:
        async with connection.transaction(isolation="read_committed"):
            await connection.execute(limits.settings_sql())
            last = await ledger.lock_replica(connection, self.caller)
            replayed = self._check_turn(last)
            if not replayed:
                await self._check_carried(connection)
            known = await ledger.find_settled(connection, list(self.checked), self.caller)
            if not replayed:
                known = await ledger.forget_deferred(connection, known)
            answers = self._known_answers(known)
            if not replayed:
                ends_at = asyncio.get_running_loop().time() + limits.batch_seconds if self.caller.defers else inf
                await self._accept_fresh(
                    connection, replace(self.accepting, xid=last.xid, ends_at=ends_at), known, answers
                )
        return self._push_answer(answers, replayed)

    async def _check_carried(self, connection: Connection) -> None:
        """Raise `schema-unknown` for what this server cannot carry now: the device sends it when it can."""
        if self.check_schema is not None:
            await self.check_schema(connection)
        await self.check_waiting(again=False)

    async def check_waiting(self, *, again: bool) -> None:
        """Refuse the batch while a twin of it waits for its table: it is not lost, and comes when the twin is back."""
        waiting = await self.look(again) if self.look is not None else {}
        for sent in self.batch.mutations:
            if isinstance(sent.twin, str) and (why := waiting.get(sent.twin)):
                raise ProblemError("schema-unknown", why)

    def _check_turn(self, last: ledger.LastBatch) -> bool:
        """Whether this very batch was the last one. Raises unless it is, or is the next one (H7)."""
        epoch, n, previous = self.caller.epoch, self.batch.n, self.batch.previous
        if epoch == last.epoch and (n, self.hash) == (last.last_n, last.last_hash):
            return True
        if epoch == last.epoch and (n, previous) == (last.last_n + 1, last.last_hash):
            return False
        if epoch > last.epoch and n == 1 and not previous:
            return False
        raise self._out_of_turn(last)

    def _out_of_turn(self, last: ledger.LastBatch) -> ProblemError:
        """Why this batch is not the one to follow, and how the device goes on."""
        epoch, n = self.caller.epoch, self.batch.n
        ahead = epoch > last.epoch or (epoch == last.epoch and n > last.last_n + 1)
        return ProblemError(
            "gap" if ahead else "forked",
            f"Batch {n} of epoch {epoch} does not follow batch {last.last_n} of epoch {last.epoch}. "
            f"Begin epoch {max(last.epoch, epoch) + 1} with batch 1, and offer all unsettled work again.",
            epoch=last.epoch,
            last_n=last.last_n,
            last_hash=last.last_hash,
        )

    def _known_answers(self, known: Mapping[str, ledger.SettledMutation]) -> Answers:
        """The answers of mutations that the ledger holds: the same again, or that their id was used for another."""
        return {
            id: one.outcome if one.is_of(self.sent[id].content_hash()) else _reused(id) for id, one in known.items()
        }

    async def _accept_fresh(
        self,
        connection: Connection,
        accepting: AcceptContext,
        known: Mapping[str, ledger.SettledMutation],
        answers: Answers,
    ) -> None:
        """Settle what the ledger does not hold, and note the whole batch; the answers are complete then."""
        fresh = [sent for id, sent in self.sent.items() if id not in known]
        verdicts = await settle(connection, accepting, self._transactions(fresh)) if fresh else {}
        if again := [id for id, one in known.items() if answers[id] is one.outcome]:
            await ledger.note_offered_again(connection, again, self.caller, self.batch.n)
        answers |= {id: self._outcome(id, verdict) for id, verdict in verdicts.items()}
        await ledger.note_entries(connection, self.caller, self.batch.n, self._entries(fresh, answers), self.now)
        await write_journal(connection, self.caller, self._lines(verdicts), self.now)
        await self._deliver(connection, fresh, verdicts)
        await ledger.advance(connection, self.caller, self.batch.n, self.hash, self.now)

    @property
    def accepting(self) -> AcceptContext:
        """What stays the same, as far as it is known before the batch's transaction."""
        return AcceptContext(self.plugins, self.caller, 0, self.now, self.isolated)

    def _transactions(self, fresh: Sequence[SentMutation]) -> list[LocalTransaction]:
        """The local transactions, in the order in which they began."""
        grouped: dict[str, dict[str, Change | Refusal]] = {}
        for sent in fresh:
            grouped.setdefault(repr(sent.tx), {})[sent.id] = self.checked[sent.id]
        return [LocalTransaction(members, position) for position, members in enumerate(grouped.values())]

    def _entries(self, fresh: Sequence[SentMutation], answers: Answers) -> list[ledger.LedgerEntry]:
        """One line of the ledger for each id."""
        return [self._entry(sent, answers[sent.id]) for sent in fresh]

    def _entry(self, sent: SentMutation, outcome: dict[str, object]) -> ledger.LedgerEntry:
        change, status = self.checked[sent.id], str(outcome["status"])
        answer, digest = msgspec.json.encode(outcome).decode(), sent.content_hash()
        if isinstance(change, Change):
            key = key_text(change.key)
            return ledger.LedgerEntry(
                sent.id, change.twin.name, change.op, key, status, answer, change.wrote_at, digest
            )
        return ledger.LedgerEntry(sent.id, "", "", "", status, answer, self.now, digest)

    def _outcome(self, id: str, verdict: Verdict) -> dict[str, object]:
        """An outcome as it travels and as the ledger keeps it: what is empty stays out."""
        outcome: dict[str, object] = {"id": id, "status": verdict.status}
        if verdict.is_plain:
            return outcome
        for name in ("reason", "detail", "behind", "ask", "attributes"):
            if value := getattr(verdict, name):
                outcome[name] = value
        if verdict.columns:
            outcome["columns"] = dict(verdict.columns)
        if verdict.flags:
            outcome["flags"] = [{"reason": flag.reason, "detail": flag.detail} for flag in verdict.flags]
        change = self.checked[id]
        if verdict.journal is not None and verdict.stands and isinstance(change, Change):
            outcome["decision"] = tell_decision(change.twin, verdict.journal, self.now)
        return outcome

    def _lines(self, verdicts: Verdicts) -> list[JournalEntry]:
        return [
            entry
            for id, verdict in verdicts.items()
            if isinstance(change := self.checked[id], Change)
            for entry in entries_of(change, verdict)
        ]

    async def _deliver(self, connection: Connection, fresh: Sequence[SentMutation], verdicts: Verdicts) -> None:
        """Keep what plugins want handed over to other systems, of what was written."""
        if not self.plugins.has_deliveries:
            return
        changes = (self.checked[sent.id] for sent in fresh)
        written = applied_mutations([change for change in changes if isinstance(change, Change)], verdicts)
        if written:
            await keep_deliveries(connection, self.plugins, self.caller.identity, written, self.now)

    def _answer_to(self, sent: SentMutation, answers: Answers) -> dict[str, object]:
        """That of its id, unless an earlier mutation of the batch has taken that for something else."""
        first = self.sent[sent.id]
        same = sent is first or sent.content_hash() == first.content_hash()
        return answers[sent.id] if same else _reused(sent.id)

    def _push_answer(self, answers: Answers, replayed: bool) -> PushAnswer:
        return PushAnswer.model_validate(
            {
                "epoch": self.caller.epoch,
                "last_n": self.batch.n,
                "hash": self.hash,
                "outcomes": [self._answer_to(sent, answers) for sent in self.batch.mutations],
                "replayed": replayed,
                "time": self.now,
            }
        )


def _reused(id: str) -> dict[str, object]:
    return {"id": id, "status": "refused", "reason": ID_REUSED.reason, "detail": ID_REUSED.detail}
