"""The API server, as a real process that can be stopped, killed and started again."""

import asyncio
import os
import signal
import socket
import sys

import httpx2

from twinbase.errors import TwinbaseError

START_SECONDS_MAX = 300.0
"""A machine that is busy with other things takes minutes for what takes seconds."""


class ServerFailed(TwinbaseError):
    """The server's process did not come up."""


class ApiServer:
    """One process of `twinbase serve` on one port, for as long as it lives."""

    def __init__(self, database_url: str, seconds_max: float = START_SECONDS_MAX) -> None:
        self.port = _free_port()
        self._seconds_max = seconds_max
        self._database_url = database_url
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it; return when it answers."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "twinbase_demo.api",
            str(self.port),
            self._database_url,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            env=dict(os.environ),
        )
        try:
            async with asyncio.timeout(self._seconds_max):
                await self._wait_for_answer(self._process)
        except TimeoutError:
            await self.kill()
            raise ServerFailed(f"The server has not answered in {self._seconds_max:g} seconds.") from None

    async def _wait_for_answer(self, process: asyncio.subprocess.Process) -> None:
        while not await self._answers():
            if process.returncode is not None:
                assert process.stderr is not None
                said = (await process.stderr.read()).decode(errors="replace").strip()
                raise ServerFailed(said.splitlines()[-1] if said else "It said nothing.")
            await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """SIGKILL: it says nothing, closes nothing, finishes nothing."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        await self._end(signal.SIGTERM)

    async def _end(self, how: signal.Signals) -> None:
        if self._process is None or self._process.returncode is not None:
            return
        self._process.send_signal(how)
        try:
            async with asyncio.timeout(15):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def _answers(self) -> bool:
        try:
            async with httpx2.AsyncClient() as client:
                answer = await client.get(f"http://127.0.0.1:{self.port}/api/v1/health")
        except httpx2.HTTPError:
            return False
        return answer.status_code == 200


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
