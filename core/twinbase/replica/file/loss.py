"""Edits that were committed and are not in the file: noticed when it is opened, and said until somebody has read it."""

import shutil
from contextlib import suppress
from pathlib import Path

from twinbase.replica.connection import Connection
from twinbase.replica.file.file import ReplicaFile, open_untouched, translate_errors, wal_of
from twinbase.replica.file.reach import OutboxReach, note_reach, read_noted_reach, read_reach
from twinbase.replica.file.state import NOTES, recall, remember
from twinbase.replica.file.transaction import begin_transaction

KEPT_MAX = 9
_NOTE = "lost"


def find_loss(file: ReplicaFile) -> str:
    """What is missing at the end of the outbox, as a sentence, or "". Looks, and leaves the file as it is.

    A -wal that lost something is copied: it goes with the first write, and may be all that is left.
    """
    noted = read_noted_reach(file.path)
    if noted is None:
        return ""
    with translate_errors(file), open_untouched(file) as connection:
        found = read_reach(connection)
    if found is not None and (found.replica != noted.replica or found.seq >= noted.seq):
        return ""
    return _describe(noted, found.seq if found else 0, _keep_wal(file.path))


def _describe(noted: OutboxReach, seq: int, kept: Path | None) -> str:
    missing = noted.seq - seq
    what = "The newest edit is" if missing == 1 else f"The {missing} newest edits are"
    copy = f" What was left of the -wal is in {kept.name}: keep it." if kept else ""
    return (
        f"{what} missing in this file, written until {noted.at or 'an unknown time'}: its -wal was damaged, or it"
        " is out of a backup. What had been sent is on the server and comes back; type again what is not there"
        f" after a sync.{copy}"
    )


def _keep_wal(path: Path) -> Path | None:
    wal = wal_of(path)
    if not wal.exists() or not wal.stat().st_size:
        return None
    for number in range(1, KEPT_MAX + 1):
        kept = path.with_name(f"{path.name}-wal.lost-{number}")
        if not kept.exists():
            with suppress(OSError):
                shutil.copy(wal, kept)
                return kept
    return None


def note_loss(connection: Connection, path: Path, said: str) -> None:
    """Keep in the file what was said, and go on counting from what is there."""
    with begin_transaction(connection):
        connection.execute(NOTES)
        before = recall(connection, _NOTE)
        remember(connection, _NOTE, said if said in before or not before else f"{before} {said}")
        reach = read_reach(connection)
    if reach is not None:
        note_reach(path, reach)


def read_loss(connection: Connection) -> str:
    """What was said of a loss that nobody has read yet; "" when there is none."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = '_twinbase_sync'").fetchone() is None:
        return ""
    return recall(connection, _NOTE)


def forget_loss(connection: Connection) -> None:
    """Somebody has read it."""
    connection.execute(NOTES)
    remember(connection, _NOTE, "")
