"""The server proves what a device remembers; now and then, and after a doubt, the device looks whether it is so."""

import pytest
from tests.sync.shop import Job, Product
from tests.sync.test_lines_that_break import _products

from twinbase.testing import Device, World


async def _lose(device: Device) -> None:
    """A row goes from the file without a trace: what a disk, or a bug, may do."""
    await device.sql("UPDATE _twinbase_state SET applying = 1")
    await device.sql("DELETE FROM product WHERE id = 3")
    await device.sql("UPDATE _twinbase_state SET applying = 0")


async def test_a_row_that_the_file_has_lost_is_back_within_a_week(world: World) -> None:
    await _products(world, 40)
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await _lose(anna)
    world.clock.advance(days=7)
    await world.sign_in(anna, "anna")

    report = await anna.sync()

    assert report.is_proven and len(await anna.all(Product)) == 40
    assert report.unexplained == ["product"], "it is somebody's fault, and is said aloud"


async def test_after_a_doubt_the_file_is_looked_at_at_once(world: World) -> None:
    await _products(world, 40)
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await _lose(anna)
    await anna.sql("""INSERT OR REPLACE INTO _twinbase_sync (name, value) VALUES ('doubted', '{"product": []}')""")

    assert (await anna.sync()).is_proven and len(await anna.all(Product)) == 40


@pytest.mark.parametrize("days", [7, -30])
async def test_a_row_that_a_person_has_deleted_is_not_taken_for_lost(world: World, days: int) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    job, other = Job(lead="anna", title="boiler"), Job(lead="anna", title="pipe")
    await anna.save(job, other)
    await anna.sync()
    world.clock.advance(days=days)
    await world.sign_in(anna, "anna")
    await anna.delete(Job, job.id)
    await anna.sql("UPDATE _twinbase_outbox SET tx = NULL WHERE state = 'pending'")  # it has not been sent yet

    report = await anna.sync()

    assert report.is_proven and not report.repair_rounds
    assert [one.title for one in await anna.all(Job)] == ["pipe"]
