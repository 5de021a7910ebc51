"""A device in a process of its own: one first sync, and how much memory it took. `python -m … FOLDER/FILE URL`."""

import asyncio
import json
import os
import sys
from pathlib import Path

from twinbase_server.bench.pairs import time_work
from twinbase_server.bench.process import read_peak_bytes
from twinbase_server.bench.testbed import open_signed_in


async def run_device_process(path: Path, server_url: str) -> int:
    """Fill a new file at `path` in another process; answers the most memory that it ever held."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, str(path), server_url, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"The device's process ended with status {process.returncode}.")
    return int(json.loads(said)["peak_bytes"])


async def _sync(path: Path, server_url: str) -> None:
    async with await open_signed_in(path, server_url) as replica:
        seconds = await time_work(replica.sync())
    print(json.dumps({"peak_bytes": read_peak_bytes(os.getpid()), "seconds": seconds}))


if __name__ == "__main__":
    asyncio.run(_sync(Path(sys.argv[1]), sys.argv[2]))
