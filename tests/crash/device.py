"""A device in a process of its own that kills itself in its sync: `python -m tests.crash.device FILE URL POINT`."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from tests.sync.shop import Workshop

from twinbase import Plugins
from twinbase.replica import fenced
from twinbase.replica.replica import Replica

KEY = bytes(range(32))


def die_at(point: int) -> None:
    """Kill this process in the middle of the sync's transaction number `point`, before its commit."""
    seen = 0
    commit = fenced.commit

    def commit_or_die(connection: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == point:
            os.kill(os.getpid(), signal.SIGKILL)
        commit(connection)

    fenced.commit = commit_or_die


async def main(path: Path, url: str, point: int) -> None:
    die_at(point)
    async with await Replica.open(path, KEY, plugins=Plugins(Workshop()), server=url) as replica:
        await replica.sync()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
