"""A plugin of the server that fails on a batch: the edits wait, and what the office writes arrives all the same."""

from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.sync.shop import Job, Product, Workshop

from twinbase import AppliedMutation, Delivery, IncomingMutation, Plugins, hookimpl
from twinbase.errors import ServerRefused
from twinbase.testing import World
from twinbase_server import accounts


class Faulty:
    """It fails where it is told to."""

    fails = ""

    @hookimpl
    async def twinbase_before_mutation(self, written: IncomingMutation) -> None:
        if self.fails == "rule":
            raise ZeroDivisionError

    @hookimpl
    async def twinbase_deliveries(self, applied: Sequence[AppliedMutation]) -> Iterable[Delivery]:
        if self.fails == "delivery":
            raise ZeroDivisionError
        return [Delivery("erp", one, "change") for one in applied]


@pytest.fixture
def faulty() -> Faulty:
    return Faulty()


@pytest.fixture
async def world(faulty: Faulty, database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with World.open(database_url, Plugins(Workshop(), faulty, accounts), tmp_path) as world:
        yield world
        world.raise_crashes()


@pytest.mark.parametrize("where", ["rule", "delivery"])
async def test_edits_wait_while_a_plugin_fails_and_the_office_s_changes_arrive(
    world: World, faulty: Faulty, where: str
) -> None:
    job = uuid4()
    await world.sql("INSERT INTO workshop.job VALUES (:id, 'anna', 'boiler', NULL, 1, false)", id=job)
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    faulty.fails = where
    await anna.change(Job, job, visits=3)
    for number in (1, 2):
        await world.sql("INSERT INTO workshop.product VALUES (:number, 'pipe', NULL)", number=number)
        with pytest.raises(ServerRefused, match="plugin-failed"):
            await anna.sync()
        assert len(await anna.all(Product)) == number and await _visits(world, job) == 1
        here = await anna.read(Job, job)
        assert here is not None and here.visits == 3
        assert anna.replica.status.now.pending == 1 and "plugin-failed" in anna.replica.status.now.problem

    faulty.fails = ""
    report = await anna.sync()
    assert report.outcomes == {"applied": 1} and report.is_proven and not report.unexplained
    assert await _visits(world, job) == 3 and len(await world.sql("SELECT id FROM twinbase.deliveries")) == 1


async def test_a_new_device_gets_its_rows_though_its_first_edits_cannot_be_taken(world: World, faulty: Faulty) -> None:
    await world.sql("INSERT INTO workshop.product VALUES (1, 'pipe', NULL)")
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.save(Job(lead="anna", title="leak"))
    faulty.fails = "rule"
    with pytest.raises(ServerRefused, match="plugin-failed"):
        await anna.sync()
    assert [product.name for product in await anna.all(Product)] == ["pipe"]
    assert [job.title for job in await anna.all(Job)] == ["leak"]
    faulty.fails = ""
    assert (await anna.sync()).outcomes == {"applied": 1}


async def _visits(world: World, job: UUID) -> int:
    return int((await world.sql("SELECT visits FROM workshop.job WHERE id = :id", id=job))[0][0])
