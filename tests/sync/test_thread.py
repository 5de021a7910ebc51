"""A program without asyncio has its replica on a thread, as the how-to page writes it, over a real port."""

import asyncio
import queue
import socket
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import uvicorn
from sqlmodel import select
from tests.docs.page_blocks import executes, find_blocks
from tests.sync.shop import Job
from tests.sync.template import workshop

from twinbase.replica import Replica
from twinbase.testing import World
from twinbase.testing.world import PASSWORD

SECONDS = 30
HOW_TO = find_blocks("docs/how-to/run-on-a-thread.md")


def read_example() -> dict[str, Any]:
    """What the how-to page defines."""
    defined: dict[str, Any] = {"__name__": "how_to"}
    for example in HOW_TO:
        exec(example.take(), defined)
    return defined


@pytest.fixture
async def url(world: World) -> AsyncIterator[str]:
    """Where the world's server answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(world.application, lifespan="off", log_level="error"))
        task = asyncio.create_task(server.serve(sockets=[listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await task


@executes(*HOW_TO)
async def test_a_program_without_asyncio_writes_watches_and_closes(world: World, url: str, tmp_path: Path) -> None:
    await world.account("anna", lead="anna")
    await world.sql(f"INSERT INTO workshop.job VALUES ('{uuid4()}', 'anna', 'pump', NULL, 1, false)")
    shown = await asyncio.to_thread(work_a_day, url, tmp_path / "thread.twin", world.clock)
    assert shown == ["boiler", "pump"]
    assert {row.title for row in await world.sql("SELECT title FROM workshop.job")} == {"boiler", "pump"}
    assert "replica" not in {thread.name for thread in threading.enumerate()}


def work_a_day(url: str, path: Path, clock: Any) -> list[str]:
    """Without a loop of its own; the titles that the screen showed last."""
    page = read_example()
    device = page["ReplicaThread"](path, b"k" * 32, workshop(), url, clock=clock)
    screen: queue.Queue[Sequence[Any]] = queue.Queue()
    watching = device.call(page["show_always"](device.replica, select(Job), screen.put))
    assert list(screen.get(timeout=SECONDS)) == []
    device.call(device.replica.sign_in("anna@example.org", PASSWORD)).result(SECONDS)
    device.call(add_job(device.replica)).result(SECONDS)
    assert device.call(device.replica.sync()).result(SECONDS).is_proven
    titles: list[str] = []
    while titles != ["boiler", "pump"]:
        titles = sorted(row.title for row in screen.get(timeout=SECONDS))
    device.close()
    assert watching.cancelled()
    return titles


async def add_job(replica: Replica) -> None:
    async with replica.session() as session:
        session.add(Job(lead="anna", title="boiler"))
        await session.commit()
