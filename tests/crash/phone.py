"""A phone in a process of its own: it opens its file, does what it is told in turn, and tells what became of it."""

import asyncio
import json
import multiprocessing
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.crash.device import KEY
from tests.sync.shop import Job, Workshop

from twinbase import Plugins
from twinbase.errors import TwinbaseError
from twinbase.replica.replica import Replica

Step = tuple[str, ...]


class PhoneProcess:
    """`steps`: ("enroll", code), ("sign in", email, password), ("visit", job), ("sync",), ("sign out",); one after the
    other until one fails."""

    def __init__(self, file: Path, url: str, *steps: Step, name: str = "phone") -> None:
        self._told = file.with_name(f"{file.stem}-{name}.told")
        self._told.unlink(missing_ok=True)
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__, "tests.crash.device", "tests.crash.server"])
        self._process: BaseProcess = context.Process(target=_live, args=(str(file), url, steps, str(self._told)))
        self._process.start()

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()
        self._process.join()

    async def ended(self) -> dict[str, Any]:
        """What it told at its end; nothing when it was killed before."""
        await asyncio.to_thread(self._process.join)
        told: dict[str, Any] = json.loads(self._told.read_text()) if self._told.exists() else {"error": "killed"}
        return told


async def live(file: Path, url: str, *steps: Step) -> dict[str, Any]:
    """The whole life of one such process."""
    return await PhoneProcess(file, url, *steps).ended()


def _live(file: str, url: str, steps: tuple[Step, ...], told: str) -> None:
    Path(told).write_text(json.dumps(asyncio.run(_run(Path(file), url, steps))))


async def _run(file: Path, url: str, steps: tuple[Step, ...]) -> dict[str, Any]:
    said: dict[str, Any] = {"error": ""}
    try:
        async with await Replica.open(file, KEY, plugins=Plugins(Workshop()), server=url) as replica:
            for what, *words in steps:
                said |= await _do(replica, what, words)
    except TwinbaseError as error:
        said |= {"error": type(error).__name__, "message": str(error)}
    return said


async def _do(replica: Replica, what: str, words: list[str]) -> dict[str, Any]:
    match what:
        case "enroll":
            return {"session": (await replica.enroll(words[0], device_name="a phone")).session}
        case "sign in":
            return {"session": (await replica.sign_in(words[0], words[1], device_name="a phone")).session}
        case "visit":
            async with replica.session() as session:
                (await session.get_one(Job, UUID(words[0]))).visits += 1
                await session.commit()
            return {}
        case "sync":
            report = await replica.sync()
            return {"proven": report.is_proven, "outcomes": dict(report.outcomes)}
        case _:
            await replica.sign_out()
            return {}
