"""An app one mirror version older or newer than its server goes on working, and fetches no more than is new (H32)."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from twinbase import Mirror, Plugins, hookimpl
from twinbase.testing import Device, World
from twinbase_server import accounts

ROWS = 2_000


class OldBase(SQLModel, registry=registry()):
    """The tables as the version before knows them."""


class NewBase(SQLModel, registry=registry()):
    """The tables as this version knows them."""


class OldVisit(OldBase, table=True):
    __tablename__ = "visit"
    __table_args__ = {"schema": "versions"}
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    title: str
    notes: str = ""


class NewVisit(NewBase, table=True):
    __tablename__ = "visit"
    __table_args__ = {"schema": "versions"}
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    title: str
    notes: str = ""
    floor: int | None = None


class Old:
    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(OldVisit, direction="both", conflict="merge_columns", version=1)


class New:
    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(NewVisit, direction="both", conflict="merge_columns", version=2)


OLD, NEW = Plugins(Old(), accounts), Plugins(New(), accounts)
PLUGINS = OLD


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """The old server, which ends with the block; `_updated` serves the same database with the new one."""
    async with World.open(database_url, OLD, tmp_path) as world:
        await world.sql(
            "INSERT INTO versions.visit SELECT gen_random_uuid(), 'visit ' || i,"
            " md5(i::text) || md5('a' || i) || md5('b' || i) || md5('c' || i) FROM generate_series(1, :n) i",
            n=ROWS,
        )
        yield world


async def _updated(world: World, *, floor: int | None = 3) -> World:
    """The server after its update: a column more, and this value in each row of it."""
    await world.sql("ALTER TABLE versions.visit ADD COLUMN floor integer")
    await world.sql("UPDATE versions.visit SET floor = :floor", floor=floor)
    return await world._stack.enter_async_context(World.open(world.database_url, NEW, world.folder))


async def test_an_old_app_goes_on_with_a_newer_server_and_the_new_app_fetches_one_column(world: World) -> None:
    phone = await world.device("phone")
    first = await phone.sync()
    newer = await _updated(world)
    phone.wire.application = newer.application
    await phone.save(OldVisit(title="typed in the old app"))
    old_app = await phone.sync()
    assert old_app.outcomes == {"applied": 1} and old_app.is_proven
    assert len(await phone.all(OldVisit)) == ROWS + 1

    await phone.close()
    await phone.reopen(plugins=NEW)
    new_app = await phone.sync()

    assert new_app.is_proven and not new_app.unexplained
    assert {visit.floor for visit in await phone.all(NewVisit)} == {3, None}
    assert new_app.bytes_received < first.bytes_received / 2
    assert [bool(seen.body.count(b'"floor"')) for seen in phone.wire.list_requests("sync/initial")] == [False, True]
    await phone.change(NewVisit, (await phone.all(NewVisit))[0].id, floor=7)
    assert (await phone.sync()).is_proven
    assert await world.sql("SELECT count(*) FROM versions.visit WHERE floor = 7") == [(1,)]


async def test_a_new_app_goes_on_with_a_server_that_is_not_updated_yet(world: World) -> None:
    phone = await world.device("phone", plugins=NEW)

    first = await phone.sync()
    await phone.save(NewVisit(title="typed in the new app"))
    second = await phone.sync()

    assert first.is_proven and second.is_proven and second.outcomes == {"applied": 1}
    assert {visit.floor for visit in await phone.all(NewVisit)} == {None}
    newer = await _updated(world)
    phone.wire.application = newer.application
    await phone.close()
    await phone.reopen(plugins=NEW)
    third = await phone.sync()
    assert third.is_proven and {visit.floor for visit in await phone.all(NewVisit)} == {3}


async def test_what_changed_before_the_update_is_not_hidden_by_the_new_column(world: World) -> None:
    """Capture is installed anew with the update, so no cursor tells of the change; and the new column's hash is the
    whole row's, so it may only be kept for a row that is known to be the server's in all the others."""
    phone = await world.device("phone")
    await phone.sync()
    await world.sql("UPDATE versions.visit SET title = 'renamed' WHERE title = 'visit 7'")
    newer = await _updated(world)
    phone.wire.application = newer.application
    await phone.close()
    await phone.reopen(plugins=NEW)

    report = await phone.sync()

    here = {(visit.title, visit.floor) for visit in await phone.all(NewVisit)}
    assert report.is_proven and not report.unexplained
    assert ("renamed", 3) in here and ("visit 7", 3) not in here


async def test_what_is_typed_in_a_column_that_the_server_does_not_have_yet_waits_for_it(world: World) -> None:
    phone = await world.device("phone", plugins=NEW)
    await phone.sync()
    known = (await phone.all(NewVisit))[0]
    typed = NewVisit(title="typed in the new app", floor=9)
    await phone.save(typed)
    await phone.change(NewVisit, known.id, floor=6)
    await phone.change(NewVisit, known.id, floor=7, title="renamed")

    early = await phone.sync()

    assert early.is_proven and early.outcomes == {"applied": 2}, "the titles went without the floors"
    there = "SELECT count(*) FROM versions.visit WHERE title IN ('typed in the new app', 'renamed')"
    assert await world.sql(there) == [(2,)]
    assert await _floors(phone, typed, known) == [9, 7], "who typed it goes on seeing it"
    again = await phone.sync()
    assert again.pushed == 0 and phone.replica.status.now.pending == 3
    assert not await phone.replica.syncing.has_more(), "it is no reason to sync at once"

    newer = await _updated(world, floor=None)
    phone.wire.application = newer.application
    late = await phone.sync()

    assert late.is_proven and late.pushed == 3
    assert await _floors(phone, typed, known) == [9, 7]
    for visit, floor in ((typed, 9), (known, 7)):
        assert await newer.sql("SELECT floor FROM versions.visit WHERE id = :id", id=visit.id) == [(floor,)]


async def test_what_waits_for_its_column_keeps_the_order_in_which_it_was_typed(world: World) -> None:
    phone = await world.device("phone", plugins=NEW)
    await phone.sync()
    last, deleted = (await phone.all(NewVisit))[:2]
    await phone.change(NewVisit, last.id, floor=7, title="renamed")
    await phone.change(NewVisit, last.id, floor=8)
    await phone.change(NewVisit, last.id, floor=9, title="renamed again")
    await phone.change(NewVisit, deleted.id, floor=7, title="renamed")
    await phone.delete(NewVisit, deleted.id)

    early = await phone.sync()
    assert early.is_proven and await _floors(phone, last) == [9]

    newer = await _updated(world, floor=None)
    phone.wire.application = newer.application
    late = await phone.sync()
    assert late.is_proven and late.outcomes == {"merged": 3}
    there = "SELECT id, title, floor FROM versions.visit WHERE id IN (:last, :deleted)"
    assert await newer.sql(there, last=last.id, deleted=deleted.id) == [(last.id, "renamed again", 9)]
    assert await _floors(phone, last, deleted) == [9]


async def _floors(phone: Device, *visits: NewVisit) -> list[int | None]:
    return [here.floor for visit in visits if (here := await phone.read(NewVisit, visit.id))]
