"""What a technician may type and the server cannot take: a sentence on the device, and all the rest goes through."""

from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import select
from tests.sync.shop import Job, Part, Workshop

from twinbase import Plugins
from twinbase.testing import World
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


async def test_a_local_transaction_larger_than_any_batch_wedges_nothing(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.save(Job(lead="anna", title="before"))
    await anna.save(*(Job(lead="anna", title="one of too many") for _ in range(10_001)))
    await anna.save(Job(lead="anna", title="after"))
    assert (await anna.sync()).is_proven
    assert sorted(await world.sql("SELECT title FROM workshop.job")) == [("after",), ("before",)]
    waiting = await anna.replica.waiting_edits()
    assert len(waiting) == 10_001 and {one.reason for one in waiting} == {"too-large"}
    async with anna.replica.read() as session:
        assert (await session.exec(select(func.count()).select_from(Job))).one() == 2
    await anna.replica.correct(waiting[0].id, {"title": "by itself"})
    await anna.sync()
    assert await world.sql("SELECT count(*) FROM workshop.job") == [(3,)]


async def test_a_server_that_takes_little_gets_it_in_small_batches(database_url: str, tmp_path: Path) -> None:
    plugins = Plugins(Workshop(), accounts)
    async with World.open(database_url, plugins, tmp_path, body_bytes_max=8192) as world:
        anna = await world.device("anna", claims={"lead": "anna"})
        for i in range(60):
            await anna.save(Job(lead="anna", title=f"job {i}"))
        await anna.save(Job(lead="anna", title="too long", report="x" * 9000))
        await anna.save(Job(lead="anna", title="after it"))
        assert (await anna.sync()).is_proven
        assert await world.sql("SELECT count(*), count(DISTINCT title) FROM workshop.job") == [(61, 61)]
        (waiting,) = await anna.replica.waiting_edits()
        assert (waiting.new["title"], waiting.reason) == ("too long", "too-large")
