"""Two real processes and one file: one syncs at a time, and one that slept through its turn writes nothing (H28)."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import uvicorn
from tests.crash.device import KEY
from tests.crash.tablet import Window
from tests.sync.shop import Job, Product

from twinbase.replica.file.lock import lock_path
from twinbase.testing import World
from twinbase.testing.device import Device
from twinbase.testing.world import PASSWORD


class Gate:
    """The world's server with a gate: the first pull waits at it until it is opened; the others pass."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._arrived, self._open = asyncio.Event(), asyncio.Event()
        self._first = True
        self.url = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"].endswith("sync/pending") and self._first:
            self._first = False
            self._arrived.set()
            await self._open.wait()
        await self._world.application(scope, receive, send)

    async def somebody_waits(self) -> None:
        async with asyncio.timeout(30):
            await self._arrived.wait()

    def open(self) -> None:
        self._open.set()


@pytest.fixture
async def gate(world: World) -> AsyncIterator[Gate]:
    gate = Gate(world)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(gate, lifespan="off", log_level="error"))
        task = asyncio.create_task(server.serve(sockets=[listening]))
        gate.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        yield gate
        gate.open()
        server.should_exit = True
        await task


@pytest.fixture
async def tablet(world: World, gate: Gate) -> Device:
    """A synced file with an edit that counts, closed; two products wait for it on the server."""
    await world.sql("INSERT INTO workshop.job VALUES (:id, 'anna', 'boiler', NULL, 1, false)", id=uuid4())
    await world.account("anna", lead="anna")
    device = Device(
        "anna", world.folder / "anna.twin", KEY, world.plugins, world.application, world.clock, url=gate.url
    )
    await device.reopen()
    await device.sign_in("anna@example.org", PASSWORD)
    await device.sync()
    (job,) = await device.all(Job)
    await device.change(Job, job.id, visits=2)
    await world.sql("INSERT INTO workshop.product VALUES (1, 'pipe', NULL), (2, 'valve', NULL)")
    await device.close()
    return device


async def _file_is_whole(world: World, tablet: Device) -> None:
    await tablet.reopen()
    report = await tablet.sync()
    assert report.is_proven and report.pushed == 0
    assert await world.sql("SELECT visits FROM workshop.job") == [(2,)]
    assert len(await tablet.all(Product)) == 2
    await tablet.close()


async def test_a_second_process_waits_for_the_first_and_then_syncs(world: World, gate: Gate, tablet: Device) -> None:
    first = Window(tablet.path, gate.url, "the first window")
    await gate.somebody_waits()
    second = Window(tablet.path, gate.url, "the second window")
    gate.open()

    told = await asyncio.gather(first.ended(), second.ended())

    assert [each["error"] for each in told] == ["", ""] and all(each["proven"] for each in told)
    assert sorted((each["pushed"], each["pulled"]) for each in told) == [(0, 0), (1, 3)]
    await _file_is_whole(world, tablet)


async def test_a_second_process_that_will_not_wait_is_told_who_is_at_it(
    world: World, gate: Gate, tablet: Device
) -> None:
    first = Window(tablet.path, gate.url, "the kitchen window")
    await gate.somebody_waits()

    told = await Window(tablet.path, gate.url, "impatient", wait_seconds=0).ended()

    assert told["error"] == "ReplicaBusy" and f"process {first.pid}, the kitchen window." in told["message"]
    gate.open()
    assert (await first.ended())["proven"]
    await _file_is_whole(world, tablet)


async def test_a_sync_that_slept_while_another_took_over_writes_nothing_when_it_wakes(
    world: World, gate: Gate, tablet: Device
) -> None:
    sleeper = Window(tablet.path, gate.url, "the sleeper")
    await gate.somebody_waits()
    sleeper.send(signal.SIGSTOP)
    gate.open()
    # The system gave its lock away: a file of another directory entry, as after a cleaner or a lost network share.
    lock_path(tablet.path).unlink()

    other = await Window(tablet.path, gate.url, "the other").ended()
    sleeper.send(signal.SIGCONT)
    woken = await sleeper.ended()

    assert other["error"] == "" and other["proven"]
    assert woken["error"] == "ReplicaBusy" and "taken over" in woken["message"]
    await _file_is_whole(world, tablet)


async def test_a_process_that_is_killed_frees_the_file_at_once(world: World, gate: Gate, tablet: Device) -> None:
    first = Window(tablet.path, gate.url, "the first window")
    await gate.somebody_waits()
    first.send(signal.SIGKILL)

    told = await Window(tablet.path, gate.url, "the next", wait_seconds=5).ended()

    assert told["error"] == "" and told["proven"]
    await _file_is_whole(world, tablet)
