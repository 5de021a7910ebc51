"""A clock that is wrong by decades, on either side, for one sync or for all: what was typed arrives, and goes on to.

An offset out of bounds was once frozen into a batch, and the batch was refused for ever.
"""

from datetime import UTC, datetime, timedelta

import pytest
from tests.sync.shop import Job

from twinbase.testing import World
from twinbase.testing.device import Device
from twinbase.testing.world import ManualClock

WILD = [datetime(year, 1, 1, tzinfo=UTC) for year in (1970, 1999, 2037, 2106, 9999)]


async def _type(device: Device, title: str) -> None:
    await device.save(Job(lead="anna", title=title))
    report = await device.sync()
    assert report.outcomes == {"applied": 1} and report.is_proven


@pytest.mark.parametrize("wild", WILD, ids=lambda moment: str(moment.year))
async def test_a_devices_clock_that_is_far_off_holds_up_nothing(world: World, wild: datetime) -> None:
    clock = ManualClock(wild)
    anna = await world.device("anna", claims={"lead": "anna"}, clock=clock)
    await _type(anna, "with the clock wrong")
    await _type(anna, "with the clock still wrong, and the offset known")
    clock.now = world.clock.now
    await _type(anna, "with the clock right again")
    await _type(anna, "and after it")
    assert await world.sql("SELECT count(*) FROM workshop.job") == [(4,)]


@pytest.mark.parametrize("wild", WILD[:-1], ids=lambda moment: str(moment.year))
async def test_a_server_whose_clock_is_wrong_for_one_push_stops_no_device(world: World, wild: datetime) -> None:
    right = world.clock.now
    anna = await world.device("anna", claims={"lead": "anna"}, clock=ManualClock(right))
    world.clock.now = wild
    await world.sign_in(anna, "anna")
    await _type(anna, "while the server was wrong")
    world.clock.now = right + timedelta(seconds=10)
    await world.sign_in(anna, "anna")
    await _type(anna, "when it was right again")
    await _type(anna, "and after it")
    assert await world.sql("SELECT count(*) FROM workshop.job") == [(3,)]


async def test_the_time_of_an_edit_is_corrected_by_decades(world: World) -> None:
    clock = ManualClock(WILD[0])
    anna = await world.device("anna", claims={"lead": "anna"}, clock=clock)
    await _type(anna, "first, to know the offset")
    clock.advance(minutes=3)
    world.clock.advance(minutes=3)
    await anna.save(Job(lead="anna", title="second"))
    clock.advance(minutes=2)
    world.clock.advance(minutes=2)
    await anna.sync()
    ((wrote_at,),) = await world.sql("SELECT max(wrote_at) FROM twinbase.ledger")
    assert abs(world.clock.now - timedelta(minutes=2) - wrote_at) < timedelta(seconds=1)
