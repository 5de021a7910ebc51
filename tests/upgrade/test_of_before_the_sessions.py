"""A database and a device's file of before there were sessions go on after the upgrade, and nobody enrols again.

Both were made by commit 66b1255, with `tests.sync.shop`: anna has signed in and synced, and has made three edits in a
cellar since, while the office renamed her jobs and deleted a product. To the server it is a restored database.
"""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from tests.sync.shop import Job, Part, Product, Workshop

from twinbase import Plugins
from twinbase.errors import NotSignedIn
from twinbase.testing import Device, World
from twinbase.testing.world import KEY, PASSWORD
from twinbase_server import accounts
from twinbase_server.setup import init_database

BEFORE = Path(__file__).parent / "of_66b1255"
MADE = datetime(2026, 11, 29, 17, 7, 17, tzinfo=UTC)
TOKEN_LASTS = timedelta(minutes=15)
FIRST, SECOND, PART = UUID(int=1), UUID(int=2), UUID(int=9)


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """The database of before, upgraded, a minute after anna's last sync."""
    office = await asyncpg.connect(database_url)
    try:
        await office.execute((BEFORE / "database.sql").read_text())
    finally:
        await office.close()
    plugins, now = Plugins(Workshop(), accounts), MADE + timedelta(minutes=1)
    await init_database(database_url, plugins, now)
    async with World.open(database_url, plugins, tmp_path, prepared=True) as world:
        world.clock.now = now
        yield world


@pytest.fixture
async def anna(world: World) -> AsyncIterator[Device]:
    """Her file, opened by this version; nobody signs in on it."""
    shutil.copyfile(BEFORE / "anna.twin", world.folder / "anna.twin")
    device = Device("anna", world.folder / "anna.twin", KEY, world.plugins, world.application, world.clock)
    async with device:
        yield device


async def is_all_there(world: World, anna: Device) -> None:
    """What was typed in the cellar arrived once, and what the office did is here."""
    jobs = await world.sql("SELECT id, title, visits, report FROM workshop.job WHERE lead = 'anna' ORDER BY id")
    assert jobs == [(FIRST, "job 1 of the office", 2, None), (SECOND, "job 2 of the office", 0, "typed in a cellar")]
    assert await world.sql("SELECT job_id, quantity FROM workshop.part WHERE id = :id", id=PART) == [(SECOND, 3)]
    rows = sorted(await anna.all(Job), key=lambda job: job.id)
    assert [(job.id, job.title, job.visits, job.report) for job in rows] == [tuple(job) for job in jobs]
    assert [part.quantity for part in await anna.all(Part)] == [3]
    assert len(await anna.all(Product)) == 19


async def test_a_token_of_before_goes_on_for_its_minutes(world: World, anna: Device) -> None:
    report = await anna.sync()
    assert report.is_proven and report.unexplained == []
    await is_all_there(world, anna)
    assert (await anna.sync()).is_proven


async def test_after_it_has_expired_one_sign_in_lasts(world: World, anna: Device) -> None:
    world.clock.now = MADE + TOKEN_LASTS + timedelta(days=20)
    with pytest.raises(NotSignedIn):
        await anna.sync()
    assert {job.visits for job in await anna.all(Job)} == {2, 0}
    await anna.sign_in("anna@example.org", PASSWORD)
    assert (await anna.sync()).is_proven
    await is_all_there(world, anna)
    for _ in range(3):
        world.clock.advance(days=30)
        await anna.close()
        await anna.reopen()
        assert (await anna.sync()).is_proven


async def test_the_device_is_in_the_office_s_list_as_it_was(world: World, anna: Device) -> None:
    await anna.sync()
    rows = await world.sql(
        "SELECT account, device_name, revoked_at, wiped_at FROM twinbase.replica WHERE NOT of_office"
    )
    assert ("anna@example.org", "anna", None, None) in [tuple(row) for row in rows]
    ((replica,),) = await anna.sql("SELECT replica FROM _twinbase_state")
    known = await world.sql("SELECT count(*) FROM twinbase.replica WHERE id = CAST(:id AS uuid)", id=replica)
    assert known == [(1,)]
