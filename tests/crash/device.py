"""A device in a process of its own: it opens its file, syncs once, and may kill itself before one of its commits."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

from tests.sync.shop import Workshop

from twinbase import Plugins
from twinbase.errors import TransportError
from twinbase.replica.file import transaction
from twinbase.replica.replica import Replica

KEY = bytes(range(32))
OFFLINE = 3
"""The exit code of a device whose line broke."""


def sync_once(path: str, url: str, point: int = 0) -> None:
    """The life of this process; `point`: it is killed in the middle of the sync's transaction of that number."""
    if point:
        die_at(point)
    asyncio.run(_sync(Path(path), url))


def die_at(point: int) -> None:
    """Kill this process in the middle of the sync's transaction number `point`, before its commit."""
    seen = 0
    commit = transaction.commit

    def commit_or_die(connection: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == point:
            os.kill(os.getpid(), signal.SIGKILL)
        commit(connection)

    transaction.commit = commit_or_die


async def _sync(path: Path, url: str) -> None:
    async with await Replica.open(path, KEY, plugins=Plugins(Workshop()), server=url) as replica:
        try:
            await replica.sync()
        except TransportError:
            raise SystemExit(OFFLINE) from None
