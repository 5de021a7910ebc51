"""A server that is told to stop sends away those who listen, and ends; they find what they missed at another one."""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import asyncpg
import httpx2
import pytest
from tests.crash.processes import ServerProcess, serving
from tests.server.depot import Depot, Device
from tests.server.depot_process import run
from tests.server.ear import listening

from twinbase import Plugins

TWINS = {twin.name: {"version": 1, "columns": list(twin.columns)} for twin in Plugins(Depot()).registry}


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient() as client:
        yield client


def tell_to_stop(server: ServerProcess) -> None:
    pid = server.process._process.pid
    assert pid is not None
    os.kill(pid, signal.SIGTERM)


async def device_at(server: ServerProcess, http: httpx2.AsyncClient, email: str) -> Device:
    """A device that is signed in and has agreed on its schema."""
    http.base_url = httpx2.URL(f"http://127.0.0.1:{server.port}/api/v1/")
    device = Device(http)
    assert (await device.login(email)).status_code == 200
    assert (await device.agree(TWINS)).status_code == 200
    return device


async def test_a_server_that_is_told_to_stop_ends_all_streams_cleanly(depot_url: str, http: httpx2.AsyncClient) -> None:
    async with serving(run, depot_url) as server, AsyncExitStack() as stack:
        devices = [await device_at(server, http, "anna@depot") for _ in range(5)]
        ears = [await stack.enter_async_context(listening(None, device)) for device in devices]
        tell_to_stop(server)
        for ear in ears:
            assert (await ear.expect("bye"))["away_seconds"] > 0
            assert await ear.hear_all() == []
        assert await server.process.ended() in (0, -signal.SIGTERM)


async def test_what_is_written_while_a_device_changes_servers_is_told_by_the_other(
    depot_url: str, http: httpx2.AsyncClient
) -> None:
    office = await asyncpg.connect(depot_url)
    async with serving(run, depot_url) as first, serving(run, depot_url) as second:
        device = await device_at(first, http, "anna@depot")
        cursor = (await device.initial()).end["cursor"]
        async with listening(None, device, cursor) as ear:
            tell_to_stop(first)
            await ear.expect("bye")
        await office.execute("INSERT INTO depot.product VALUES ('boiler', 'Boiler', 1, 1)")
        http.base_url = httpx2.URL(f"http://127.0.0.1:{second.port}/api/v1/")
        async with listening(None, device, cursor) as ear:
            await ear.expect("news")
            await office.execute("INSERT INTO depot.product VALUES ('pump', 'Pump', 1, 1)")
            await ear.expect("news")
    await office.close()


async def test_a_server_that_is_killed_leaves_half_a_stream(depot_url: str, http: httpx2.AsyncClient) -> None:
    async with serving(run, depot_url) as server:
        device = await device_at(server, http, "anna@depot")
        async with listening(None, device) as ear:
            server.kill()
            with pytest.raises(httpx2.HTTPError):
                await ear.hear_all()
