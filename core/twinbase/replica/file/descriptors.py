"""Bytes of the file read beside SQLite, without taking SQLite's locks away.

POSIX drops all locks that a process has on a file as soon as the process closes any descriptor of it. SQLite keeps its
own descriptors back for that reason; one of ours, closed beside them, would let the next process that closes the file
believe that it is the last: it would remove the -wal, and every later commit of this process with it. So while a
connection of this process has the file open, one descriptor serves all reading, and is closed after the last of them.
"""

import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FileId = tuple[int, int]


@dataclass
class _OpenFile:
    connections: int = 0
    descriptor: int | None = None


_guard = threading.Lock()
_open_files: dict[FileId, _OpenFile] = {}


def read_at(path: Path, offset: int, size: int) -> bytes:
    """`size` bytes of the file from `offset` on, or what there is of them; raises FileNotFoundError without a file."""
    with _guard:
        opened = _open_files.get(_id_of(path))
        if opened is None or sys.platform == "win32":  # There a lock goes with its own descriptor, and nothing else.
            with path.open("rb") as file:
                file.seek(offset)
                return file.read(size)
        if opened.descriptor is None:
            opened.descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        return os.pread(opened.descriptor, size, offset)


def note_connection(path: Path) -> Callable[[], None]:
    """SQLite is about to open the file; call what is answered, once, when that connection is closed."""
    with _guard:
        file_id = _id_of(path)
        _open_files.setdefault(file_id, _OpenFile()).connections += 1
    return lambda: _note_closed(file_id)


def _note_closed(file_id: FileId) -> None:
    with _guard:
        opened = _open_files[file_id]
        opened.connections -= 1
        if opened.connections:
            return
        del _open_files[file_id]
        if opened.descriptor is not None:
            os.close(opened.descriptor)


def _id_of(path: Path) -> FileId:
    found = path.stat()
    return found.st_dev, found.st_ino
