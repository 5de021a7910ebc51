"""A device whose disk is full says so, keeps what it has, and goes on when there is room again.

The room is taken by a limit on the size of files (RLIMIT_FSIZE): the writes of SQLite fail as on a full disk.
"""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from tests.sync.shop import Job, Product

from twinbase.errors import StorageFailed
from twinbase.testing import Device, World

KIB = 1024


@contextmanager
def room(device: Device, extra: int) -> Iterator[None]:
    """No file of the device may grow by more than that."""
    files = device.path.parent.glob(f"{device.path.name}*")
    size = max(file.stat().st_size for file in files)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + extra, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def _is_sound(device: Device) -> None:
    assert await device.sql("PRAGMA integrity_check") == [("ok",)]
    assert await device.sql("PRAGMA cipher_integrity_check") == []
    assert await device.sql("SELECT applying FROM _twinbase_state") == [(0,)]


async def _sync_with_ever_more_room(device: Device, step: int, rounds: int) -> int:
    """How often the disk was full before a sync came through; after each time the file is sound."""
    for failed in range(rounds):
        try:
            with room(device, failed * step):
                report = await device.sync()
        except StorageFailed as error:
            assert "Free some space" in str(error)
            assert device.replica.status.now.problem == str(error)
            await _is_sound(device)
        else:
            assert report.is_proven
            return failed
    raise AssertionError("it never came through")


async def test_what_was_saved_before_the_disk_was_full_is_there_and_later_sent_once(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    saved = 0
    with room(anna, 256 * KIB), pytest.raises(StorageFailed, match=r"anna\.twin"):
        while True:
            await anna.save(Job(lead="anna", title=f"typed {saved}", report="x" * 20_000))
            saved += 1

    await _is_sound(anna)
    assert saved and len(await anna.all(Job)) == saved
    assert await anna.sql("SELECT count(*) FROM _twinbase_outbox") == [(saved,)]
    await anna.save(Job(lead="anna", title="typed with room again"))
    assert (await anna.sync()).is_proven
    assert await world.sql("SELECT count(*), count(DISTINCT title) FROM workshop.job") == [(saved + 1, saved + 1)]


async def test_a_disk_without_room_for_the_mark_of_who_syncs_is_a_full_disk_too(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        with pytest.raises(StorageFailed, match=r"anna\.twin\.sync-lock: File too large"):
            await anna.sync()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (await anna.sync()).is_proven


async def test_a_disk_without_room_to_change_the_key_leaves_the_old_key(world: World) -> None:
    await world.sql("INSERT INTO workshop.product SELECT i, repeat('x', 900), 1.5 FROM generate_series(1, 1500) i")
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    for extra in (-1024 * KIB, 0):
        with room(anna, extra), pytest.raises(StorageFailed, match="The key was not changed"):
            await anna.replica.rekey(b"k" * 32)
        assert (await anna.sync()).is_proven
    await _is_sound(anna)
    await anna.replica.rekey(b"k" * 32)
    assert (await anna.sync()).is_proven


async def test_a_first_sync_that_fills_the_disk_keeps_its_pages_and_ends_when_there_is_room(world: World) -> None:
    rows = "SELECT i, repeat(md5(i::text), 8), 1.5 FROM generate_series(1, 9000) i"
    await world.sql(f"INSERT INTO workshop.product {rows}")
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.save(Job(lead="anna", title="typed in the cellar"))

    failures = await _sync_with_ever_more_room(anna, 600 * KIB, 40)
    assert failures >= 2
    assert len(await anna.all(Product)) == 9_000 and len(await anna.all(Job)) == 1
    assert await world.sql("SELECT title FROM workshop.job") == [("typed in the cellar",)]
    starts = [request for request in anna.wire.list_requests("sync/initial") if b'"resume":null' in request.body]
    assert len(starts) < len(anna.wire.list_requests("sync/initial")), "it went on from the pages that were kept"


async def test_a_disk_that_fills_up_anywhere_in_a_sync_leaves_the_old_state_or_the_new_one(world: World) -> None:
    job = uuid4()
    await world.sql("INSERT INTO workshop.job VALUES (:id, 'anna', 'boiler', NULL, 1, false)", id=job)
    await world.sql("INSERT INTO workshop.product SELECT i, 'old', 1.5 FROM generate_series(1, 1500) i")
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await anna.change(Job, job, visits=3)
    await world.sql("UPDATE workshop.product SET name = repeat('new', 60)")
    await world.sql("UPDATE workshop.job SET visits = visits + 10")

    assert await _sync_with_ever_more_room(anna, 24 * KIB, 60) >= 3
    assert {product.name for product in await anna.all(Product)} == {"new" * 60}
    assert [found.visits for found in await anna.all(Job)] == [13]
    assert await world.sql("SELECT visits FROM workshop.job") == [(13,)]
    assert await anna.sql("SELECT DISTINCT state FROM _twinbase_outbox") == [("merged",)]
