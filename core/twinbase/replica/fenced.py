"""The sync's own transactions: each begins by checking that this sync may still write (H28)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from twinbase.errors import ReplicaBusy
from twinbase.replica.stream import Begin, End

_FIELDS = (
    "checkpoint", "replica", "epoch", "server", "account", "claims", "as_of", "generation", "cursor", "resume",
    "schema", "offset_ms", "batch_n", "batch_hash", "acked", "token", "synced_at", "proven_at",
)  # fmt: skip

NOTES = "CREATE TABLE IF NOT EXISTS _twinbase_sync (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID"
SPILL = "CREATE TABLE IF NOT EXISTS _twinbase_spill (seq INTEGER PRIMARY KEY, frame BLOB NOT NULL) STRICT"
"""Frames of an answer that is too large to hold, until its end has come."""


@dataclass(frozen=True, slots=True)
class State:
    """What the file knows of itself and of its last exchange, as read at one moment."""

    checkpoint: int
    replica: str
    epoch: int
    server: str
    account: str
    claims: str
    as_of: str
    generation: str
    cursor: str
    resume: str
    schema: str
    offset_ms: int
    batch_n: int
    batch_hash: str
    acked: int
    token: str
    synced_at: str
    proven_at: str


def read_state(connection: Any) -> State:
    row = connection.execute(f"SELECT {', '.join(_FIELDS)} FROM _twinbase_state").fetchone()
    return State(*row)


def write_state(connection: Any, **values: Any) -> None:
    """Change some fields; call it inside a transaction."""
    unknown = set(values) - set(_FIELDS)
    assert not unknown, unknown
    changes = ", ".join(f"{name} = ?" for name in values)
    connection.execute(f"UPDATE _twinbase_state SET {changes}", tuple(values.values()))


def remember(connection: Any, name: str, value: str) -> None:
    """Keep a note of the sync's own in the file; call it inside a transaction."""
    connection.execute("INSERT OR REPLACE INTO _twinbase_sync (name, value) VALUES (?, ?)", (name, value))


def recall(connection: Any, name: str) -> str:
    """A note that was kept, "" when there is none."""
    row = connection.execute("SELECT value FROM _twinbase_sync WHERE name = ?", (name,)).fetchone()
    return "" if row is None else str(row[0])


def take_over(connection: Any, token: str) -> None:
    """From now on only the holder of this token syncs the file."""
    with transaction(connection):
        connection.execute(NOTES)
        connection.execute(SPILL)
        connection.execute("DELETE FROM _twinbase_spill")
        write_state(connection, token=token)


@contextmanager
def fenced(connection: Any, token: str) -> Iterator[State]:
    """One transaction of a sync; raises ReplicaBusy, having written nothing, when a later sync has taken over."""
    with transaction(connection):
        state = read_state(connection)
        if state.token != token:
            raise ReplicaBusy("Another sync has taken over while this one slept; it goes on.")
        yield state


@contextmanager
def applying(connection: Any, token: str) -> Iterator[State]:
    """A transaction whose writes are the server's, not a person's: the capture triggers keep still (T17)."""
    with fenced(connection, token) as state:
        connection.execute("UPDATE _twinbase_state SET applying = 1")
        yield state
        connection.execute("UPDATE _twinbase_state SET applying = 0")


@contextmanager
def transaction(connection: Any) -> Iterator[None]:
    """All or nothing, with the right to write from its first moment."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        commit(connection)
    except BaseException:
        # A full disk ends the transaction by itself; a commit that fails leaves it open.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def commit(connection: Any) -> None:
    """The one place where a sync's work becomes durable: what a crash test kills a process at."""
    connection.execute("COMMIT")


def move(connection: Any, state: State, begin: Begin, end: End) -> None:
    """The cursor and everything that is true at its moment; part of the apply's transaction."""
    write_state(
        connection,
        checkpoint=state.checkpoint + 1, cursor=end.cursor, resume="", generation=begin.generation,
        claims=begin.claims, as_of=begin.as_of, synced_at=begin.time,
        acked=max(state.acked, begin.last_n) if begin.epoch == state.epoch else state.acked,
    )  # fmt: skip
