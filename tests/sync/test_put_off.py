"""One row, or one table, that the ERP keeps locked: the rest of a technician's work goes, and the office's comes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg
import pytest
from tests.sync.shop import Job, Part, Product

from twinbase.errors import Offline, ServerRefused
from twinbase.testing import Device, World, drop_answer, drop_request

SETTINGS = {"lock_seconds": 0.2}


@asynccontextmanager
async def _held(world: World, statement: str) -> AsyncIterator[None]:
    erp = await asyncpg.connect(world.database_url)
    try:
        async with erp.transaction():
            await erp.execute(statement)
            yield
    finally:
        await erp.close()


async def _jobs(world: World, *titles: str) -> dict[str, UUID]:
    ids = {title: uuid4() for title in titles}
    for title, id in ids.items():
        await world.sql("INSERT INTO workshop.job VALUES (:id, 'anna', :title, NULL, 1, false)", id=id, title=title)
    return ids


async def _anna(world: World) -> tuple[Device, dict[str, UUID]]:
    ids = await _jobs(world, "busy", "free")
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    for id in ids.values():
        await anna.change(Job, id, visits=2)
    await world.sql("INSERT INTO workshop.product VALUES (1, 'pipe', NULL)")
    return anna, ids


NOT_TAKEN = "SELECT FROM twinbase.replica FOR UPDATE"
BUSY = "SELECT FROM workshop.job WHERE title = 'busy' FOR UPDATE"


async def _visits(world: World) -> dict[str, int]:
    return {title: visits for title, visits in await world.sql("SELECT title, visits FROM workshop.job")}


async def test_all_but_the_locked_row_goes_and_comes_and_the_edit_waits(world: World) -> None:
    anna, ids = await _anna(world)
    async with _held(world, BUSY):
        report = await anna.sync()
        assert report.outcomes == {"deferred": 1, "applied": 1} and report.pushed == 1 and report.is_proven
        assert await _visits(world) == {"busy": 1, "free": 2}
        assert len(await anna.all(Product)) == 1 and anna.replica.status.now.pending == 1
        here = await anna.read(Job, ids["busy"])
        assert here is not None and here.visits == 2, "the edit stays on top of the row"
        await anna.change(Job, ids["busy"], visits=5)
    report = await anna.sync()
    assert report.outcomes == {"applied": 2} and report.is_proven and not anna.replica.status.now.pending
    assert await _visits(world) == {"busy": 5, "free": 2}


async def test_a_batch_of_nothing_but_the_locked_row_keeps_nothing_else_back(world: World) -> None:
    """It was made when only that row had been changed, and its first request was lost."""
    anna, ids = await _anna(world)
    await anna.sync()
    await anna.change(Job, ids["busy"], visits=3)
    anna.wire.spoil("sync/mark-synced", drop_request())
    with pytest.raises(Offline):
        await anna.sync()
    await anna.change(Job, ids["free"], visits=4)
    async with _held(world, BUSY):
        assert (await anna.sync()).is_proven
        assert await _visits(world) == {"busy": 2, "free": 4}
        requests = len(anna.wire.list_requests("sync/mark-synced"))
        await anna.sync()
        assert len(anna.wire.list_requests("sync/mark-synced")) == requests + 1, (
            "what nothing else waits with goes once"
        )
    assert (await anna.sync()).is_proven and await _visits(world) == {"busy": 3, "free": 4}


async def test_what_was_put_off_is_sent_again_though_the_answer_was_lost(world: World) -> None:
    anna, _ = await _anna(world)
    async with _held(world, BUSY):
        anna.wire.spoil("sync/mark-synced", drop_answer())
        with pytest.raises(Offline):
            await anna.sync()
        await anna.reopen()
        assert (await anna.sync()).outcomes == {"deferred": 1, "applied": 1}
    assert (await anna.sync()).is_proven
    assert await _visits(world) == {"busy": 2, "free": 2}


async def test_a_pull_that_tells_what_was_put_off_has_it_sent_again(world: World) -> None:
    """The answer to the push was lost, and the next push is not taken at all."""
    anna, _ = await _anna(world)
    async with _held(world, BUSY):
        anna.wire.spoil("sync/mark-synced", drop_answer())
        with pytest.raises(Offline):
            await anna.sync()
    async with _held(world, NOT_TAKEN):
        with pytest.raises(ServerRefused, match="database-unavailable"):
            await anna.sync()
        assert len(await anna.all(Product)) == 1
    assert await anna.sql("SELECT count(*) FROM _twinbase_outbox WHERE state = 'pending'") == [(1,)]
    report = await anna.sync()
    assert report.outcomes == {"applied": 1} and report.is_proven
    assert await _visits(world) == {"busy": 2, "free": 2}


async def test_a_part_of_a_job_that_was_put_off_waits_with_it(world: World) -> None:
    anna, ids = await _anna(world)
    async with anna.replica.session() as session:
        busy = await session.get_one(Job, ids["busy"])
        new = Job(lead="anna", title="new")
        busy.visits = 3
        session.add(new)
        await session.commit()
        await session.refresh(new)
        part = Part(job_id=new.id)
    await anna.save(part)
    async with _held(world, BUSY):
        report = await anna.sync()
        assert report.outcomes == {"deferred": 4, "applied": 1}
    report = await anna.sync()
    assert report.outcomes == {"applied": 4} and report.is_proven
    assert await world.sql("SELECT count(*) FROM workshop.part") == [(1,)]


async def test_work_that_came_before_does_not_wait_for_what_was_written_to_its_row_later(world: World) -> None:
    anna, ids = await _anna(world)
    await anna.sync()
    await anna.change(Job, ids["free"], visits=3)
    async with anna.replica.session() as session:
        for title, visits in (("busy", 4), ("free", 5)):
            (await session.get_one(Job, ids[title])).visits = visits
        await session.commit()
    await anna.change(Job, ids["free"], visits=6)
    async with _held(world, BUSY):
        assert (await anna.sync()).outcomes == {"applied": 1, "deferred": 3}
        assert await _visits(world) == {"busy": 2, "free": 3}
    assert (await anna.sync()).outcomes == {"applied": 3}
    assert await _visits(world) == {"busy": 4, "free": 6}


async def test_a_locked_table_keeps_its_edits_and_everything_else_goes(world: World) -> None:
    anna, _ = await _anna(world)
    await anna.save(Job(lead="anna", title="new"))
    async with _held(world, "LOCK TABLE workshop.job IN ACCESS EXCLUSIVE MODE"):
        report = await anna.sync()
        assert report.outcomes == {"deferred": 3} and len(await anna.all(Product)) == 1
        assert set(report.unproven) <= {"job", "part"}
    report = await anna.sync()
    assert report.outcomes == {"applied": 3} and report.is_proven
    assert await _visits(world) == {"busy": 2, "free": 2, "new": 0}


async def test_a_push_that_the_database_cannot_take_at_all_keeps_no_pull_back(world: World) -> None:
    anna, _ = await _anna(world)
    async with _held(world, NOT_TAKEN):
        with pytest.raises(ServerRefused, match="database-unavailable"):
            await anna.sync()
        assert len(await anna.all(Product)) == 1
    assert (await anna.sync()).is_proven and await _visits(world) == {"busy": 2, "free": 2}
