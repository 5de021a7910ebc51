"""What would empty a device is believed when it is said again, and later: never a wipe, never a dead end (H10)."""

from uuid import UUID

import pytest
from tests.sync.garbled import before_each, garbled_once
from tests.sync.shop import Job, Product

from twinbase.replica.apply.fuse import CONFIRMED_AFTER, FuseBlown
from twinbase.replica.file.local_digest import count_buckets
from twinbase.replica.file.names import meta_table
from twinbase.testing import World
from twinbase.testing.device import Device

ROWS, LEFT = 200, 10


async def _anna_with_her_jobs(world: World) -> Device:
    await world.sql(
        "INSERT INTO workshop.job (id, lead, title, visits, done)"
        " SELECT gen_random_uuid(), CASE WHEN i <= :rows THEN 'anna' ELSE 'bob' END, 'job ' || i, 0, false"
        " FROM generate_series(1, :all) i",
        rows=ROWS,
        all=ROWS + LEFT,
    )
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    assert len(await anna.all(Job)) == ROWS
    return anna


async def _reassign(world: World) -> None:
    await world.sql(
        "UPDATE workshop.job SET lead = 'carl' WHERE lead = 'anna' AND id NOT IN"
        " (SELECT id FROM workshop.job WHERE lead = 'anna' LIMIT :left)",
        left=LEFT,
    )


async def _is_not_believed(device: Device, world: World) -> None:
    """One sync, which changes nothing: neither rows nor where the device is in the server's history."""
    state = "SELECT cursor, checkpoint FROM _twinbase_state"
    before = await device.sql(state), await device.all(Job), await device.all(Product)
    with pytest.raises(FuseBlown):
        await device.sync()
    assert (await device.sql(state), await device.all(Job), await device.all(Product)) == before


async def _time_passes(device: Device, world: World) -> None:
    """As long as the fuse wants; the token is a new one then."""
    world.clock.advance(seconds=CONFIRMED_AFTER.total_seconds())
    await world.sign_in(device, "anna")


async def _replica_id(device: Device) -> UUID:
    return UUID((await device.sql("SELECT replica FROM _twinbase_state"))[0][0])


async def _lose_one_row(device: Device) -> None:
    """A reason to repair: the device has forgotten one row, and its sums say so."""
    await device.sql("DELETE FROM _twinbase_meta_job WHERE id = (SELECT min(id) FROM _twinbase_meta_job)")
    await device.replica.database.write(count_buckets, "job", meta_table("job"))


@pytest.mark.parametrize("path", ["sync/pending", "sync/repair"])
async def test_claims_that_are_garbled_in_one_answer_remove_nothing(world: World, path: str) -> None:
    anna = await _anna_with_her_jobs(world)
    if path == "sync/repair":
        await _lose_one_row(anna)
        await world.sql(
            "UPDATE workshop.job SET title = '!' WHERE id = (SELECT id FROM workshop.job"
            " WHERE lead = 'anna' ORDER BY id DESC LIMIT 1)"
        )
    else:
        await world.sql("UPDATE workshop.job SET title = '!'")
    anna.wire.application = garbled_once(world, path, await _replica_id(anna), lead="nobody")
    with pytest.raises(FuseBlown):
        await anna.sync()

    report = await anna.sync()

    assert len(await anna.all(Job)) == ROWS and report.is_proven
    assert len(anna.wire.list_requests(path)) > 1
    assert await anna.sql("SELECT value FROM _twinbase_sync WHERE name = 'removal' AND value <> ''") == []


async def test_claims_that_are_garbled_in_a_first_sync_anew_remove_nothing(world: World) -> None:
    anna = await _anna_with_her_jobs(world)
    await anna.sql("UPDATE _twinbase_state SET cursor = ''")
    anna.wire.application = garbled_once(world, "sync/initial", await _replica_id(anna), lead="nobody")
    with pytest.raises(FuseBlown):
        await anna.sync()

    report = await anna.sync()

    assert len(await anna.all(Job)) == ROWS and report.is_proven


async def test_a_real_reassignment_is_believed_at_its_second_answer(world: World) -> None:
    anna = await _anna_with_her_jobs(world)
    await _reassign(world)
    await _is_not_believed(anna, world)
    await _time_passes(anna, world)

    report = await anna.sync()

    assert len(await anna.all(Job)) == LEFT and report.is_proven
    assert report.removed == ROWS - LEFT


async def test_asked_too_soon_a_second_answer_confirms_nothing_and_puts_nothing_off(world: World) -> None:
    anna = await _anna_with_her_jobs(world)
    await _reassign(world)
    for _ in range(3):
        await _is_not_believed(anna, world)
        world.clock.advance(seconds=CONFIRMED_AFTER.total_seconds() / 4)
        await world.sign_in(anna, "anna")
    await anna.save(Job(lead="anna", title="typed meanwhile"))
    await _is_not_believed(anna, world)
    assert await world.sql("SELECT count(*) FROM workshop.job WHERE title = 'typed meanwhile'") == [(1,)]
    world.clock.advance(seconds=CONFIRMED_AFTER.total_seconds() / 4)
    await world.sign_in(anna, "anna")

    assert (await anna.sync()).is_proven and len(await anna.all(Job)) == LEFT + 1


async def test_a_server_whose_clock_was_put_back_begins_to_count_anew(world: World) -> None:
    anna = await _anna_with_her_jobs(world)
    await _reassign(world)
    await _is_not_believed(anna, world)
    world.clock.advance(days=-1)
    await world.sign_in(anna, "anna")
    await _is_not_believed(anna, world)
    await _time_passes(anna, world)

    assert (await anna.sync()).is_proven and len(await anna.all(Job)) == LEFT


async def test_another_right_is_believed_at_the_second_repair(world: World) -> None:
    anna = await _anna_with_her_jobs(world)
    await world.account("anna", lead="bob")
    await world.sign_in(anna, "anna")
    await _is_not_believed_in_a_repair(anna)
    await _time_passes(anna, world)

    report = await anna.sync()

    assert report.is_proven and len(await anna.all(Job)) == LEFT
    assert len(anna.wire.list_requests("sync/repair")) == 2


async def _is_not_believed_in_a_repair(device: Device) -> None:
    """The pull before it is applied: what changed is right, whatever the rest is."""
    before = await device.all(Job)
    with pytest.raises(FuseBlown):
        await device.sync()
    assert await device.all(Job) == before


@pytest.mark.parametrize("cursor", ["", "not a cursor"], ids=["lost", "refused"])
async def test_a_real_reassignment_is_believed_in_a_first_sync_anew(world: World, cursor: str) -> None:
    anna = await _anna_with_her_jobs(world)
    await _reassign(world)
    await anna.sql("UPDATE _twinbase_state SET cursor = ?", cursor)
    with pytest.raises(FuseBlown):
        await anna.sync()
    assert len(await anna.all(Job)) == ROWS
    await _time_passes(anna, world)

    report = await anna.sync()

    assert len(await anna.all(Job)) == LEFT and report.is_proven
    assert (await anna.sync()).removed == 0


async def test_what_one_sync_was_told_the_next_one_confirms_after_a_restart_of_the_app(world: World) -> None:
    anna = await _anna_with_her_jobs(world)
    await _reassign(world)
    await _is_not_believed(anna, world)
    await anna.close()
    await anna.reopen()
    await _time_passes(anna, world)
    before = len(anna.wire.list_requests("sync/pending"))

    report = await anna.sync()

    assert len(await anna.all(Job)) == LEFT and report.is_proven
    assert len(anna.wire.list_requests("sync/pending")) == before + 1


@pytest.mark.parametrize("anew", [False, True], ids=["pull", "first-sync"])
async def test_a_table_that_never_rests_is_believed_at_the_second_answer_too(world: World, anew: bool) -> None:
    await world.sql("INSERT INTO workshop.product (id, name) SELECT i, 'p' || i FROM generate_series(1, 200) i")
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await world.sql("DELETE FROM workshop.product WHERE id > 10")
    if anew:
        await anna.sql("UPDATE _twinbase_state SET cursor = ''")
    path = "sync/initial" if anew else "sync/pending"
    anna.wire.application = before_each(
        world, path, lambda: world.sql("UPDATE workshop.product SET name = name || 'x' WHERE id = 1")
    )

    with pytest.raises(FuseBlown):
        await anna.sync()
    assert len(await anna.all(Product)) == 200
    await _time_passes(anna, world)

    report = await anna.sync()

    assert len(await anna.all(Product)) == 10 and report.is_proven
