"""What a technician may type and the server cannot take: a sentence on the device, and all the rest goes through."""

from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from tests.sync.shop import Job, Part, Workshop

from twinbase import Plugins
from twinbase.errors import TransactionTooLarge
from twinbase.testing import World
from twinbase.testing.device import Device
from twinbase_server import accounts


async def test_wrong_edits_wait_with_their_reason_and_the_others_are_written(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.save(Job(lead="anna", title="good one"))
    await anna.save(Job(lead="anna", title="too many", visits=2**40))
    await anna.save(Job(lead="anna", title="NUL", report="a\x00b"))
    await anna.save(Job(lead="bob", title="not hers"))
    await anna.save(Job(lead="anna", title="good two"))
    report = await anna.sync()

    assert report.is_proven and report.pushed == 5
    waiting = {one.new["title"]: one for one in await anna.replica.waiting_edits()}
    reasons = {"too many": "value", "NUL": "value", "not hers": "out-of-scope"}
    assert {title: one.reason for title, one in waiting.items()} == reasons
    assert all(one.detail.endswith(".") for one in waiting.values())
    assert sorted(await world.sql("SELECT title FROM workshop.job")) == [("good one",), ("good two",)]
    assert (await anna.sync()).pushed == 0, "what is refused is not sent again by itself"

    await anna.replica.correct(waiting["too many"].id, {"visits": 2})
    await anna.replica.discard(waiting["NUL"].id)
    await anna.sync()
    assert await world.sql("SELECT visits FROM workshop.job WHERE title = 'too many'") == [(2,)]
    assert [one.new["title"] for one in await anna.replica.waiting_edits()] == ["not hers"]


async def test_a_part_of_no_job_is_refused_where_it_is_typed_and_one_of_a_job_that_is_gone_by_the_server(
    world: World,
) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        await anna.save(Part(job_id=uuid4()))
    assert await anna.sql("SELECT count(*) FROM _twinbase_outbox") == [(0,)]
    await anna.save(job := Job(lead="anna", title="boiler"))
    await anna.sync()
    await anna.save(Part(job_id=job.id, quantity=7))
    await world.sql("DELETE FROM workshop.job")
    assert (await anna.sync()).is_proven
    (waiting,) = await anna.replica.waiting_edits()
    assert (waiting.twin, waiting.new["quantity"], waiting.reason) == ("part", 7, "no-target")
    assert "job_id" in waiting.detail


async def test_ten_thousand_edits_in_one_local_transaction_are_one_batch(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.save(*(Job(lead="anna", title=f"job {i}") for i in range(10_000)))
    assert (await anna.sync()).is_proven
    assert await world.sql("SELECT count(*) FROM workshop.job") == [(10_000,)]
    assert len(anna.wire.list_requests("sync/mark-synced")) == 1


async def test_a_local_transaction_larger_than_any_batch_is_refused_when_it_is_written(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.save(Job(lead="anna", title="before"))
    async with anna.replica.session() as session:
        session.add_all([Job(lead="anna", title="one of too many") for _ in range(10_001)])
        with pytest.raises(TransactionTooLarge, match="It changes 10001 rows; 10000 are the most"):
            await session.commit()
        await session.rollback()
        session.add(Job(lead="anna", title="in the same session"))
        await session.commit()
    async with anna.replica.engine.connect() as connection:
        await connection.execute(text("UPDATE job SET visits = 1"))
        await connection.execute(
            text(
                "INSERT INTO job (id, lead, title, visits, done) WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL"
                " SELECT i + 1 FROM n WHERE i < 10000) SELECT 'x' || i, 'anna', 'by SQL', 0, 0 FROM n"
            )
        )
        with pytest.raises(TransactionTooLarge):
            await connection.commit()
    await anna.save(Job(lead="anna", title="after"))
    report = await anna.sync()
    assert report.is_proven and report.outcomes == {"applied": 3}
    titles = [("after",), ("before",), ("in the same session",)]
    assert sorted(await world.sql("SELECT title FROM workshop.job")) == titles
    assert sorted((job.title,) for job in await anna.all(Job)) == titles


async def test_a_server_that_takes_little_gets_it_in_small_batches(database_url: str, tmp_path: Path) -> None:
    plugins = Plugins(Workshop(), accounts)
    async with World.open(database_url, plugins, tmp_path, body_bytes_max=8192) as world:
        anna = await world.device("anna", claims={"lead": "anna"})
        for i in range(60):
            await anna.save(Job(lead="anna", title=f"job {i}"))
        await anna.save(Job(lead="anna", title="too long", report="x" * 9000))
        await anna.save(Job(lead="anna", title="after it"))
        report = await anna.sync()
        assert report.is_proven
        assert report.set_aside == [anna.replica.status.now.problem] != [""]
        assert await world.sql("SELECT count(*), count(DISTINCT title) FROM workshop.job") == [(61, 61)]
        (waiting,) = await anna.replica.waiting_edits()
        assert (waiting.new["title"], waiting.reason) == ("too long", "too-large")


async def _too_large_together(world: World) -> Device:
    """Three rows of one save, of which the server takes the first two at once and not all three."""
    anna = await world.device("anna", claims={"lead": "anna"})
    jobs = [Job(lead="anna", title=f"visit {i}", report="x" * 2900) for i in range(3)]
    await anna.save(*jobs, Part(job_id=jobs[0].id, quantity=4))
    await anna.save(Job(lead="anna", title="after it"))
    report = await anna.sync()
    assert report.is_proven and report.set_aside == [anna.replica.status.now.problem]
    assert "4 changes that were saved together are more than the server takes at once" in report.set_aside[0]
    waiting = await anna.replica.waiting_edits()
    assert [edit.state for edit in waiting] == ["refused", "parked", "parked", "parked"]
    assert {edit.behind for edit in waiting[1:]} == {waiting[0].id}
    assert {edit.reason for edit in waiting} == {"too-large"}
    return anna


@pytest.mark.parametrize("decided", range(4))
async def test_one_decision_is_for_all_that_was_saved_together(database_url: str, tmp_path: Path, decided: int) -> None:
    async with World.open(database_url, Plugins(Workshop(), accounts), tmp_path, body_bytes_max=8192) as world:
        anna = await _too_large_together(world)
        await anna.replica.discard((await anna.replica.waiting_edits())[decided].id)
        assert await anna.replica.waiting_edits() == []
        assert (await anna.sync()).pushed == 0 and anna.replica.status.now.problem == ""
        assert await world.sql("SELECT title FROM workshop.job") == [("after it",)]


@pytest.mark.parametrize("decided", range(3))
async def test_a_corrected_edit_takes_its_local_transaction_along_whole(
    database_url: str, tmp_path: Path, decided: int
) -> None:
    async with World.open(database_url, Plugins(Workshop(), accounts), tmp_path, body_bytes_max=8192) as world:
        anna = await _too_large_together(world)
        await anna.replica.correct((await anna.replica.waiting_edits())[decided].id, {"report": "in short"})
        assert await anna.replica.waiting_edits() == []
        (numbers,) = await anna.sql("SELECT count(DISTINCT tx) FROM _twinbase_outbox WHERE state = 'pending'")
        assert numbers == (1,)
        assert (await anna.sync()).outcomes == {"applied": 4}
        assert await world.sql("SELECT count(*) FROM workshop.job") == [(4,)]
        assert await world.sql("SELECT quantity FROM workshop.part") == [(4,)]
