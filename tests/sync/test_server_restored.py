"""The office restores yesterday's backup under today's address: devices notice, and bring back what they had sent.

The backup is a real one: a copy of the whole database, taken in the middle of the story and served in its place. It
keeps the stored generation and the cluster's identity; that it is another database tells the two histories apart. A
snapshot of the machine would keep that too, and only its marks tell (H8, H9).
"""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from tests.sync.shop import Job, Part, Product

from twinbase import Plugins
from twinbase.errors import HalfAnswer, Offline
from twinbase.testing import World, cut, drop_request
from twinbase.testing.databases import Databases, database_name
from twinbase.testing.device import Device


class Office:
    """Serves a database under the one address that the devices know."""

    def __init__(
        self, url: str, databases: Databases, plugins: Plugins, folder: Path, *, knows_its_place: bool
    ) -> None:
        self._url, self._databases, self._plugins, self._folder = url, databases, plugins, folder
        self._knows_its_place = knows_its_place
        self._backup = ""

    def open(self) -> AbstractAsyncContextManager[World]:
        return World.open(self._url, self._plugins, self._folder, prepared=True)

    async def back_up(self) -> None:
        """Nobody may be connected meanwhile."""
        self._backup = await asyncio.to_thread(self._databases.create, database_name(self._url))
        if not self._knows_its_place:
            connection = await asyncpg.connect(self._backup)
            await connection.execute(
                "UPDATE twinbase.generation SET database ="
                " (SELECT oid FROM pg_database WHERE datname = current_database())::bigint"
            )
            await connection.close()

    def restored(self) -> AbstractAsyncContextManager[World]:
        """What was written since the backup is gone."""
        return World.open(self._backup, self._plugins, self._folder, prepared=True)

    def end(self) -> None:
        self._databases.drop(self._backup)


@pytest.fixture(params=["a copied database", "a snapshot of the machine"])
def office(
    request: pytest.FixtureRequest, database_url: str, databases: Databases, plugins: Plugins, tmp_path: Path
) -> Iterator[Office]:
    copied = request.param == "a copied database"
    office = Office(database_url, databases, plugins, tmp_path, knows_its_place=copied)
    yield office
    office.end()


async def _back(world: World, name: str) -> Device:
    """A device with the file that it had."""
    return await world.device(name, signed_in=False)


async def _backed_up_with_a_job(office: Office) -> UUID:
    """The id of a job that Anna's device has, and a backup of the server as it is then."""
    async with office.open() as world:
        job = uuid4()
        await world.sql("INSERT INTO workshop.job VALUES (:id, 'anna', 'boiler', NULL, 1, false)", id=job)
        anna = await world.device("anna", claims={"lead": "anna"})
        await anna.sync()
    await office.back_up()
    return job


async def test_what_was_typed_long_before_it_was_sent_is_brought_back_too(office: Office) -> None:
    job = await _backed_up_with_a_job(office)
    async with office.open() as world:
        anna = await _back(world, "anna")
        await anna.change(Job, job, visits=12)
        world.clock.advance(days=50)
        await world.sign_in(anna, "anna")
        await anna.sync()
        assert await _visits(world) == 12

    async with office.restored() as world:
        anna = await _back(world, "anna")
        assert await _visits(world) == 1
        # The session began after the backup.
        await world.sign_in(anna, "anna")
        assert (await anna.sync()).recovered
        assert await _visits(world) == 12

        world.clock.advance(days=100)
        await world.sign_in(anna, "anna")
        await anna.sync()
        assert await anna.sql("SELECT count(*) FROM _twinbase_outbox") == [(0,)], "it is not kept for ever"


async def _visits(world: World) -> int:
    return int((await world.sql("SELECT visits FROM workshop.job WHERE title LIKE '%boiler'"))[0][0])


async def test_a_restored_server_gets_back_what_was_acknowledged_after_its_backup(office: Office) -> None:
    async with office.open() as world:
        job = uuid4()
        await world.sql("INSERT INTO workshop.job VALUES (:id, 'anna', 'boiler', NULL, 1, false)", id=job)
        await world.sql("INSERT INTO workshop.product VALUES (1, 'pipe', NULL)")
        anna = await world.device("anna", claims={"lead": "anna"})
        tablet = await world.device("tablet", account="anna", claims={"lead": "anna"})
        await anna.sync()
        await anna.change(Job, job, visits=2)
        await anna.sync()
        await tablet.sync()
    await office.back_up()

    async with office.open() as world:
        anna, tablet = await _back(world, "anna"), await _back(world, "tablet")
        await anna.change(Job, job, visits=12, report="typed after the backup")
        new = Job(lead="anna", title="made after the backup")
        await anna.save(new, Part(job_id=new.id, quantity=3))
        await world.sql("UPDATE workshop.product SET name = 'renamed after the backup'")
        await anna.sync()
        await tablet.sync()
        await tablet.change(Job, job, visits=112)
        await tablet.sync()
        assert await _visits(world) == 112
        await anna.sync()
        await anna.change(Job, job, visits=1112)  # typed, and not sent before the restore

    async with office.restored() as world:
        anna, tablet = await _back(world, "anna"), await _back(world, "tablet")
        assert await _visits(world) == 2

        reports = [await device.sync() for device in (anna, tablet, anna, tablet)]

        assert [bool(report.recovered) for report in reports] == [True, True, False, False]
        assert all(report.is_proven and not report.unexplained for report in reports)
        assert await _visits(world) == 1112
        assert await world.sql(
            "SELECT j.title, p.quantity FROM workshop.job j JOIN workshop.part p ON p.job_id = j.id"
        ) == [("made after the backup", 3)]
        for device in (anna, tablet):
            here = await device.read(Job, job)
            assert here is not None and (here.visits, here.report) == (1112, "typed after the backup")
            assert [product.name for product in await device.all(Product)] == ["pipe"]
            assert await device.replica.waiting_edits() == []
        world.raise_crashes()


@pytest.mark.parametrize("office", ["a snapshot of the machine"], indirect=True)
async def test_a_device_that_slept_since_the_backup_notices_nothing(office: Office) -> None:
    async with office.open() as world:
        await world.sql("INSERT INTO workshop.product VALUES (1, 'pipe', NULL)")
        anna = await world.device("anna", claims={"lead": "anna"})
        await anna.sync()
    await office.back_up()
    async with office.open() as world:
        await world.sql("UPDATE workshop.product SET name = 'renamed after the backup'")

    async with office.restored() as world:
        anna = await _back(world, "anna")
        report = await anna.sync()

        assert not report.recovered and report.is_proven
        assert [product.name for product in await anna.all(Product)] == ["pipe"]


async def test_work_that_was_answered_and_not_pulled_before_the_restore_is_brought_back(office: Office) -> None:
    """Its cursor is older than the backup, so no mark tells: the number of its last batch does."""
    job = await _backed_up_with_a_job(office)
    async with office.open() as world:
        anna = await _back(world, "anna")
        await anna.change(Job, job, visits=12)
        anna.wire.spoil("sync/pending", drop_request())
        with pytest.raises(Offline):
            await anna.sync()
        assert await _visits(world) == 12

    async with office.restored() as world:
        anna = await _back(world, "anna")
        assert await _visits(world) == 1

        await anna.sync()
        report = await anna.sync()

        assert report.is_proven and await _visits(world) == 12
        here = await anna.read(Job, job)
        assert here is not None and here.visits == 12
        assert await anna.sql("SELECT state FROM _twinbase_outbox WHERE state NOT IN ('applied', 'merged')") == []


async def test_a_gap_is_filled_with_what_was_answered_too(office: Office) -> None:
    """The next batch does not follow the last one that the restored server knows: what lies between is sent again."""
    job = await _backed_up_with_a_job(office)
    async with office.open() as world:
        anna = await _back(world, "anna")
        await anna.change(Job, job, visits=12)
        anna.wire.spoil("sync/pending", drop_request())
        with pytest.raises(Offline):
            await anna.sync()
        await anna.change(Job, job, visits=112)

    async with office.restored() as world:
        anna = await _back(world, "anna")

        reports = [await anna.sync(), await anna.sync()]

        assert reports[-1].is_proven and await _visits(world) == 112
        here = await anna.read(Job, job)
        assert here is not None and here.visits == 112


async def test_what_a_copy_was_told_before_the_restore_is_brought_back_though_the_other_copy_syncs_first(
    office: Office,
) -> None:
    """The first copy takes a later epoch, and the number of the last batch is that copy's: it says nothing any more."""
    job = await _backed_up_with_a_job(office)
    async with office.open() as world:
        anna = await _back(world, "anna")
        copy = await world.clone(anna, "copy")
        await copy.change(Job, job, visits=101)
        copy.wire.spoil("sync/pending", drop_request())
        with pytest.raises(Offline):
            await copy.sync()
        assert await _visits(world) == 101
        await anna.change(Job, job, visits=11)
        await anna.sync()
        assert await _visits(world) == 111

    async with office.restored() as world:
        anna, copy = await _back(world, "anna"), await _back(world, "copy")
        await world.sign_in(copy, "anna")
        await anna.sync()
        reports = [await copy.sync(), await copy.sync()]

        assert reports[-1].is_proven and await _visits(world) == 111


async def test_a_first_sync_that_went_on_after_the_backup_is_not_believed(office: Office) -> None:
    """Found by the oracle (seed 1066, repair off): its cursor is that of its first part, which the backup knows."""
    async with office.open() as world:
        await world.sql("INSERT INTO workshop.product SELECT i, md5(i::text), i FROM generate_series(1, 6000) i")
        anna = await world.device("anna", claims={"lead": "anna"})
        anna.wire.spoil("sync/initial", cut(after=80_000))
        with pytest.raises(HalfAnswer):
            await anna.sync()
    await office.back_up()
    async with office.open() as world:
        await world.sql("INSERT INTO workshop.product VALUES (6001, 'made after the backup', NULL)")
        anna = await _back(world, "anna")
        anna.wire.spoil("sync/pending", drop_request())
        with pytest.raises(Offline):
            await anna.sync()
        assert await anna.read(Product, 6001) is not None

    async with office.restored() as world:
        anna = await _back(world, "anna")

        report = await anna.sync()

        assert report.is_proven and report.recovered and not report.unexplained
        assert await anna.read(Product, 6001) is None


@pytest.mark.parametrize("office", ["a copied database"], indirect=True)
async def test_what_was_pulled_between_the_backup_and_the_next_mark_is_not_believed(office: Office) -> None:
    """Marks are written once a minute: this device's is in the backup, though what it has seen is not."""
    async with office.open() as world:
        await world.sql("INSERT INTO workshop.product VALUES (1, 'pipe', NULL)")
        anna = await world.device("anna", claims={"lead": "anna"})
    await office.back_up()
    async with office.open() as world:
        # As if the server had gone on: its start left a mark.
        await world.sql("DELETE FROM twinbase.salt WHERE xid = (SELECT max(xid) FROM twinbase.salt)")
        await world.sql("UPDATE workshop.product SET name = 'renamed after the backup'")
        anna = await _back(world, "anna")
        await anna.sync()

    async with office.restored() as world:
        anna = await _back(world, "anna")
        report = await anna.sync()

        assert report.recovered and report.is_proven
        assert [product.name for product in await anna.all(Product)] == ["pipe"]
