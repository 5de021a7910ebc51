"""The server, as a process of its own: uvicorn over the real application, with the benchmark's plugin loaded."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from fastapi import FastAPI

from twinbase.errors import TwinbaseError
from twinbase.plugins import Plugins
from twinbase_server import accounts
from twinbase_server.app import create_app
from twinbase_server.bench.tables import BenchPlugin
from twinbase_server.cli.serve import freeze_objects
from twinbase_server.settings import Settings

START_SECONDS_MAX = 60.0


class ServerDidNotStart(TwinbaseError):
    """The server's process ended, or did not answer within a minute."""


def make_plugins() -> Plugins:
    """What server and devices load."""
    return Plugins(BenchPlugin(), accounts)


def make_application() -> FastAPI:
    """For uvicorn: everything else comes from the environment, as for `twinbase serve`."""
    made = create_app(Settings(), make_plugins())
    freeze_objects()
    return made


@dataclass(frozen=True)
class ServerProcess:
    """A running server: where it is, and which process it is."""

    url: str
    pid: int

    def read_bytes(self) -> int:
        """The memory that it holds now."""
        return read_memory_bytes(self.pid, "VmRSS")

    def read_peak_bytes(self) -> int:
        """The most memory that it ever held."""
        return read_peak_bytes(self.pid)


@asynccontextmanager
async def start_server_process(database_url: str, port: int) -> AsyncIterator[ServerProcess]:
    """A server that answers, until the block ends."""
    command = [
        sys.executable, "-m", "uvicorn", "--factory", f"{__name__}:make_application", "--host", "127.0.0.1",
        "--port", str(port), "--log-level", "warning", "--no-access-log",
    ]  # fmt: skip
    # A sign-in lasts as long as the longest run, so that no measurement meets an expired token.
    environment = os.environ | {"TWINBASE_DATABASE_URL": database_url, "TWINBASE_TOKEN_SECONDS": "86400"}
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        server = ServerProcess(f"http://127.0.0.1:{port}", process.pid)
        await _until_it_answers(server, process)
        yield server
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 30)


async def _until_it_answers(server: ServerProcess, process: "subprocess.Popen[bytes]") -> None:
    async with httpx2.AsyncClient() as client, asyncio.timeout(START_SECONDS_MAX):
        while process.poll() is None:
            try:
                if (await client.get(f"{server.url}/api/v1/health")).status_code == 200:
                    return
            except httpx2.HTTPError:
                await asyncio.sleep(0.05)
    raise ServerDidNotStart(f"Its exit status is {process.returncode}.")


def read_peak_bytes(pid: int) -> int:
    """The most memory that a process ever held, as its kernel counts it; what it holds now where nobody counts."""
    return read_memory_bytes(pid, "VmHWM")


def read_memory_bytes(pid: int, line_begins: str) -> int:
    """The memory of a process, by the name of a line of /proc; what it holds now where there is none."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith(line_begins))
        return int(line.split()[1]) * 1024
    shown = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(shown.stdout) * 1024


def find_free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
