"""Devices, and backups of them, that are older than what the server remembers: nothing is doubled, nothing is lost."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from pydantic import SecretStr
from tests.sync.shop import Job, Part

from twinbase import Plugins
from twinbase.errors import HalfAnswer, Offline
from twinbase.testing import World, drop_answer, drop_request
from twinbase.testing.databases import Databases, database_name
from twinbase.testing.device import Device
from twinbase_server.housekeeping import TURNS_AN_HOUR, run_turn
from twinbase_server.settings import Settings


async def _keep_house(world: World, **settings: Any) -> None:
    """What a server does every hour."""
    connection = await asyncpg.connect(world.database_url)
    chosen = Settings(database_url=SecretStr(world.database_url), **settings)
    try:
        await run_turn(connection, world.clock(), TURNS_AN_HOUR, chosen)
    finally:
        await connection.close()


async def _sleep(world: World, device: Device, **settings: Any) -> None:
    """More than a year passes without this device; the server goes on and forgets. Somebody signs in again."""
    for _ in range(2):
        world.clock.advance(days=200)
        await _keep_house(world, **settings)
    await world.sign_in(device, "anna")


async def _with_a_job(world: World) -> tuple[Device, UUID]:
    job = uuid4()
    await world.sql("INSERT INTO workshop.job VALUES (:id, 'anna', 'boiler', NULL, 0, false)", id=job)
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    return anna, job


async def _visits(world: World, job: UUID) -> int:
    return int((await world.sql("SELECT visits FROM workshop.job WHERE id = :id", id=job))[0][0])


async def _kept(world: World) -> Sequence[int]:
    """How many edits the ledger holds in whole, and of how many it holds the id alone."""
    ((whole, ids),) = await world.sql(
        "SELECT (SELECT count(*) FROM twinbase.ledger), (SELECT count(*) FROM twinbase.settled)"
    )
    return whole, ids


async def _reasons(device: Device) -> list[tuple[str, str]]:
    """Of the edits that wait for a person."""
    return sorted((edit.state, edit.reason) for edit in await device.replica.waiting_edits())


async def test_a_device_that_was_away_for_a_year_is_told_and_brings_its_work_once(world: World) -> None:
    anna, job = await _with_a_job(world)
    tablet = await world.device("tablet", account="anna", claims={"lead": "anna"})
    await anna.change(Job, job, visits=1)
    await anna.sync()
    await anna.sync()  # it confirms what it was told
    await tablet.sync()
    await tablet.change(Job, job, visits=11)
    await tablet.sync()
    await tablet.sync()
    await anna.change(Job, job, visits=101)
    new = Job(lead="anna", title="typed before the long sleep")
    await anna.save(new, Part(job_id=new.id, quantity=3))

    await _sleep(world, anna)
    assert await _kept(world) == (0, 2)
    report = await anna.sync()

    assert [said for said in report.recovered if said.startswith("generation")] and report.is_proven
    assert await _visits(world, job) == 111
    assert await world.sql("SELECT quantity FROM workshop.part") == [(3,)]
    here = await anna.read(Job, job)
    assert here is not None and here.visits == 111
    assert await anna.replica.waiting_edits() == []
    settled = await anna.sync()
    assert settled.is_proven and settled.pushed == 0 and not settled.recovered


async def test_a_device_that_was_away_for_less_goes_on_where_it_was(world: World) -> None:
    anna, job = await _with_a_job(world)
    await anna.change(Job, job, visits=1)
    await anna.sync()
    await anna.change(Job, job, visits=2)

    world.clock.advance(days=170)
    await _keep_house(world, history_bytes_max=1)
    await world.sign_in(anna, "anna")
    report = await anna.sync()

    assert not report.recovered and report.is_proven and await _visits(world, job) == 2
    assert await _kept(world) == (2, 0), "what is as young as this stays, whatever its size"


async def test_an_answer_that_was_lost_before_a_year_away_is_given_in_whole(world: World) -> None:
    """It was applied in part, and refused in part: neither is decided again, and the reason is still known."""
    anna, job = await _with_a_job(world)
    other = Job(lead="anna", title="boiler of the neighbour")
    await anna.save(other)
    await anna.sync()
    await anna.sync()
    await anna.change(Job, job, visits=1)
    await anna.save(Part(job_id=other.id, quantity=1))
    await world.sql("DELETE FROM workshop.job WHERE id = :id", id=other.id)
    anna.wire.spoil("sync/mark-synced", drop_answer())
    with pytest.raises((Offline, HalfAnswer)):
        await anna.sync()
    assert await _visits(world, job) == 1

    await _sleep(world, anna)
    assert await _kept(world) == (2, 1), "only what the device has confirmed has gone"
    await anna.sync()

    assert await _visits(world, job) == 1
    here = await anna.read(Job, job)
    assert here is not None and here.visits == 1
    assert [edit.reason for edit in await anna.replica.waiting_edits()] == ["no-target"]


async def test_nobody_conflicts_with_what_he_wrote_himself_before_a_year_away(world: World) -> None:
    """What was answered and not pulled is not confirmed: what follows it was done on top of it."""
    anna, job = await _with_a_job(world)
    await anna.change(Job, job, report="first")
    anna.wire.spoil("sync/pending", drop_request())
    with pytest.raises(Offline):
        await anna.sync()
    await anna.save(Job(lead="anna", title="in a batch after that"))
    anna.wire.spoil("sync/pending", drop_request())
    with pytest.raises(Offline):
        await anna.sync()
    await anna.delete(Job, job)

    await _sleep(world, anna)
    await anna.sync()

    assert await world.sql("SELECT title FROM workshop.job") == [("in a batch after that",)]
    assert await world.sql("SELECT count(*) FROM twinbase.journal") == [(0,)]
    assert await anna.replica.waiting_edits() == []


async def test_a_phone_out_of_a_backup_that_is_older_than_the_ledger_sends_nothing_twice(world: World) -> None:
    anna, job = await _with_a_job(world)
    other = Job(lead="anna", title="boiler of the neighbour")
    await anna.save(other)
    await anna.sync()
    await anna.change(Job, job, visits=1, report="typed in the cellar")
    await anna.save(Job(lead="anna", title="made before the backup"))
    await anna.save(Part(job_id=other.id, quantity=1))
    await anna.close()
    shutil.copyfile(anna.path, world.folder / "backup")
    await anna.reopen()
    await world.sql("DELETE FROM workshop.job WHERE id = :id", id=other.id)
    await world.sql("UPDATE workshop.job SET report = 'by the office' WHERE id = :id", id=job)
    await anna.sync()
    await anna.sync()
    assert await _reasons(anna) == [("conflict", ""), ("refused", "no-target")]

    await _sleep(world, anna)
    await anna.close()
    for rest in ("-wal", "-shm"):
        anna.path.with_name(anna.path.name + rest).unlink(missing_ok=True)
    shutil.copyfile(world.folder / "backup", anna.path)
    await anna.reopen()
    await world.sign_in(anna, "anna")
    assert await _kept(world) == (0, 4)
    await anna.save(Job(lead="anna", title="typed after the restore"))
    report = await anna.sync()

    assert report.recovered and report.is_proven and await _visits(world, job) == 1
    assert sorted(row.title for row in await anna.all(Job)) == [
        "boiler",
        "made before the backup",
        "typed after the restore",
    ]
    assert await _reasons(anna) == [("conflict", "forgotten"), ("refused", "forgotten")]
    assert await world.sql("SELECT report FROM workshop.job WHERE id = :id", id=job) == [("by the office",)]
    assert await world.sql("SELECT count(*) FROM workshop.part") == [(0,)]


async def test_a_server_out_of_a_backup_doubles_nothing_that_it_had_forgotten(
    database_url: str, databases: Databases, plugins: Plugins, tmp_path: Path
) -> None:
    """The device still holds what the server has let go, and offers it again, with what the restore has lost."""
    async with World.open(database_url, plugins, tmp_path, prepared=True) as world:
        anna, job = await _with_a_job(world)
        await anna.change(Job, job, visits=1)
        await anna.sync()
        await anna.sync()
        await _sleep(world, anna)
        assert await _kept(world) == (0, 1)
    backup = await asyncio.to_thread(databases.create, database_name(database_url))
    try:
        async with World.open(database_url, plugins, tmp_path, prepared=True) as world:
            world.clock.advance(days=401)
            anna = await world.device("anna", signed_in=False)
            await anna.change(Job, job, visits=11)
            await anna.sync()
            assert await _visits(world, job) == 11
        async with World.open(backup, plugins, tmp_path, prepared=True) as world:
            world.clock.advance(days=402)
            await _keep_house(world)
            assert await _visits(world, job) == 1
            anna = await world.device("anna", signed_in=False)
            reports = [await anna.sync(), await anna.sync()]

            assert reports[0].recovered and reports[1].is_proven and await _visits(world, job) == 11
            here = await anna.read(Job, job)
            assert here is not None and here.visits == 11
    finally:
        await asyncio.to_thread(databases.drop, backup)
