"""A device in a process of its own that sends its pictures, and is killed at one of the moments on their way."""

import asyncio
import inspect
import itertools
import os
import signal
from pathlib import Path
from typing import Any

import uvicorn
from pydantic import SecretStr
from tests.attachments.gallery import gallery
from tests.crash.device import KEY

from twinbase.errors import TransportError
from twinbase.replica import Replica
from twinbase.replica.attachments import send
from twinbase.replica.attachments.line import FileLine
from twinbase_server.app import create_app
from twinbase_server.settings import Settings

MOMENTS: tuple[tuple[Any, str], ...] = (
    (FileLine, "begin_upload"),
    (FileLine, "send_piece"),
    (send, "note_address"),
    (send, "note_sent"),
    (send, "note_whole"),
)
OFFLINE = 3


def sync_until(path: str, url: str, point: int) -> None:
    """The life of this process: it is killed before, or after, the moment of that number; 0: never."""
    if point:
        die_at(point)
    asyncio.run(_sync(Path(path), url))


def die_at(point: int) -> None:
    """Kill this process at the moment of that number, of all that come on the way of its pictures."""
    moments = itertools.count(1)

    def count() -> None:
        if next(moments) == point:
            os.kill(os.getpid(), signal.SIGKILL)

    for owner, name in MOMENTS:
        setattr(owner, name, _counted(getattr(owner, name), count))


def _counted(work: Any, count: Any) -> Any:
    if inspect.iscoroutinefunction(work):

        async def counted_task(*given: Any) -> Any:
            count()
            answer = await work(*given)
            count()
            return answer

        return counted_task

    def counted(*given: Any) -> Any:
        count()
        answer = work(*given)
        count()
        return answer

    return counted


async def _sync(path: Path, url: str) -> None:
    async with await Replica.open(path, KEY, plugins=gallery(), server=url) as replica:
        try:
            report = await replica.sync()
        except TransportError:
            raise SystemExit(OFFLINE) from None
        raise SystemExit(OFFLINE if report.files_waiting else 0)


def serve_gallery(shelf: str, database_url: str, port: int) -> None:
    """The life of the server's process: it serves until it is killed."""
    settings = Settings(database_url=SecretStr(database_url), pool_max=4, files=shelf)
    config = uvicorn.Config(create_app(settings, gallery()), host="127.0.0.1", port=port, log_level="critical")
    asyncio.run(uvicorn.Server(config).serve())
