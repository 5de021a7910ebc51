"""One sync at a time per file: a lock that the operating system frees when its holder dies, and a fencing token.

The lock alone is not enough: a phone can be suspended in the middle of a sync, lose its lock and wake up later. So each
holder writes a new token into the file, and every transaction of a sync checks that the token is still its own (H28).
"""

import asyncio
import json
import os
import stat
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO
from uuid import UUID

from twinbase.errors import ReplicaBusy, StorageFailed

POLL_SECONDS = 0.05
OWNER_ONLY = 0o600


@asynccontextmanager
async def hold_sync_lock(path: Path, token: UUID, *, wait_seconds: float, who: str = "") -> AsyncIterator[None]:
    """Hold the right to sync the replica at `path`; raises ReplicaBusy, saying who, when another keeps it too long."""
    lock = lock_path(path)
    with _translated(lock):
        file = _open(lock)
    try:
        await _acquire(file, wait_seconds)
        with _translated(lock):
            _sign(file, token, who)
        yield
    finally:
        file.close()


def lock_path(path: Path) -> Path:
    """Beside the replica, never removed: removing a lock file lets two holders lock two different files."""
    return path.with_name(path.name + ".sync-lock")


@contextmanager
def _translated(lock: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageFailed(f"{lock.name}: {error.strerror}.") from error


def _open(path: Path) -> IO[bytes]:
    """For its owner alone: whoever may open it may hold it, and then nobody syncs."""
    path.touch(mode=OWNER_ONLY, exist_ok=True)
    file = path.open("r+b", buffering=0)
    if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & ~OWNER_ONLY and sys.platform != "win32":
        path.chmod(OWNER_ONLY)  # Made by an earlier version.
    return file


async def _acquire(file: IO[bytes], wait_seconds: float) -> None:
    deadline = asyncio.get_running_loop().time() + wait_seconds
    while not try_lock(file):
        if asyncio.get_running_loop().time() >= deadline:
            raise ReplicaBusy(_holder(file))
        await asyncio.sleep(POLL_SECONDS)


def _sign(file: IO[bytes], token: UUID, who: str) -> None:
    file.seek(1)
    file.truncate()
    file.write(json.dumps({"process": os.getpid(), "who": who, "token": str(token)}).encode())


def _holder(file: IO[bytes]) -> str:
    """Who holds the lock, as far as it said. (The first byte is the lock itself: Windows lets nobody read that one.)"""
    try:
        file.seek(1)
        holder = json.loads(file.read(4096))
        return f"It is process {holder['process']}" + (f", {holder['who']}." if holder["who"] else ".")
    except (OSError, ValueError, KeyError, TypeError):
        return "It did not say who it is."


if sys.platform == "win32":
    import msvcrt

    def try_lock(file: IO[bytes]) -> bool:
        """Lock an open file until it is closed, or until this process ends; False when another has locked it."""
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def try_lock(file: IO[bytes]) -> bool:
        """Lock an open file until it is closed, or until this process ends; False when another has locked it."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
