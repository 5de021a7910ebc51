"""Step 2: what was written here goes to the server, in batches that never change once they are frozen.

A batch is made and stored before it is first sent; whatever happens to the line, the same bytes are sent again, and the
server answers the same. A later edit of a row in flight is a later mutation in a later batch.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

import msgspec

from twinbase.protocol import PushAnswer, batch_hash
from twinbase.replica.connection import Connection
from twinbase.replica.file.state import FileState, write_state
from twinbase.replica.file.statements import Shape
from twinbase.replica.file.transaction import begin_fenced
from twinbase.replica.outbox.change import read_change
from twinbase.replica.outbox.outcomes import note_outcomes
from twinbase.replica.outbox.states import IN_FLIGHT, PENDING, freeze, park_foreign, park_with_transaction
from twinbase.replica.outbox.withheld import hold

MUTATIONS_MAX = 2_000
BYTES_MAX = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """How much one batch holds at most; a local transaction is never torn, so one larger than this goes alone."""

    mutations: int = MUTATIONS_MAX
    bytes: int = BYTES_MAX

    def halve(self, bytes_max: int) -> "BatchLimits":
        """Half of these, and no more than a server takes that has said how much that is (0: it has not)."""
        size = self.bytes // 2
        return BatchLimits(max(1, self.mutations // 2), max(512, min(size, bytes_max * 3 // 4) if bytes_max else size))


@dataclass(frozen=True, slots=True)
class FrozenBatch:
    n: int
    epoch: int
    hash: str
    body: bytes


def next_batch(
    connection: Connection, shapes: dict[str, Shape], token: str, *, now: datetime, limits: BatchLimits | None = None
) -> FrozenBatch | None:
    """The batch that waits for its answer, or a new one of what is pending; None when there is nothing to send."""
    with begin_fenced(connection, token) as state:
        waiting = find_unanswered(connection, state)
        if waiting is not None:
            return waiting
        # Nobody's work goes out under another name (H30). What was written before anybody signed in is of the first.
        park_foreign(connection, state.account, "other-account", _FOREIGN)
        hold(connection, shapes)
        return _freeze(connection, shapes, state, now, limits or BatchLimits())


def has_pending(connection: Connection, shapes: dict[str, Shape]) -> bool:
    """Whether something waits that can be sent."""
    return any(_pending(connection, shapes, []))


def note_answer(
    connection: Connection,
    shapes: dict[str, Shape],
    token: str,
    batch: FrozenBatch,
    answer: PushAnswer,
    *,
    now: datetime,
) -> None:
    """Keep the outcomes. What is applied stays on top of its row until the pull that brings the server's row."""
    with begin_fenced(connection, token):
        outcomes = [outcome.model_dump(mode="json") for outcome in answer.outcomes]
        note_outcomes(connection, shapes, outcomes, batch.n, answer.time)
        offset = answer.time - now
        write_state(connection, offset_ms=round(offset.total_seconds() * 1000))


def find_unanswered(connection: Connection, state: FileState) -> FrozenBatch | None:
    """The batch that was frozen and that the server has not answered."""
    row = connection.execute(
        "SELECT n, epoch, hash, body FROM _twinbase_batch WHERE epoch = ? AND n IN"
        f" (SELECT n FROM _twinbase_outbox WHERE {IN_FLIGHT}) ORDER BY n LIMIT 1",
        (state.epoch,),
    ).fetchone()
    return None if row is None else FrozenBatch(row[0], row[1], row[2], bytes(row[3]))


_UNREADABLE = "It holds text that is no text (no UTF-8), written by raw SQL. Type it again, or discard it."
_FOREIGN = "It was written by another account on this device. Write it again as yours, or discard it."


def _freeze(
    connection: Connection, shapes: dict[str, Shape], state: FileState, now: datetime, limits: BatchLimits
) -> FrozenBatch | None:
    unreadable: list[int] = []
    chosen = list(_chosen(_pending(connection, shapes, unreadable), limits))
    if unreadable:
        park_with_transaction(connection, unreadable, "unreadable", _UNREADABLE)
        return _freeze(connection, shapes, state, now, limits)
    if not chosen:
        return None
    n, previous = state.batch_n + 1, state.batch_hash
    body = msgspec.json.encode(
        {
            "n": n,
            "previous": previous,
            "offset_ms": state.offset_ms,
            "mutations": [msgspec.Raw(encoded) for _, encoded in chosen],
        }
    )
    batch = FrozenBatch(n, state.epoch, batch_hash(UUID(state.replica), state.epoch, body), body)
    connection.execute(
        "INSERT INTO _twinbase_batch (n, epoch, hash, body, frozen_at) VALUES (?, ?, ?, ?, ?)",
        (n, batch.epoch, batch.hash, body, now.isoformat()),
    )
    freeze(connection, [seq for seq, _ in chosen], n)
    write_state(connection, batch_n=n, batch_hash=batch.hash)
    return batch


def _chosen(pending: Iterator[tuple[int, int, bytes]], limits: BatchLimits) -> Iterator[tuple[int, bytes]]:
    """Whole local transactions, oldest first, up to the limits; at least one."""
    mutations = size = 0
    for _, group in groupby(pending, key=lambda item: item[0]):
        transaction = [(seq, encoded) for _, seq, encoded in group]
        mutations += len(transaction)
        size += sum(len(encoded) + 1 for _, encoded in transaction)
        if mutations > len(transaction) and (mutations > limits.mutations or size > limits.bytes):
            return
        yield from transaction


def _pending(
    connection: Connection, shapes: dict[str, Shape], unreadable: list[int]
) -> Iterator[tuple[int, int, bytes]]:
    """(tx, seq, encoded mutation) of what waits to be sent, in the order in which it was written; `unreadable` takes
    the seqs of what cannot be sent at all.

    An edit of a twin that this app no longer declares, or of columns that do not travel, is left where it is: sent
    without them it would be answered, and forgotten. Nothing else waits for it.
    """
    rows = connection.execute(
        "SELECT seq, id, tx, twin, op, base, at, restores FROM _twinbase_outbox"
        f" WHERE {PENDING} AND tx IS NOT NULL ORDER BY seq"
    )
    for seq, id_, tx, twin, op, base, at, restores in rows:
        change = read_change(connection, shapes[twin], seq, op) if twin in shapes else None
        if change is not None and (op != "update" or change["new"]):
            head = {"id": id_, "tx": tx, "twin": twin, "op": op, "base": base, "at": at}
            head |= {"restores": restores} if restores else {}
            try:
                yield tx, seq, msgspec.json.encode({**head, **change})
            except UnicodeEncodeError:
                unreadable.append(seq)
