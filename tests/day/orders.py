"""What somebody does with an app that runs in a process of its own: a line of JSON for each thing, and its answer."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.day.company import Company

from twinbase.clock import Clock, utc_now

ROOT = Path(__file__).parents[2]
SECONDS_MAX = 60
ANSWER_SECONDS_MAX = 75
"""It answers after a minute, even if that is only what it could not do."""
Obey = Callable[..., Awaitable[object]]


@dataclass
class AppProcess:
    """An app on a device: `python -m MODULE HOME AHEAD`, with the clock of the company. Her home is a folder of the
    test's."""

    module: str
    home: Path
    company: Company
    process: asyncio.subprocess.Process = field(init=False)

    async def start(self) -> None:
        """Open it, as after a restart of the device."""
        command = [sys.executable, "-m", self.module, str(self.home), str(self.company.ahead.total_seconds())]
        self.process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=_make_environment(self.home), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            limit=1 << 22,
        )  # fmt: skip

    def kill(self) -> None:
        """SIGKILL, as a battery does."""
        self.process.kill()

    async def restart(self) -> None:
        """Killed, and opened again."""
        self.kill()
        await self.process.wait()
        await self.start()

    async def do(self, what: str, *words: str, **values: str) -> Any:
        """Tell it, and wait until it is done; what it could not do is raised with what is on the screen."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps([what, words, values]).encode() + b"\n")
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                line = await self.process.stdout.readline()
        except TimeoutError:
            self.process.send_signal(signal.SIGUSR1)
            line = await self.process.stdout.readline()
        assert line, f"it ended before {what} {words}"
        answer = json.loads(line)
        if "error" in answer:
            raise AssertionError(f"{what} {words} {values}: {answer['error']}")
        return answer["said"]

    async def touch(self, *names: str) -> None:
        """One after the other, each once it is there."""
        for name in names:
            await self.do("touch", name)

    async def press(self, *keys: str) -> None:
        """Keys, one after the other."""
        await self.do("press", *keys)

    async def type(self, text: str, into: str = "") -> None:
        """Letter by letter; in place of what stands in that field."""
        await self.do("type", text, into)

    async def see(self, *texts: str) -> None:
        """Wait until all of these can be read."""
        await self.do("see", *texts)

    async def close(self) -> None:
        """As somebody who goes home."""
        if self.process.returncode is None:
            self.kill()
            await self.process.wait()


def _make_environment(home: Path) -> dict[str, str]:
    """A device without a keyring, whose folders are all below `home`."""
    own = {name: text for name, text in os.environ.items() if not name.startswith(("XDG_", "KIVY_", "SDL_"))}
    names = {"XDG_PICTURES_DIR": "Pictures", "XDG_DOCUMENTS_DIR": "Documents", "HOME": "."}
    folders = {name: str(home / folder) for name, folder in names.items()}
    return own | folders | {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "COLORTERM": "truecolor"}


def read_clock(ahead_seconds: float) -> Clock:
    """A clock that is ahead of this machine's."""
    ahead = timedelta(seconds=ahead_seconds)

    def read() -> datetime:
        return utc_now() + ahead

    return read


async def obey_orders(acts: Mapping[str, Obey], say_screen: Callable[[], str]) -> None:
    """Do what standard input says until it ends. What is not done within a minute is answered with the screen."""
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, _say_tasks_and_end)
    orders = asyncio.StreamReader(limit=1 << 22)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while line := await orders.readline():
        what, words, values = json.loads(line)
        try:
            async with asyncio.timeout(SECONDS_MAX):
                answer: dict[str, object] = {"said": await acts[what](*words, **values)}
        except TimeoutError:
            answer = {"error": f"not within {SECONDS_MAX} s; on the screen:\n{say_screen()}"}
        except Exception as error:
            answer = {"error": f"{error!r}; on the screen:\n{say_screen()}"}
        # Not to what stands there now: Textual's own takes the text, and flushes nothing.
        print(json.dumps(answer), file=sys.__stdout__, flush=True)


def _say_tasks_and_end() -> None:
    """Where everything waits, for whoever has got no answer."""
    for task in asyncio.all_tasks():
        task.print_stack(file=sys.__stderr__)
    os._exit(1)
