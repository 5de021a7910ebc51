"""A sync that has little to do costs little: the file stays open for the next one, and is let go of in the end.

Rows are shown when all of them have come, and are proven afterwards.
"""

import asyncio
from contextlib import suppress
from uuid import uuid4

import pytest
from tests.replica.open_files import list_open_files
from tests.sync.shop import Job, Product

from twinbase.errors import HalfAnswer, Offline
from twinbase.replica.sync.thread import FileThread
from twinbase.testing import World, cut, drop_request


async def test_a_sync_goes_on_with_the_connection_of_the_one_before(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await anna.sync()
    kept = anna.replica.database.take_kept()
    assert isinstance(kept, FileThread) and anna.replica.database.keep(kept)
    await anna.sync()
    assert anna.replica.database.take_kept() is kept
    await kept.close()


async def test_what_a_person_writes_meanwhile_is_seen_by_the_kept_connection(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await anna.sync()
    await anna.save(Job(id=uuid4(), lead="anna", title="boiler"))
    report = await anna.sync()
    assert report.outcomes == {"applied": 1} and report.pulled == 1 and report.is_proven


async def test_a_sync_that_failed_leaves_no_connection(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await anna.sync()
    anna.wire.spoil("sync/pending", drop_request())
    with pytest.raises(Offline):
        await anna.sync()
    assert anna.replica.database.take_kept() is None
    assert (await anna.sync()).is_proven


async def test_a_first_sync_leaves_no_connection_that_is_set_for_it(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    assert anna.replica.database.take_kept() is None


async def test_nothing_of_the_file_is_open_once_the_replica_is_closed(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await anna.sync()
    path = anna.replica.path
    await anna.close()
    assert not any(name.startswith(str(path)) for name in list_open_files())


async def test_a_file_whose_key_is_changed_between_two_syncs_goes_on(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await anna.sync()
    await anna.replica.rekey(bytes(range(1, 33)))
    assert (await anna.sync()).is_proven


async def test_wherever_the_line_breaks_rows_are_shown_whole_and_proven_by_the_next_sync(world: World) -> None:
    """Between the last row and the digests is a moment at which all rows are here, and nothing is proven."""
    await world.sql("INSERT INTO workshop.product SELECT i, 'first', NULL FROM generate_series(1, 3) i")
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    found = set()
    for after in range(0, 2_400, 60):
        await world.sql("UPDATE workshop.product SET name = :name", name=f"cut after {after}")
        anna.wire.spoil("sync/pending", cut(after), *[drop_request()] * 3)
        try:
            outcome = "proven" if (await anna.sync()).is_proven else "unproven"
        except (HalfAnswer, Offline):
            outcome = "broken off"
        names = {row.name for row in await anna.all(Product)}
        assert len(names) == 1, "nobody sees some of the rows of an answer"
        found.add((outcome, names == {f"cut after {after}"}))
        anna.wire.mend()
        report = await anna.sync()
        assert report.is_proven and report.unexplained == []
        assert {row.name for row in await anna.all(Product)} == {f"cut after {after}"}
    assert found == {("broken off", False), ("broken off", True), ("proven", True)}


async def test_a_line_that_breaks_before_the_proof_is_made_good_in_the_same_sync(world: World) -> None:
    await world.sql("INSERT INTO workshop.product VALUES (1, 'first', NULL)")
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    told: list[int] = []
    anna.replica.syncing.observers.append(lambda keys: told.append(len(keys)))
    for after in range(600, 2_000, 40):
        await world.sql("UPDATE workshop.product SET name = :name", name=f"cut after {after}")
        anna.wire.spoil("sync/pending", cut(after))
        with suppress(HalfAnswer):
            await anna.sync()
        anna.wire.mend()
        assert (await anna.sync()).is_proven
    assert len(told) == len(range(600, 2_000, 40)), "each change is told once"


async def test_a_sync_that_is_given_up_at_any_moment_leaves_no_request_behind(world: World) -> None:
    await world.sql("INSERT INTO workshop.product SELECT i, 'first', NULL FROM generate_series(1, 3) i")
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    for moments in range(30):
        await world.sql("UPDATE workshop.product SET name = :name", name=f"after {moments}")
        asked = len(anna.wire.list_requests("sync/pending"))
        sync = asyncio.ensure_future(anna.sync())
        while len(anna.wire.list_requests("sync/pending")) == asked:
            await asyncio.sleep(0)
        for _ in range(moments):
            await asyncio.sleep(0)
        sync.cancel()
        await asyncio.gather(sync, return_exceptions=True)
        assert not [task for task in asyncio.all_tasks() if "_Exchange" in str(task.get_coro())]
    assert (await anna.sync()).is_proven
