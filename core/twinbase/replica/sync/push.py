"""Step 2: what was written here goes to the server, batch after batch, until nothing waits."""

from twinbase.errors import Garbled
from twinbase.protocol import PushAnswer
from twinbase.replica.outbox.batch import FrozenBatch, next_batch, note_answer
from twinbase.replica.sync.exchange import Exchange

BATCHES_MAX = 10_000


async def push(exchange: Exchange) -> None:
    """Send batch after batch until nothing waits."""
    exchange.status.set(phase="push")
    with exchange.report.time_phase("push"):
        for _ in range(BATCHES_MAX):
            batch = await exchange.thread.run(
                next_batch, exchange.shapes, exchange.token, now=exchange.clock(), limits=exchange.limits
            )
            if batch is None:
                return
            answer = await exchange.server.push(batch.body, await exchange.make_request_context())
            _compare(batch, answer)
            await exchange.thread.run(note_answer, exchange.token, batch, answer, now=exchange.clock())
            exchange.report.pushed += len(answer.outcomes)
            for outcome in answer.outcomes:
                exchange.report.count_outcome(outcome.status)


def _compare(batch: FrozenBatch, answer: PushAnswer) -> None:
    """Raise Garbled unless the server answers the batch that was sent, byte for byte."""
    if (answer.epoch, answer.last_n, answer.hash) != (batch.epoch, batch.n, batch.hash):
        raise Garbled("The server answers another batch than the one that was sent.")
