"""The app that is measured: a process with a window, a copy of a device, and a line of JSON for each act."""

import asyncio
import json
import shutil
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from twinbase.errors import TwinbaseError

LINE_BYTES_MAX = 64 * 1024 * 1024
SIZE = (412, 915)


class BenchAppEnded(TwinbaseError):
    """The measured app ended before it answered."""


@dataclass(frozen=True)
class BenchDevice:
    """An encrypted file that has fetched everything. `server`: where it looks for news."""

    file: Path
    key: bytes
    server: str
    plugins: Sequence[str]


@dataclass
class MeasuredApp:
    """`first_seconds`: from the start of the process until today's visits were on the glass."""

    first_seconds: float
    _process: asyncio.subprocess.Process

    async def do(self, act: str, **how: Any) -> dict[str, Any]:
        """Let it be done; what was measured. Raises BenchAppEnded."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": act, **how}).encode() + b"\n")
        return await _hear(self._process)

    def measure_memory(self) -> float:
        """MiB that it holds now."""
        return float(psutil.Process(self._process.pid).memory_info().rss / 1024 / 1024)


@asynccontextmanager
async def start_app(device: BenchDevice, folder: Path) -> AsyncIterator[MeasuredApp]:
    """On a copy of the device, until the block ends."""
    home = folder / "measured"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    for part in device.file.parent.glob(f"{device.file.name}*"):
        (shutil.copytree if part.is_dir() else shutil.copy)(part, home / part.name)
    said = {"file": str(home / device.file.name), "key": device.key.hex(), "server": device.server,
            "plugins": list(device.plugins), "size": SIZE}  # fmt: skip
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "twinbase_kivy.bench"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LINE_BYTES_MAX,
    )
    try:
        assert process.stdin is not None
        process.stdin.write(json.dumps(said).encode() + b"\n")
        await _hear(process)
        yield MeasuredApp(time.perf_counter() - started, process)
        process.stdin.close()
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _hear(process: asyncio.subprocess.Process) -> dict[str, Any]:
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        raise BenchAppEnded("What it said last stands above; is there a screen (DISPLAY)?")
    answer: dict[str, Any] = json.loads(line)
    return answer
