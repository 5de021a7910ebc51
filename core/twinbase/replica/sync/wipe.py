"""The office has asked for this device to be wiped: what is unsent is handed over, before the file is destroyed."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from twinbase.errors import ServerRefused
from twinbase.protocol import Outcome, PushAnswer, wipe_proof
from twinbase.replica.file.state import recall
from twinbase.replica.outbox.batch import FrozenBatch, next_batch, note_answer
from twinbase.replica.sync.exchange import Exchange
from twinbase.replica.sync.recover import recover

WIPED = "device-wiped"
BATCHES_MAX = 10_000
TOO_LARGE = ("batch-too-large", "body-too-large")
SignMessage = Callable[[bytes], str]
"""Signs with the key of the device; answers base64url without padding."""


@dataclass(frozen=True, slots=True)
class WipeOrder:
    """What the server said: the ticket to show, our proof for it, and whether it takes what is unsent."""

    ticket: str = field(repr=False)
    proof: str = field(repr=False)
    keeps_unsent: bool

    @classmethod
    def read(cls, problem: ServerRefused, sign: SignMessage) -> "WipeOrder":
        """The order in a problem of the server."""
        ticket = str(problem.extra.get("ticket") or "")
        return cls(ticket, sign(wipe_proof(ticket)), bool(problem.extra.get("keeps_unsent")))


async def hand_over(exchange: Exchange, order: WipeOrder) -> int:
    """Hand over what was never sent, batch after batch; answers how many edits the office has of it.

    Raises Offline and its like, and what the server says when it is the server that fails: it goes on at the next
    contact. What the server will never take is no reason to keep the file.
    """
    agreed = json.loads(await exchange.thread.run(recall, "agreed") or "{}")
    exchange.take_agreement(agreed.get("twins", {}))
    taken = 0
    for _ in range(BATCHES_MAX if order.keeps_unsent else 0):
        batch = await exchange.thread.run(
            next_batch, exchange.shapes, exchange.token, now=exchange.clock(), limits=exchange.limits
        )
        if batch is None:
            break
        try:
            taken += await exchange.server.hand_over(batch.body, order.ticket, order.proof)
        except ServerRefused as problem:
            if problem.status >= 500:
                raise
            if problem.kind not in TOO_LARGE or not await exchange.has_less_to_send():
                break
            await recover(exchange, problem)
            continue
        await exchange.thread.run(
            note_answer, exchange.shapes, exchange.token, batch, _handed(batch, exchange.clock()), now=exchange.clock()
        )
    return taken


def _handed(batch: FrozenBatch, now: datetime) -> PushAnswer:
    """As if the server had answered: it is not sent again, should the wipe go on after a pause."""
    mutations: list[dict[str, Any]] = msgspec.json.decode(batch.body)["mutations"]
    outcomes = [
        Outcome(id=UUID(one["id"]), status="parked", reason="salvaged", detail="The office has it, and decides.")
        for one in mutations
    ]
    return PushAnswer(epoch=batch.epoch, last_n=batch.n, hash=batch.hash, outcomes=outcomes, replayed=False, time=now)
