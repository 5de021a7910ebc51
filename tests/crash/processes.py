"""Real processes that can be killed: a server, and devices. They fork from one that has imported everything already."""

import asyncio
import multiprocessing
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Any

import httpx2

START_SECONDS_MAX = 60.0
POLL_SECONDS = 0.002


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crash.device", "tests.crash.server"])
    return context


class Killable:
    """A process of ours."""

    def __init__(self, run: Callable[..., None], *arguments: Any) -> None:
        self._process: ForkServerProcess = _context().Process(target=run, args=arguments, daemon=True)
        self._process.start()

    @property
    def runs(self) -> bool:
        return self._process.exitcode is None

    def kill(self) -> None:
        """SIGKILL: it says nothing, closes nothing, finishes nothing. Its kernel side is gone when this returns."""
        assert self._process.pid is not None
        if self.runs:
            os.kill(self._process.pid, signal.SIGKILL)
        self._process.join()

    async def ended(self) -> int:
        """Its exit code; negative for the signal that killed it."""
        # Not in a thread: one that waits and another that kills would both read the exit code, which is there once.
        await until(lambda: not self.runs, "the end of a process")
        code = self._process.exitcode
        assert code is not None
        return code


class ServerProcess:
    """The API in a process of its own, on a port that stays the same when it is started again."""

    def __init__(self, run: Callable[[str, int], None], database_url: str) -> None:
        self._run, self._database_url = run, database_url
        self.port = _free_port()
        self.process: Killable

    async def start(self) -> None:
        """Return when it answers."""
        self.process = Killable(self._run, self._database_url, self.port)
        async with asyncio.timeout(START_SECONDS_MAX), httpx2.AsyncClient() as client:
            while not await self._answers(client):
                assert self.process.runs, "the server did not start"

    def kill(self) -> None:
        self.process.kill()

    async def restart(self, run: Callable[[str, int], None]) -> None:
        """Killed, and started again as another one: with another clock, say."""
        self.kill()
        self._run = run
        await self.start()

    async def _answers(self, client: httpx2.AsyncClient) -> bool:
        try:
            answer = await client.get(f"http://127.0.0.1:{self.port}/api/v1/health")
        except httpx2.HTTPError:
            await asyncio.sleep(POLL_SECONDS)
            return False
        return answer.status_code == 200


@asynccontextmanager
async def serving(run: Callable[[str, int], None], database_url: str) -> AsyncIterator[ServerProcess]:
    server = ServerProcess(run, database_url)
    await server.start()
    try:
        yield server
    finally:
        server.kill()


async def until(condition: Callable[[], Any], what: str) -> None:
    """Wait for a condition to be seen; a failure says for which."""
    try:
        async with asyncio.timeout(START_SECONDS_MAX):
            while not condition():
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        raise AssertionError(f"never seen: {what}") from None


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
