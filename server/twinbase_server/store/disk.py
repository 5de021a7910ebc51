"""What obstore leaves to others on a disk: its LocalStore writes beside and renames, and flushes nothing."""

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

_BEGUN = re.compile(r"#[0-9]+$")


@dataclass(frozen=True, slots=True)
class Disk:
    """A directory of objects. All of it raises OSError."""

    root: Path

    def flush_object(self, name: str) -> None:
        """Flush an object, and the folders that lead to it: after it, neither goes with the power."""
        path = self.root / name
        for one in (path, *path.parents):
            _flush(one)
            if one == self.root:
                return

    def remove_leftovers(self, before: datetime) -> None:
        """Take away what was being written when a process ended, and folders of uploads in which nothing lies."""
        for folder, _, files in os.walk(self.root, topdown=False):
            for name in files:
                if _BEGUN.search(name) and _is_older(path := Path(folder, name), before):
                    path.unlink(missing_ok=True)
            if Path(folder).parent == self.root / "upload" and _is_older(Path(folder), before):
                with suppress(OSError):  # something lies in it
                    os.rmdir(folder)


def _is_older(path: Path, before: datetime) -> bool:
    try:
        return path.stat().st_mtime < before.timestamp()
    except FileNotFoundError:
        return False


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
