"""One window of a tablet: a process that opens the file, syncs it once, and tells what became of it."""

import asyncio
import json
import multiprocessing
import os
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from tests.crash.device import KEY
from tests.sync.shop import Workshop

from twinbase import Plugins
from twinbase.errors import TwinbaseError
from twinbase.replica.replica import Replica


class Window:
    """The process. `who` is the name that it gives itself; `ended` says what it told."""

    def __init__(self, file: Path, url: str, who: str, *, wait_seconds: float = 30.0) -> None:
        self._told = file.with_name(f"{who}.told")
        arguments = (str(file), url, who, wait_seconds, str(self._told))
        context = multiprocessing.get_context("forkserver")
        # A Python that starts anew for each window costs a second; these fork from one that has imported all.
        context.set_forkserver_preload([__name__, "tests.crash.device", "tests.crash.server"])
        self._process: BaseProcess = context.Process(target=_live, args=arguments)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def send(self, signal_number: int) -> None:
        os.kill(self.pid, signal_number)

    async def ended(self) -> dict[str, Any]:
        """What the process told at its end."""
        await asyncio.to_thread(self._process.join)
        told: dict[str, Any] = json.loads(self._told.read_text())
        return told


def _live(file: str, url: str, who: str, wait_seconds: float, told: str) -> None:
    Path(told).write_text(json.dumps(asyncio.run(_sync(Path(file), url, who, wait_seconds))))


async def _sync(file: Path, url: str, who: str, wait_seconds: float) -> dict[str, Any]:
    async with await Replica.open(file, KEY, plugins=Plugins(Workshop()), server=url, who=who) as replica:
        try:
            report = await replica.sync(wait_seconds=wait_seconds)
        except TwinbaseError as error:
            return {"error": type(error).__name__, "message": str(error)}
        return {"error": "", "proven": report.is_proven, "pushed": report.pushed, "pulled": report.pulled}
