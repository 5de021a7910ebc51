"""Two copies of one device, a device or a server out of a backup: noticed, nothing doubled, nothing lost silently."""

import shutil
from uuid import uuid4

import pytest
from tests.sync.shop import Job

from twinbase.errors import ForeignReplica, HalfAnswer, Offline, ReplicaBusy
from twinbase.replica.file.lock import hold_sync_lock
from twinbase.testing import World, drop_answer


async def test_two_copies_of_one_file_both_go_on_and_nothing_is_doubled(world: World) -> None:
    await world.sql(f"INSERT INTO workshop.job VALUES ('{uuid4()}', 'anna', 'boiler', NULL, 0, false)")
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    (job,) = await anna.all(Job)
    await anna.change(Job, job.id, visits=1)
    copy = await world.clone(anna, "copy")
    await copy.change(Job, job.id, visits=2)

    await anna.sync()
    forked = await copy.sync()
    for _ in range(2):
        await anna.change(Job, job.id, visits=(await anna.read(Job, job.id)).visits + 10)  # type: ignore[union-attr]
        await anna.sync()
        await copy.sync()
    settled = await anna.sync()

    assert forked.recovered
    assert await world.sql("SELECT visits FROM workshop.job") == [(22,)]
    assert (await anna.read(Job, job.id)).visits == (await copy.read(Job, job.id)).visits == 22  # type: ignore[union-attr]
    assert settled.is_proven and settled.pushed == 0


async def test_a_device_out_of_a_backup_sends_nothing_twice(world: World) -> None:
    await world.sql(f"INSERT INTO workshop.job VALUES ('{uuid4()}', 'anna', 'boiler', NULL, 0, false)")
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    (job,) = await anna.all(Job)
    await anna.change(Job, job.id, visits=1)
    await anna.close()
    shutil.copyfile(anna.path, world.folder / "backup")
    await anna.reopen()
    await anna.sync()
    await anna.change(Job, job.id, visits=2)
    await anna.sync()

    await anna.close()
    for rest in ("-wal", "-shm"):
        anna.path.with_name(anna.path.name + rest).unlink(missing_ok=True)
    shutil.copyfile(world.folder / "backup", anna.path)
    await anna.reopen()
    await anna.save(Job(lead="anna", title="typed after the restore"))
    report = await anna.sync()

    assert await world.sql("SELECT visits FROM workshop.job WHERE title = 'boiler'") == [(2,)]
    assert (await anna.read(Job, job.id)).visits == 2  # type: ignore[union-attr]
    assert len(await anna.all(Job)) == 2 and report.is_proven


async def test_a_server_out_of_a_backup_is_offered_what_it_has_lost(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await anna.save(Job(lead="anna", title="boiler"))
    await anna.sync()
    await world.sql("DELETE FROM workshop.job")
    await world.sql("DELETE FROM twinbase.ledger")
    await world.sql("UPDATE twinbase.replica SET epoch = 0, last_n = 0, last_hash = ''")
    await world.sql("UPDATE twinbase.generation SET id = gen_random_uuid()")

    report = await anna.sync()

    assert report.recovered and report.is_proven
    assert await world.sql("SELECT title FROM workshop.job") == [("boiler",)]


async def test_a_lost_answer_and_then_a_clone_still_add_up_once(world: World) -> None:
    await world.sql(f"INSERT INTO workshop.job VALUES ('{uuid4()}', 'anna', 'boiler', NULL, 0, false)")
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    (job,) = await anna.all(Job)
    await anna.change(Job, job.id, visits=1)
    anna.wire.spoil("sync/mark-synced", drop_answer())
    with pytest.raises((Offline, HalfAnswer)):
        await anna.sync()
    copy = await world.clone(anna, "copy")

    await copy.sync()
    await anna.sync()

    assert await world.sql("SELECT visits FROM workshop.job") == [(1,)]


async def test_a_file_belongs_to_one_account(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await world.account("bob", lead="bob")

    with pytest.raises(Exception) as refused:
        await world.sign_in(anna, "bob")

    assert isinstance(refused.value, ForeignReplica) or "account" in str(refused.value)


async def test_a_second_sync_of_the_same_file_says_who_is_at_it(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})

    async with hold_sync_lock(anna.path, uuid4(), wait_seconds=0, who="the tablet's other window"):
        with pytest.raises(ReplicaBusy, match="other window"):
            await anna.sync(wait_seconds=0)

    assert (await anna.sync()).is_proven
