"""An app that is updated fetches what is new and no more; edits that wait are kept."""

from collections.abc import Iterator
from uuid import uuid4

import httpx2
import pytest
from sqlmodel import SQLModel
from tests.sync.shop import Job, Part, Product

from twinbase import Mirror, Plugins, hookimpl, merge_columns
from twinbase.errors import HalfAnswer, Offline
from twinbase.testing import World, cut, drop_request
from twinbase_server import accounts


class OldWorkshop:
    """The app before its update: no parts, and no reports in jobs."""

    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(Product, hidden={"price"})
        yield Mirror(
            Job,
            direction="both",
            scope=lambda who: Job.lead == who["lead"],
            conflict=merge_columns(),
            hidden={"report"},
        )


async def test_new_columns_and_new_twins_come_without_a_first_sync(world: World, plugins: Plugins) -> None:
    job = uuid4()
    await world.sql(f"INSERT INTO workshop.job VALUES ('{job}', 'anna', 'boiler', 'seen', 1, false)")
    await world.sql(f"INSERT INTO workshop.part VALUES ('{uuid4()}', '{job}', 4)")
    await world.sql("INSERT INTO workshop.product SELECT i, 'p' || i, i FROM generate_series(1, 30) i")
    anna = await world.device("anna", claims={"lead": "anna"}, plugins=Plugins(OldWorkshop(), accounts))
    first = await anna.sync()
    await anna.change(Job, job, title="typed before the update")
    await anna.close()
    await anna.reopen(plugins=plugins)

    report = await anna.sync()

    here = await anna.read(Job, job)
    assert first.is_proven and set(first.proven) == {"product", "job"}
    assert here is not None and (here.title, here.report) == ("typed before the update", "seen")
    assert [str(product.price) for product in await anna.all(Product)][:2] == ["1.00", "2.00"]
    assert [part.quantity for part in await anna.all(Part)] == [4]
    assert report.is_proven and len(anna.wire.list_requests("sync/initial")) == 3


async def test_new_columns_do_not_vouch_for_a_row_that_has_changed_since(world: World, plugins: Plugins) -> None:
    """Found by the oracle (seed 1028, cursor off): the new hash of the row stood beside its old values."""
    await world.sql("INSERT INTO workshop.product SELECT i, 'p' || i, i FROM generate_series(1, 2) i")
    anna = await world.device("anna", claims={"lead": "anna"}, plugins=Plugins(OldWorkshop(), accounts))
    await anna.sync()
    await world.sql("UPDATE workshop.product SET name = 'renamed' WHERE id = 2")
    before = dict(await anna.sql("SELECT id, hash FROM _twinbase_meta_product"))
    await anna.close()
    await anna.reopen(plugins=plugins)
    anna.wire.spoil("sync/pending", drop_request())
    with pytest.raises(Offline):
        await anna.sync()

    after = dict(await anna.sql("SELECT id, hash FROM _twinbase_meta_product"))
    report = await anna.sync()

    assert after[1] != before[1], "the row that is as it was is proven with its new column"
    assert after[2] == before[2]
    assert report.is_proven and [product.name for product in await anna.all(Product)] == ["p1", "renamed"]


async def test_screens_hear_which_rows_changed(world: World) -> None:
    job = uuid4()
    await world.sql(f"INSERT INTO workshop.job VALUES ('{job}', 'anna', 'boiler', NULL, 1, false)")
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    heard: list[object] = []
    anna.replica.syncing.observers.append(heard.append)
    await world.sql("UPDATE workshop.job SET title = 'big boiler'")

    await anna.sync()

    assert heard == [{"job": [[str(job)]]}]
    assert issubclass(Job, SQLModel)


async def test_a_first_sync_that_an_update_interrupts_begins_anew_with_what_the_new_app_knows(
    world: World, plugins: Plugins
) -> None:
    job = uuid4()
    await world.sql(f"INSERT INTO workshop.job VALUES ('{job}', 'anna', 'boiler', 'seen', 1, false)")
    await world.sql(f"INSERT INTO workshop.part VALUES ('{uuid4()}', '{job}', 4)")
    await world.sql("INSERT INTO workshop.product SELECT i, md5(i::text), i FROM generate_series(1, 6000) i")
    anna = await world.device("anna", claims={"lead": "anna"}, plugins=Plugins(OldWorkshop(), accounts))
    anna.wire.spoil("sync/initial", cut(after=80_000))
    with pytest.raises(HalfAnswer):
        await anna.sync()
    assert (await anna.sql("SELECT resume FROM _twinbase_state")) != [("",)]
    await anna.close()
    await anna.reopen(plugins=plugins)

    report = await anna.sync()

    here = await anna.read(Job, job)
    assert report.is_proven and not report.repair_rounds
    assert here is not None and here.report == "seen"
    assert [part.quantity for part in await anna.all(Part)] == [4]
    assert len(await anna.all(Product)) == 6000


async def test_a_doubt_about_a_twin_that_the_app_has_lost_costs_no_digests_for_ever(
    world: World, plugins: Plugins
) -> None:
    anna = await world.device("anna", claims={"lead": "anna"}, plugins=plugins)
    await anna.sync()
    await anna.sql("""INSERT INTO _twinbase_sync VALUES ('doubted', '{"part": []}') RETURNING name""")
    await anna.close()
    await anna.reopen(plugins=Plugins(OldWorkshop(), accounts))
    assert (await anna.sync()).is_proven
    before = await _digests(world)
    assert (await anna.sync()).is_proven
    assert await _digests(world) == before


async def _digests(world: World) -> list[str]:
    """How many digests the server has made."""
    transport = httpx2.ASGITransport(world.application)
    async with httpx2.AsyncClient(transport=transport, base_url="http://office") as client:
        said = (await client.get("/api/v1/metrics")).text
    return [line for line in said.splitlines() if line.startswith("twinbase_digests_total")]


async def test_edits_that_the_app_knows_no_more_wait_until_it_does_and_stop_no_other(
    world: World, plugins: Plugins
) -> None:
    job = uuid4()
    await world.sql(f"INSERT INTO workshop.job VALUES ('{job}', 'anna', 'boiler', NULL, 1, false)")
    anna = await world.device("anna", claims={"lead": "anna"}, plugins=plugins)
    await anna.sync()
    await anna.save(Part(job_id=job, quantity=3))
    await anna.change(Job, job, report="leaks", title="pump")
    await anna.close()

    await anna.reopen(plugins=Plugins(OldWorkshop(), accounts))
    await anna.change(Job, job, done=True)
    older = await anna.sync()
    await anna.close()
    there = await world.sql("SELECT title, report, done FROM workshop.job")
    await anna.reopen(plugins=plugins)
    newer = await anna.sync()

    assert older.is_proven and there == [("pump", None, True)]
    assert newer.is_proven and newer.outcomes == {"applied": 2}
    assert await world.sql("SELECT title, report, done, quantity FROM workshop.job, workshop.part") == [
        ("pump", "leaks", True, 3)
    ]
    here = await anna.read(Job, job)
    assert here is not None and here.report == "leaks"
    assert [part.quantity for part in await anna.all(Part)] == [3]
