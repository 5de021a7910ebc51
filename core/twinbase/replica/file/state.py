"""What the file knows of itself: one row of state, and the notes of its syncs."""

from dataclasses import dataclass, field

from twinbase.replica.connection import Connection

_FIELDS = (
    "checkpoint", "replica", "epoch", "server", "account", "claims", "as_of", "generation", "cursor", "resume",
    "schema", "offset_ms", "batch_n", "batch_hash", "acked", "token", "synced_at", "proven_at",
)  # fmt: skip

NOTES = "CREATE TABLE IF NOT EXISTS _twinbase_sync (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID"
SPILL = "CREATE TABLE IF NOT EXISTS _twinbase_spill (seq INTEGER PRIMARY KEY, frame BLOB NOT NULL) STRICT"
"""Frames of an answer that is too large to hold, until its end has come."""


@dataclass(frozen=True, slots=True)
class FileState:
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
    token: str = field(repr=False)
    synced_at: str
    proven_at: str


def read_state(connection: Connection) -> FileState:
    row = connection.execute(f"SELECT {', '.join(_FIELDS)} FROM _twinbase_state").fetchone()
    return FileState(*row)


def write_state(connection: Connection, **values: str | int) -> None:
    """Change some fields; call it inside a transaction."""
    unknown = set(values) - set(_FIELDS)
    assert not unknown, unknown
    changes = ", ".join(f"{name} = ?" for name in values)
    connection.execute(f"UPDATE _twinbase_state SET {changes}", tuple(values.values()))


def remember(connection: Connection, name: str, value: str) -> None:
    """Keep a note of the sync's own in the file; call it inside a transaction."""
    connection.execute("INSERT OR REPLACE INTO _twinbase_sync (name, value) VALUES (?, ?)", (name, value))


def forget(connection: Connection, name: str) -> None:
    """Keep a note no longer; call it inside a transaction."""
    connection.execute("DELETE FROM _twinbase_sync WHERE name = ?", (name,))


def recall(connection: Connection, name: str) -> str:
    """A note that was kept, "" when there is none."""
    row = connection.execute("SELECT value FROM _twinbase_sync WHERE name = ?", (name,)).fetchone()
    return "" if row is None else str(row[0])
