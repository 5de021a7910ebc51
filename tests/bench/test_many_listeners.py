"""A thousand devices that listen for minutes: no hint is lost, and what the server holds for them does not grow.

`TWINBASE_TEST_MINUTES=10 pytest tests/bench/test_many_listeners.py -m long --capture=no` is the long one.
"""

import asyncio
import os
import random
import resource
from pathlib import Path

import pytest

from twinbase.replica.file.state import read_state
from twinbase_server.bench import testbed
from twinbase_server.bench.listeners import QuietListener, connect_listeners, make_listeners
from twinbase_server.bench.news import COMMITS_PER_SECOND, JOBS_OF_OTHERS, WRITE_OF_OTHERS

MINUTES = float(os.environ.get("TWINBASE_TEST_MINUTES", "10"))
LATE_SECONDS_MAX = 10.0
"""On a busy machine; a lost hint never comes."""


@pytest.fixture(autouse=True)
def many_open_files() -> None:
    """Each line is an open file, on both sides."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 16_384), most))


async def hold(url: str, folder: Path, many: int, seconds: float) -> None:
    """Listeners hear of what is written for them, and of nothing else; memory in two halves of the time is the same."""
    chance = random.Random(many)
    async with testbed.Testbed.make(url, folder, 500) as bed, bed.start_server() as server:
        async with bed.open_device(server) as replica:
            await replica.sync()
            schema = (await replica.database.look(read_state)).schema
        listeners = await make_listeners(bed.connection, many, schema)
        await bed.connection.execute(JOBS_OF_OTHERS, [one.sector for one in listeners])
        async with connect_listeners(server, listeners):
            await write_for(bed, listeners, chance, seconds / 2)
            half = server.read_bytes()
            await write_for(bed, listeners, chance, seconds / 2)
            end = server.read_bytes()
    print(f"\n{many} listeners, {seconds:g} s: {half / 1e6:.1f} MB at half, {end / 1e6:.1f} MB at the end")
    assert end <= half * 1.05 + 2e6


async def write_for(
    bed: testbed.Testbed, listeners: list[QuietListener], chance: random.Random, seconds: float
) -> None:
    """Write a row of one of them after the other; each must hear of it."""
    loop, written = asyncio.get_running_loop(), dict[str, float]()
    end = loop.time() + seconds
    before = {one.sector: one.heard for one in listeners}
    while loop.time() < end:
        one = chance.choice(listeners)
        written[one.sector] = loop.time()
        await bed.connection.execute(WRITE_OF_OTHERS, one.sector)
        await asyncio.sleep(1 / COMMITS_PER_SECOND)
    async with asyncio.timeout(LATE_SECONDS_MAX):
        while [one for one in listeners if written.get(one.sector, 0.0) > one.heard_at]:
            await asyncio.sleep(0)
    told = {one.sector for one in listeners if one.heard > before[one.sector]}
    assert told == written.keys()


async def test_some_listeners_hear_of_their_rows(database_url: str, tmp_path: Path) -> None:
    await hold(database_url, tmp_path, 30, 3)


@pytest.mark.long
@pytest.mark.timeout(MINUTES * 60 + 600)
async def test_a_thousand_listeners_cost_the_same_after_minutes(database_url: str, tmp_path: Path) -> None:
    await hold(database_url, tmp_path, 1000, MINUTES * 60)
