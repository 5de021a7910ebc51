"""How far a file's outbox had come, kept beside it: what a damaged -wal takes with it cannot say that it was there.

SQLite takes a -wal up to its first wrong byte, and leaves out the rest without a word: whole commits, of edits that are
nowhere else. So every commit of a person's notes the number of the newest edit in a file of its own. Who opens the
replica compares. It holds numbers and a time, and nothing of what was typed.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from twinbase.replica.connection import Connection
from twinbase.replica.file.counted import counted_connection

RECORD_BYTES = 256


@dataclass(frozen=True, slots=True)
class OutboxReach:
    """The newest edit that a replica's outbox ever held: its number, and when it was committed."""

    replica: str
    seq: int
    at: str = ""


def read_reach(connection: Connection) -> OutboxReach | None:
    """How far the outbox in the file has come; None when the file holds none. Numbers are never given twice."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = '_twinbase_outbox'").fetchone() is None:
        return None
    query = (
        "SELECT replica, coalesce((SELECT seq FROM sqlite_sequence WHERE name = '_twinbase_outbox'), 0),"
        " coalesce((SELECT at FROM _twinbase_outbox ORDER BY seq DESC LIMIT 1), '') FROM _twinbase_state"
    )
    row = connection.execute(query).fetchone()
    return None if row is None else OutboxReach(*row)


def note_reach(path: Path, reach: OutboxReach) -> None:
    """Write it beside the file, and onto the disk. A note that cannot be written undoes no commit."""
    record = msgspec.json.encode(reach).ljust(RECORD_BYTES)
    with suppress(OSError):
        note = os.open(reach_path(path), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.write(note, record)
            os.fsync(note)
        finally:
            os.close(note)


def read_noted_reach(path: Path) -> OutboxReach | None:
    """What was noted; a note that cannot be read says nothing."""
    try:
        return msgspec.json.decode(reach_path(path).read_bytes(), type=OutboxReach)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def reach_path(path: Path) -> Path:
    return path.with_name(path.name + ".reach")


@cache
def noting_connection(driver: ModuleType) -> type[Any]:
    """The driver's connection, with commits that note how far the outbox has come. Set its `path`."""
    counted: Any = counted_connection(driver)

    class NotingConnection(counted):  # type: ignore[misc]
        """The connection of a person: what is committed is on the disk, and noted beside the file."""

        path: Path
        noted = 0

        def commit(self) -> None:
            reach = read_reach(self) if self.in_transaction else None
            super().commit()
            if reach is not None and reach.seq > self.noted:
                note_reach(self.path, reach)
                self.noted = reach.seq

    return NotingConnection
