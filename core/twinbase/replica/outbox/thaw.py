"""The way out of a frozen batch that the server cannot read, or knows too little for: it is thawed, and made anew.

Nothing of it was written, so the chain goes on from the batch before. First the batch is made again as it was, without
the offset of a clock that may have been wrong; then smaller ones are made of it, until the local transaction that no
server can read is alone, and waits for a person. All the others go out.
"""

from dataclasses import replace

import msgspec

from twinbase.replica.connection import Connection
from twinbase.replica.file.state import write_state
from twinbase.replica.file.transaction import begin_fenced
from twinbase.replica.outbox import states
from twinbase.replica.outbox.batch import BatchLimits, FrozenBatch, find_unanswered
from twinbase.replica.outbox.offer_again import take_new_epoch

PARTS = 8


class BatchHead(msgspec.Struct):
    """What a batch says of itself."""

    previous: str
    offset_ms: int


def thaw_batch(
    connection: Connection, token: str, limits: BatchLimits, why: str, *, chance: int
) -> tuple[BatchLimits, int]:
    """Make what is in flight pending again; answers how large the next batches may be, and how many edits were refused.

    A local transaction that was alone in its batch is: it waits, with the server's sentence. `chance` is a random
    number.
    """
    with begin_fenced(connection, token) as state:
        batch = find_unanswered(connection, state)
        head = _read_head(batch) if batch else None
        if batch and head:
            taken = (limits, 0) if head.offset_ms else _take_apart(connection, limits, why)
            _unfreeze(connection, batch, head)
            return taken
    # What is stored is no batch any more: it is not known what it followed.
    take_new_epoch(connection, token, chance=chance)
    return limits, 0


def thaw_unknown(connection: Connection, token: str, *, chance: int) -> bool:
    """Make pending again what is in flight and was not taken, for a server that does not know its columns; whether
    anything was. What such a server has no column for waits then."""
    with begin_fenced(connection, token) as state:
        batch = find_unanswered(connection, state)
        head = _read_head(batch) if batch else None
        if batch and head:
            _unfreeze(connection, batch, head)
            return True
    if batch:
        take_new_epoch(connection, token, chance=chance)
    return batch is not None


def _read_head(batch: FrozenBatch) -> BatchHead | None:
    try:
        return msgspec.json.decode(batch.body, type=BatchHead)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _take_apart(connection: Connection, limits: BatchLimits, why: str) -> tuple[BatchLimits, int]:
    """Parts of what is in flight; what is one local transaction waits for a person, for nobody can take it."""
    if states.count_transactions_in_flight(connection) > 1:
        return replace(limits, mutations=max(1, states.count_in_flight(connection) // PARTS)), 0
    detail = f"The server cannot read it ({why.rstrip('.')}). Write it again, or discard it."
    return limits, states.refuse_in_flight(connection, "unreadable", detail)


def _unfreeze(connection: Connection, batch: FrozenBatch, head: BatchHead) -> None:
    states.thaw_in_flight(connection)
    connection.execute("DELETE FROM _twinbase_batch WHERE epoch = ? AND n = ?", (batch.epoch, batch.n))
    write_state(connection, batch_n=batch.n - 1, batch_hash=head.previous, offset_ms=0)
