"""Step 2: what was written here goes to the server, batch after batch, until nothing waits."""

from collections.abc import Collection
from uuid import UUID

from twinbase.errors import Garbled
from twinbase.protocol import PushAnswer
from twinbase.replica.outbox.batch import FrozenBatch, next_batch, note_answer
from twinbase.replica.outbox.states import count_states
from twinbase.replica.sync.exchange import Exchange

BATCHES_MAX = 10_000
NO_TIME = "time"
"""The server's word for what it had no time for: less is sent at once."""


async def push(exchange: Exchange) -> None:
    """Send batch after batch until nothing waits."""
    exchange.status.set(phase="push")
    put_off: set[UUID] = set()
    with exchange.report.time_phase("push"):
        for _ in range(BATCHES_MAX):
            batch = await exchange.thread.run(
                next_batch, exchange.shapes, exchange.token, now=exchange.clock(), limits=exchange.limits
            )
            if batch is None:
                return
            answer = await exchange.server.push(batch.body, await exchange.make_request_context())
            _compare(batch, answer)
            await exchange.thread.run(note_answer, exchange.shapes, exchange.token, batch, answer, now=exchange.clock())
            for outcome in answer.outcomes:
                exchange.report.count_outcome(outcome.status)
            deferred = {outcome.id: outcome.reason for outcome in answer.outcomes if outcome.status == "deferred"}
            goes_on = len(deferred) < len(answer.outcomes) or not deferred.keys() <= put_off
            put_off |= deferred.keys()
            exchange.report.pushed += len(answer.outcomes) - len(deferred)
            if NO_TIME in deferred.values():
                exchange.limits = exchange.limits.halve(0)
            if deferred and not (goes_on and await _has_more(exchange, deferred.values())):
                return  # Nothing else can go now; the next sync sends it again.


def _compare(batch: FrozenBatch, answer: PushAnswer) -> None:
    """Raise Garbled unless the server answers the batch that was sent, byte for byte."""
    if (answer.epoch, answer.last_n, answer.hash) != (batch.epoch, batch.n, batch.hash):
        raise Garbled("The server answers another batch than the one that was sent.")


async def _has_more(exchange: Exchange, deferred: Collection[str]) -> bool:
    """Whether more waits than what somebody keeps locked on the server."""
    waiting = (await exchange.thread.run(count_states)).get("pending", 0)
    return NO_TIME in deferred or waiting > len(deferred)
