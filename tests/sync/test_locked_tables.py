"""A table that the ERP keeps to itself: the device gets all the rest, says what is not proven, and loses nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
from tests.sync.shop import Job, Product

from twinbase.testing import World

PRODUCT = ["product"]
SETTINGS = {"lock_seconds": 0.2}


@asynccontextmanager
async def _locked(world: World, table: str) -> AsyncIterator[None]:
    program = await asyncpg.connect(world.database_url)
    try:
        async with program.transaction():
            await program.execute(f"LOCK TABLE workshop.{table} IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await program.close()


async def _products(world: World, *numbers: int) -> None:
    for number in numbers:
        await world.sql("INSERT INTO workshop.product VALUES (:number, 'pipe', NULL)", number=number)


async def _job(world: World) -> None:
    await world.sql("INSERT INTO workshop.job VALUES (:id, 'anna', 'boiler', NULL, 0, false)", id=uuid4())


async def test_a_first_sync_shows_all_but_the_locked_twin_which_comes_later(world: World) -> None:
    await _products(world, 1, 2)
    await _job(world)
    anna = await world.device("anna", claims={"lead": "anna"})
    async with _locked(world, "product"):
        report = await anna.sync()
        assert not report.is_proven and list(report.unproven) == PRODUCT
        assert len(await anna.all(Job)) == 1 and not await anna.all(Product)
    report = await anna.sync()
    assert report.is_proven and len(await anna.all(Product)) == 2 and not report.unexplained


async def test_a_pull_brings_the_rest_and_the_locked_rows_come_when_they_can(world: World) -> None:
    await _products(world, 1)
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await _products(world, 2)
    await _job(world)
    async with _locked(world, "product"):
        for _ in range(2):
            report = await anna.sync()
            assert list(report.unproven) == PRODUCT and not report.is_proven
            assert len(await anna.all(Job)) == 1 and len(await anna.all(Product)) == 1
    report = await anna.sync()
    assert report.is_proven and len(await anna.all(Product)) == 2 and not report.unexplained


async def test_a_device_that_starts_anew_keeps_the_rows_of_a_table_that_is_locked(world: World) -> None:
    """A server out of a backup is asked for everything; what it cannot read now is not taken off the device."""
    await _products(world, *range(60))
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await world.sql("UPDATE twinbase.generation SET id = 'another' WHERE n = (SELECT max(n) FROM twinbase.generation)")
    async with _locked(world, "product"):
        report = await anna.sync()
        assert list(report.unproven) == PRODUCT and len(await anna.all(Product)) == 60
    report = await anna.sync()
    assert report.is_proven and len(await anna.all(Product)) == 60


async def test_a_sync_in_which_every_table_is_locked_ends_and_says_so(world: World) -> None:
    await _products(world, 1)
    anna = await world.device("anna", claims={"lead": "anna"})
    async with _locked(world, "product"), _locked(world, "job"), _locked(world, "part"):
        report = await anna.sync()
    assert sorted(report.unproven) == ["job", "part", "product"] and not report.is_proven
    assert (await anna.sync()).is_proven and len(await anna.all(Product)) == 1
