"""Step 3 of the way of a row: a device's batch, to PostgreSQL, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import stamina

from twinbase.identity import Identity
from twinbase.plugins import Plugins
from twinbase.protocol import PushAnswer, batch_hash
from twinbase.registry import Registry
from twinbase_server.accept import ledger
from twinbase_server.accept.batch import Batch, Change, Sent, check, read_batch
from twinbase_server.accept.bisect import settle
from twinbase_server.accept.decide import Verdict
from twinbase_server.accept.deliveries import applied, keep_deliveries
from twinbase_server.accept.journal import Line, write_journal
from twinbase_server.accept.local_transaction import Accepting, Unit, Verdicts
from twinbase_server.accept.reasons import ID_REUSED, Refusal, why_not_now
from twinbase_server.accept.rows import History, written_key
from twinbase_server.accept.scope import reader
from twinbase_server.database.connection import Connection, Pool, lent
from twinbase_server.database.errors import is_transient, is_worth_another_try
from twinbase_server.problems import ProblemError

ATTEMPTS_MAX = 5
WAIT_SECONDS_MAX = 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a push waits: for a connection, for rows that others hold, for one statement."""

    pool_seconds: float = 5.0
    lock_seconds: float = 5.0
    statement_seconds: float = 30.0

    def sql(self) -> str:
        """Local to the transaction (H33). A process that stands still in the middle must not keep rows from others."""
        return (
            f"SET LOCAL lock_timeout = {_milliseconds(self.lock_seconds)};"
            f"SET LOCAL statement_timeout = {_milliseconds(self.statement_seconds)};"
            f"SET LOCAL idle_in_transaction_session_timeout = {_milliseconds(2 * self.statement_seconds)}"
        )


def _milliseconds(seconds: float) -> int:
    """At least one: none would mean no limit."""
    return max(1, round(seconds * 1000))


LIMITS = Limits()


async def accept_push(
    pool: Pool,
    registry: Registry,
    plugins: Plugins,
    identity: Identity,
    replica: UUID,
    epoch: int,
    body: bytes,
    now: datetime,
    limits: Limits = LIMITS,
) -> PushAnswer:
    """The outcome of every mutation of a batch; effects, ledger and the replica's n are one transaction.

    The same batch gets the same answer, whenever it comes. Raises ProblemError when nothing could be done with the
    batch as a whole, and ClaimMissing; then nothing was written.
    """
    push = Push(registry, plugins, identity, replica, epoch, read_batch(body), batch_hash(replica, epoch, body), now)
    try:
        async for attempt in stamina.retry_context(
            on=is_worth_another_try, attempts=ATTEMPTS_MAX, timeout=None, wait_initial=0.02, wait_max=WAIT_SECONDS_MAX
        ):
            with attempt:
                async with lent(pool, limits.pool_seconds) as connection:
                    return await push.accept(connection, limits)
    except Exception as error:
        if not is_transient(error):
            raise
        why = f"{why_not_now(error)} Send it again: it has its effect once."
        raise ProblemError("database-unavailable", why) from error
    raise AssertionError("the last attempt returns or raises")


class Push:
    """One batch of one replica, on its way."""

    def __init__(
        self,
        registry: Registry,
        plugins: Plugins,
        identity: Identity,
        replica: UUID,
        epoch: int,
        batch: Batch,
        hash: str,
        now: datetime,
    ) -> None:
        self.registry = registry
        self.plugins = plugins
        self.identity = identity
        self.replica = replica
        self.epoch = epoch
        self.batch = batch
        self.hash = hash
        self.now = now
        self.checked = {sent.id: check(sent, batch, registry, now) for sent in batch.mutations}

    async def accept(self, connection: Connection, limits: Limits) -> PushAnswer:
        """All of it, in one transaction."""
        async with connection.transaction(isolation="read_committed"):
            await connection.execute(limits.sql())
            standing = await ledger.lock_replica(connection, self.replica, self.identity, self.epoch)
            replayed = self._is_replay(standing)
            ids = list(self.checked)
            known = await ledger.known(connection, ids, self.replica, self.identity)
            answers = self._known_answers(known)
            if not replayed:
                await self._accept_fresh(connection, standing, answers, known)
        return PushAnswer.model_validate(
            {
                "epoch": self.epoch,
                "last_n": self.batch.n,
                "hash": self.hash,
                "outcomes": [answers[sent.id] for sent in self.batch.mutations],
                "replayed": replayed,
                "time": self.now,
            }
        )

    def _is_replay(self, standing: ledger.Standing) -> bool:
        """Whether this very batch was the last one. Raises unless it is, or is the next one (H7)."""
        n, previous = self.batch.n, self.batch.previous
        same_epoch = self.epoch == standing.epoch
        if same_epoch and n == standing.last_n and self.hash == standing.last_hash:
            return True
        if same_epoch and n == standing.last_n + 1 and previous == standing.last_hash:
            return False
        if self.epoch > standing.epoch and n == 1 and not previous:
            return False
        ahead = self.epoch > standing.epoch or (same_epoch and n > standing.last_n + 1)
        raise ProblemError(
            "gap" if ahead else "forked",
            f"Batch {n} of epoch {self.epoch} does not follow batch {standing.last_n} of epoch {standing.epoch}. "
            f"Begin epoch {max(standing.epoch, self.epoch) + 1} with batch 1, and offer all unsettled work again.",
            epoch=standing.epoch,
            last_n=standing.last_n,
            last_hash=standing.last_hash,
        )

    def _known_answers(self, known: Mapping[str, ledger.Known]) -> dict[str, dict[str, Any]]:
        """The answers of mutations that the ledger holds: the same again, or that their id was used for another."""
        sent = {one.id: one for one in self.batch.mutations}
        return {
            id: one.outcome if one.mine and one.digest == sent[id].digest() else _reused(id)
            for id, one in known.items()
        }

    async def _accept_fresh(
        self,
        connection: Connection,
        standing: ledger.Standing,
        answers: dict[str, dict[str, Any]],
        known: Mapping[str, ledger.Known],
    ) -> None:
        accepting = Accepting(
            self.registry,
            self.plugins,
            self.identity,
            reader(self.identity, self.now),
            History(self.replica, standing.xid),
            self.now,
        )
        fresh = [sent for sent in self.batch.mutations if sent.id not in known]
        verdicts = await settle(connection, accepting, self._units(fresh)) if fresh else {}
        if known:
            mine = [id for id, one in known.items() if one.mine and answers[id].get("reason") != ID_REUSED.reason]
            await ledger.offered_again(connection, mine, self.replica, self.epoch, self.batch.n)
        answers |= {id: _answer(id, verdict) for id, verdict in verdicts.items()}
        entries = [self._entry(sent, answers[sent.id]) for sent in {sent.id: sent for sent in fresh}.values()]
        await ledger.note(connection, self.replica, self.epoch, self.batch.n, entries, self.now)
        await write_journal(connection, self.replica, self.identity, self._lines(verdicts), self.now)
        if self.plugins.delivers:
            await self._deliver(connection, fresh, verdicts)
        await ledger.advance(connection, self.replica, self.epoch, self.batch.n, self.hash, self.now)

    async def _deliver(self, connection: Connection, fresh: Sequence[Sent], verdicts: Verdicts) -> None:
        changes = (self.checked[id] for id in dict.fromkeys(sent.id for sent in fresh))
        written = applied([change for change in changes if isinstance(change, Change)], verdicts)
        if written:
            await keep_deliveries(connection, self.plugins, self.identity, written, self.now)

    def _units(self, fresh: Sequence[Sent]) -> list[Unit]:
        """The local transactions, in the order in which they began."""
        grouped: dict[str, dict[str, Change | Refusal]] = {}
        for sent in fresh:
            grouped.setdefault(repr(sent.tx), {})[sent.id] = self.checked[sent.id]
        return [
            Unit(
                tuple(members),
                tuple(one for one in members.values() if isinstance(one, Change)),
                {id: one for id, one in members.items() if isinstance(one, Refusal)},
            )
            for members in grouped.values()
        ]

    def _entry(self, sent: Sent, outcome: Mapping[str, Any]) -> ledger.Entry:
        change, status = self.checked[sent.id], outcome["status"]
        answer, digest = msgspec.json.encode(outcome).decode(), sent.digest()
        if isinstance(change, Change):
            key = written_key(change.key)
            return ledger.Entry(sent.id, change.twin.name, change.op, key, status, answer, change.wrote_at, digest)
        return ledger.Entry(sent.id, "", "", "", status, answer, self.now, digest)

    def _lines(self, verdicts: Verdicts) -> list[Line]:
        return [
            Line(change, verdict.journal)
            for id, verdict in verdicts.items()
            if verdict.journal is not None and isinstance(change := self.checked[id], Change)
        ]


def _answer(id: str, verdict: Verdict) -> dict[str, Any]:
    """An outcome as it travels and as the ledger keeps it: what is empty stays out."""
    answer: dict[str, Any] = {"id": id, "status": verdict.status}
    if verdict.status == "applied" and not verdict.attributes and not verdict.columns:
        return answer
    for name in ("reason", "detail", "ask", "attributes"):
        if value := getattr(verdict, name):
            answer[name] = value
    if verdict.behind:
        answer["behind"] = verdict.behind
    if verdict.columns:
        answer["columns"] = dict(verdict.columns)
    return answer


def _reused(id: str) -> dict[str, Any]:
    return {"id": id, "status": "refused", "reason": ID_REUSED.reason, "detail": ID_REUSED.detail}
