"""The end of a file: nothing of it can be read any more, and nothing of it is taken for a new one.

First its head is overwritten, where the salt of its key is: from then on it is known as destroyed, wherever the power
fails. Then go the attachments and what else lies beside it, and at last the file itself. Whoever finds it half-way
destroys it again.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from twinbase.errors import StorageFailed
from twinbase.replica.file.content_tables import content_folder
from twinbase.replica.file.descriptors import read_at
from twinbase.replica.file.file import wal_of
from twinbase.replica.file.folders import keep_names
from twinbase.replica.file.lock import lock_path
from twinbase.replica.file.reach import reach_path

MARK = b"twinbase: destroyed\n"
HEAD_BYTES = 4096


def destroy_file(path: Path) -> None:
    """Destroy the file at `path`, with all that belongs to it. Close it first; destroy its key before.

    Killed at any point, the file is refused with DestroyedReplica until this is done again. Where there is none, what
    is left beside it goes. Raises StorageFailed when something cannot be removed.
    """
    try:
        _overwrite_head(path)
        _remove_contents(path)
        for file in (*_list_belongings(path), path):
            file.unlink(missing_ok=True)
        with suppress(PermissionError):  # Windows lets nobody remove a file that is open, and the lock may be ours.
            lock_path(path).unlink(missing_ok=True)
        keep_names(path.parent)
    except OSError as error:
        raise StorageFailed(f"{path.name} could not be destroyed whole: {error.strerror}.") from error


def is_destroyed(path: Path) -> bool:
    """Whether somebody has begun to destroy the file at `path`."""
    with suppress(FileNotFoundError):
        return read_at(path, 0, len(MARK)) == MARK
    return False


def _overwrite_head(path: Path) -> None:
    with suppress(FileNotFoundError), path.open("r+b") as file:
        file.write(MARK.ljust(HEAD_BYTES, b"\0"))
        file.flush()
        os.fsync(file.fileno())


def _remove_contents(path: Path) -> None:
    """The attachments: their key was in the file."""
    with suppress(FileNotFoundError):
        shutil.rmtree(content_folder(path))


def _list_belongings(path: Path) -> Iterator[Path]:
    """What SQLite and we keep beside a file, tokens too, but for the lock, which the caller may hold."""
    yield wal_of(path)
    for ending in ("-shm", "-journal", "-tokens"):
        yield path.with_name(path.name + ending)
    yield reach_path(path)
    yield lock_path(content_folder(path))
    yield from path.parent.glob(f"{_literal(path.name)}-wal.lost-*")


def _literal(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
