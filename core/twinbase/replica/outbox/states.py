"""The states of an edit in the outbox, what SQL says of each, and every way from one to another.

pending ──freeze──▶ sent ──rest──▶ applied, merged                the server has taken it
   ▲ │               │ ├───rest──▶ conflict, refused, parked      it waits for a person
   │ │               │ └───refuse_in_flight──▶ refused            a batch that no server takes
   │ └──park──▶ parked                                            it no longer fits, or is another author's
   ├──────offer── sent, applied, merged                           after a clone or a restore
   ├─thaw_in_flight── sent                                        in a batch that cannot be read
   └───put_off─── sent                                            the server asks for it again, in a later batch
conflict ──settle_conflicts──▶ merged                             a person has decided, here or at the office

No other file writes a state, or spells one in SQL: tests/architecture/test_outbox_states.py holds that.
"""

from collections.abc import Iterable, Sequence
from typing import Literal, get_args

from twinbase.replica.connection import Connection

EditState = Literal["pending", "sent", "applied", "merged", "conflict", "refused", "parked"]
PendingState = Literal["pending", "sent", "refused", "parked", "conflict"]
WaitingState = Literal["refused", "parked", "conflict"]

PENDING_STATES: tuple[PendingState, ...] = get_args(PendingState)
"""Of an edit that the server has not taken: it is on its way, or it waits for a person."""
WAITING_STATES: tuple[WaitingState, ...] = get_args(WaitingState)
"""Of an edit that waits for a person."""


def _one_of(states: Sequence[str]) -> str:
    return "state IN ('" + "', '".join(states) + "')"


# Conditions over _twinbase_outbox, in brackets where they have to be.
PENDING = "state = 'pending'"
ON_ITS_WAY = _one_of(("pending", "sent"))
SENT = "state = 'sent'"
IN_FLIGHT = f"{SENT} AND outcome IS NULL"
"""Frozen in a batch whose answer has not come."""
ANSWERED = f"{SENT} AND outcome IS NOT NULL"
"""The server has answered, and no pull has brought the effect yet: it stays on top of its row."""
AS_SHOWN = f"CASE WHEN {IN_FLIGHT} THEN 'pending' ELSE state END"
"""The state that a person is told: what no server has answered may never have left the device, and is not sent."""
TAKEN = _one_of(("applied", "merged"))
WAITING = _one_of(WAITING_STATES)
NOT_TAKEN = _one_of(PENDING_STATES)
PARKED = "state = 'parked'"
NOT_WRITTEN = _one_of(("refused", "parked"))
"""Of an edit that had no effect, nor had anything else of its local transaction."""
SET_ASIDE_WHOLE = ("too-large", "unreadable", "other-account", "replay")
"""Why a whole local transaction was set aside on the device: no edit of it is more to blame than another."""

_STATUS = "json_extract(outcome, '$.status')"


def freeze(connection: Connection, seqs: Iterable[int], n: int) -> None:
    """These edits are in batch `n` from now on."""
    connection.executemany(
        "UPDATE _twinbase_outbox SET state = 'sent', n = ?, outcome = NULL WHERE seq = ?", [(n, seq) for seq in seqs]
    )


def rest(connection: Connection, covered: int, named: str, at: int) -> dict[str, int]:
    """Answered edits whose effect a pull has brought come to rest in the state that their outcome says.

    `covered`: the last batch whose effects are in the pull; `named`: a JSON list of the ids that the pull itself names;
    `at`: when the server said so, in seconds since 1970. Answers how many of each state.
    """
    settled = (
        f"outcome IS NOT NULL AND ({SENT} AND n <= ?1 OR {ON_ITS_WAY} AND id IN (SELECT value FROM json_each(?2)))"
    )
    counts = connection.execute(
        f"SELECT {_STATUS}, count(*) FROM _twinbase_outbox WHERE {settled} GROUP BY 1", (covered, named)
    ).fetchall()
    if counts:
        connection.execute(
            "UPDATE _twinbase_batch SET answered = ?3 WHERE answered = 0 AND n IN"
            f" (SELECT n FROM _twinbase_outbox WHERE {settled})",
            (covered, named, at),
        )
        connection.execute(f"UPDATE _twinbase_outbox SET state = {_STATUS} WHERE {settled}", (covered, named))
    return dict(counts)


def settle_conflicts(connection: Connection, ids: Iterable[str]) -> None:
    """These wait for nobody any more: a person has decided. The row has what was decided already."""
    connection.executemany(
        "UPDATE _twinbase_outbox SET state = 'merged' WHERE id = ? AND state = 'conflict'", [(id,) for id in ids]
    )


def park(connection: Connection, seqs: Iterable[int], reason: str, detail: str) -> None:
    """Set these aside until a person decides. What is in a frozen batch already goes its way to the server."""
    connection.executemany(
        f"UPDATE _twinbase_outbox SET state = 'parked', reason = ?, detail = ? WHERE seq = ? AND {PENDING}",
        [(reason, detail, seq) for seq in seqs],
    )


def park_with_transaction(connection: Connection, seqs: Iterable[int], reason: str, detail: str) -> None:
    """Set these aside together with all that was written in their local transactions."""
    connection.executemany(
        f"UPDATE _twinbase_outbox SET state = 'parked', reason = ?, detail = ? WHERE {PENDING}"
        " AND tx = (SELECT tx FROM _twinbase_outbox WHERE seq = ?)",
        [(reason, detail, seq) for seq in seqs],
    )


def park_foreign(connection: Connection, account: str, reason: str, detail: str) -> None:
    """Set aside every local transaction that holds an edit of another author than `account`."""
    connection.execute(
        f"UPDATE _twinbase_outbox SET state = 'parked', reason = ?2, detail = ?3 WHERE {PENDING} AND tx IN"
        f" (SELECT tx FROM _twinbase_outbox WHERE {PENDING} AND author NOT IN ('', ?1))",
        (account, reason, detail),
    )


def keep_back(connection: Connection, seq: int, reason: str, detail: str) -> None:
    """A parked edit waits for nobody any more, and stays parked for a reason of its own."""
    connection.execute(
        "UPDATE _twinbase_outbox SET behind = NULL, reason = ?, detail = ? WHERE seq = ?", (reason, detail, seq)
    )


def refuse_in_flight(connection: Connection, reason: str, detail: str) -> int:
    """The local transaction in flight waits for a person, as if the server had refused its first edit, and the others
    with it; answers how many edits."""
    edits = connection.execute(f"SELECT seq, id FROM _twinbase_outbox WHERE {IN_FLIGHT} ORDER BY seq").fetchall()
    first = edits[0][1] if edits else ""
    connection.executemany(
        "UPDATE _twinbase_outbox SET state = ?, behind = ?, n = NULL, reason = ?, detail = ? WHERE seq = ?",
        [
            ("refused" if id_ == first else "parked", None if id_ == first else first, reason, detail, seq)
            for seq, id_ in edits
        ],
    )
    return len(edits)


def thaw_in_flight(connection: Connection) -> int:
    """What the batch in flight holds waits to be sent in another one; answers how many edits."""
    thaw = f"UPDATE _twinbase_outbox SET state = 'pending', n = NULL WHERE {IN_FLIGHT}"
    return int(connection.execute(thaw).rowcount)


def count_transactions_in_flight(connection: Connection) -> int:
    """How many local transactions the batch in flight holds."""
    query = f"SELECT count(DISTINCT coalesce(tx, -seq)) FROM _twinbase_outbox WHERE {IN_FLIGHT}"
    return int(connection.execute(query).fetchone()[0])


def count_in_flight(connection: Connection) -> int:
    """How many edits the batch in flight holds."""
    return int(connection.execute(f"SELECT count(*) FROM _twinbase_outbox WHERE {IN_FLIGHT}").fetchone()[0])


def count_on_their_way(connection: Connection) -> int:
    """How many edits wait to be sent, answered or confirmed."""
    return int(connection.execute(f"SELECT count(*) FROM _twinbase_outbox WHERE {ON_ITS_WAY}").fetchone()[0])


def offer(connection: Connection, *, taken_too: bool) -> int:
    """What was sent waits to be sent again; `taken_too`: and so does what the server had taken. Answers how many."""
    which = f"{SENT} OR {TAKEN}" if taken_too else SENT
    offer = "UPDATE _twinbase_outbox SET state = 'pending', n = NULL, outcome = NULL, behind = NULL WHERE "
    return int(connection.execute(offer + which).rowcount)


def put_off(connection: Connection, ids: Iterable[str], covered: int) -> None:
    """These edits, of batches up to `covered`, wait to be sent again: the server has not dealt with them yet."""
    connection.executemany(
        f"UPDATE _twinbase_outbox SET state = 'pending', n = NULL, outcome = NULL WHERE id = ? AND {SENT} AND n <= ?",
        [(id, covered) for id in ids],
    )


def count_states(connection: Connection) -> dict[str, int]:
    """How many edits there are of each state."""
    return dict(connection.execute("SELECT state, count(*) FROM _twinbase_outbox GROUP BY state").fetchall())
