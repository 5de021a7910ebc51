"""What a new device writes before it has ever synced is taken at the first asking."""

from tests.sync.shop import Job

from twinbase.testing import World


async def test_the_first_push_of_a_new_device_is_no_fork(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.save(Job(lead="anna", title="boiler"))

    report = await anna.sync()

    assert report.pushed == 1 and report.recovered == []
    assert len(anna.wire.list_requests("sync/mark-synced")) == 1
