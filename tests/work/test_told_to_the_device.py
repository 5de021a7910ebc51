"""What became of a change on its way to another system stands on the device of whoever made it, and nowhere else."""

from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from uuid import UUID

import pytest
from tests.sync.shop import Part, Workshop
from tests.work.desk import Brings

from twinbase import AppliedMutation, Delivery, DeliveryOutcome, Exporter, Plugins, Run, WaitingDelivery, hookimpl
from twinbase.builtin import deliveries
from twinbase.builtin.deliveries import DeliveryRow
from twinbase.testing import World
from twinbase_server import accounts


class ToErp:
    @hookimpl
    async def twinbase_deliveries(self, applied: Sequence[AppliedMutation]) -> Iterable[Delivery]:
        return [Delivery("erp", one, "change_part", {"secret": "of the ERP"}) for one in applied]


async def _judge(waiting: Sequence[WaitingDelivery], run: Run) -> Sequence[DeliveryOutcome]:
    return [DeliveryOutcome(one.id, "refused", "ERP refused: no such job.") for one in waiting]


ERP = Brings(exporters=(Exporter("erp", _judge),))


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with World.open(database_url, Plugins(Workshop(), ToErp(), ERP, deliveries, accounts), tmp_path) as world:
        yield world


async def test_the_author_reads_what_became_of_it_and_others_do_not(world: World) -> None:
    job = await _job(world)
    anna = await world.device("anna", claims={"lead": "anna"})
    bob = await world.device("bob", claims={"lead": "bob"})
    await anna.sync()
    part = Part(job_id=job, quantity=3)
    key = part.id
    await anna.save(part)

    reports = [await anna.sync(), await anna.sync()]
    (waiting,) = await anna.all(DeliveryRow)
    assert (waiting.state, waiting.twin, waiting.row_key, waiting.destination) == ("waiting", "part", str(key), "erp")

    assert await world.hand_over("erp") == {"refused": 1}
    reports += [await anna.sync(), await bob.sync()]
    (refused,) = await anna.all(DeliveryRow)
    assert (refused.state, refused.said) == ("refused", "ERP refused: no such job.")
    assert await bob.all(DeliveryRow) == []
    assert all(report.is_proven and not report.unexplained for report in reports)


async def test_what_was_handed_over_never_travels(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    job = await _job(world)
    await anna.sync()
    await anna.save(Part(job_id=job))
    await anna.sync()
    await anna.sync()
    (row,) = await anna.sql("SELECT payload, author, key FROM deliveries")
    assert row == (None, None, None) and len(await world.sql("SELECT id FROM twinbase.deliveries")) == 1
    assert {"payload", "author", "attempts"}.isdisjoint(world.plugins.registry["deliveries"].columns)


async def test_after_thirty_days_it_leaves_the_device_and_the_proof_holds(world: World) -> None:
    job = await _job(world)
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await anna.save(Part(job_id=job))
    await anna.sync()
    await anna.sync()
    assert len(await anna.all(DeliveryRow)) == 1
    world.clock.advance(days=31)
    await world.sign_in(anna, "anna")
    report = await anna.sync()
    assert await anna.all(DeliveryRow) == [] and report.is_proven and not report.unexplained


async def test_a_device_cannot_write_there(world: World) -> None:
    twin = world.plugins.registry["deliveries"]
    assert not twin.pushes and twin.operations == frozenset()


def test_it_is_a_plugin_that_a_configuration_names() -> None:
    assert "deliveries" in Plugins("deliveries").registry


async def _job(world: World) -> UUID:
    (row,) = await world.sql(
        "INSERT INTO workshop.job VALUES (gen_random_uuid(), 'anna', '', NULL, 0, false) RETURNING id"
    )
    return UUID(str(row[0]))
