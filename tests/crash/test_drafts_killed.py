"""Killed while somebody types, an app finds what he had typed when it starts again."""

import asyncio
import os
import signal
from datetime import datetime
from pathlib import Path

from tests.crash.device import KEY
from tests.crash.processes import Killable
from tests.sync.shop import Workshop

from twinbase import Plugins
from twinbase.replica import Replica, drafts
from twinbase.replica.connection import Connection

ROUTE, FIELD = "job/7/report", "text"
TYPED = "Pressure at 0,4 bar. "


def type_and_die(path: str, pauses: int, inside: bool) -> None:
    """The life of this process: it is killed as soon as a draft is set, or in the middle of setting the next one."""
    asyncio.run(_type(Path(path), pauses, inside))


async def _type(path: Path, pauses: int, inside: bool) -> None:
    async with await Replica.open(path, KEY, plugins=Plugins(Workshop())) as replica:
        for pause in range(1, pauses + 1):
            await replica.drafts.set(ROUTE, FIELD, TYPED * pause)
        if inside:
            written = drafts._set

            def die(connection: Connection, route: str, field: str, text: str, now: datetime) -> None:
                written(connection, route, field, text, now)
                os.kill(os.getpid(), signal.SIGKILL)

            drafts._set = die
            await replica.drafts.set(ROUTE, FIELD, "half")
        os.kill(os.getpid(), signal.SIGKILL)


async def _killed(path: Path, pauses: int, inside: bool) -> str | None:
    assert await Killable(type_and_die, str(path), pauses, inside).ended() == -signal.SIGKILL
    async with await Replica.open(path, KEY, plugins=Plugins(Workshop()), check=True) as replica:
        return await replica.drafts.get(ROUTE, FIELD)


async def test_what_was_set_before_the_app_was_killed_is_there(tmp_path: Path) -> None:
    for pauses in (1, 2, 30):
        assert await _killed(tmp_path / "anna.twin", pauses, inside=False) == TYPED * pauses


async def test_killed_while_a_draft_is_set_the_one_before_is_there_whole(tmp_path: Path) -> None:
    assert await _killed(tmp_path / "anna.twin", 3, inside=True) == TYPED * 3
    assert await _killed(tmp_path / "new.twin", 0, inside=True) is None
