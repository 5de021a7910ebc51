"""A column that was renamed: what was typed under the old name arrives under the new one, whoever has been updated."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from twinbase import Mirror, Plugins, hookimpl
from twinbase.errors import MirrorError
from twinbase.testing import World
from twinbase_server import accounts

S = {"schema": "renamed"}


class OldBase(SQLModel, registry=registry()):
    """The table as it was."""


class NewBase(SQLModel, registry=registry()):
    """The table as it is."""


class OldCrate(OldBase, table=True):
    __tablename__ = "crate"
    __table_args__ = S
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    mass: int | None = Field(default=None, index=True)
    label: str


class NewCrate(NewBase, table=True):
    __tablename__ = "crate"
    __table_args__ = S
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    weight: int | None = Field(default=None, index=True)
    label: str


class Old:
    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(OldCrate, direction="both", conflict="merge_columns")


class New:
    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(NewCrate, direction="both", conflict="merge_columns", renamed={"mass": "weight"})


OLD, NEW = Plugins(Old(), accounts), Plugins(New(), accounts)
PLUGINS = OLD


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """The old server, over three crates."""
    async with World.open(database_url, OLD, tmp_path) as world:
        await world.sql(
            "INSERT INTO renamed.crate SELECT gen_random_uuid(), i, 'crate ' || i FROM generate_series(1, 3) i"
        )
        yield world


async def _updated(world: World) -> World:
    """The server after its update, over the renamed column."""
    await world.sql("ALTER TABLE renamed.crate RENAME mass TO weight")
    return await world._stack.enter_async_context(World.open(world.database_url, NEW, world.folder))


async def test_an_old_app_goes_on_under_the_old_name(world: World) -> None:
    phone = await world.device("phone")
    await phone.sync()
    crates = {crate.label: crate.id for crate in await phone.all(OldCrate)}
    await phone.change(OldCrate, crates["crate 1"], mass=70)
    newer = await _updated(world)
    await newer.sql("UPDATE renamed.crate SET weight = 30 WHERE label = 'crate 3'")
    phone.wire.application = newer.application

    report = await phone.sync()
    await phone.save(OldCrate(label="crate 4", mass=4))
    again = await phone.sync()

    assert report.is_proven and again.is_proven and again.outcomes == {"applied": 1}
    there = await newer.sql("SELECT label, weight FROM renamed.crate ORDER BY label")
    assert there == [("crate 1", 70), ("crate 2", 2), ("crate 3", 30), ("crate 4", 4)]
    assert sorted((crate.label, crate.mass) for crate in await phone.all(OldCrate)) == there
    newer.raise_crashes()


async def test_an_old_app_may_come_for_the_first_time_after_the_renaming(world: World) -> None:
    newer = await _updated(world)
    phone = await newer.device("phone", plugins=OLD)
    await phone.save(OldCrate(label="crate 4", mass=4))
    first = await phone.sync()
    here = {crate.label: crate for crate in await phone.all(OldCrate)}
    await phone.change(OldCrate, here["crate 1"].id, mass=70)
    again = await phone.sync()

    assert first.is_proven and again.is_proven and again.outcomes == {"applied": 1}
    there = await newer.sql("SELECT label, weight FROM renamed.crate ORDER BY label")
    assert there == [("crate 1", 70), ("crate 2", 2), ("crate 3", 3), ("crate 4", 4)]
    assert sorted((crate.label, crate.mass) for crate in await phone.all(OldCrate)) == there
    newer.raise_crashes()


async def test_an_old_app_that_asked_between_the_renaming_and_the_update_of_the_server_goes_on(world: World) -> None:
    phone = await world.device("phone")
    await phone.sync()
    crates = {crate.label: crate.id for crate in await phone.all(OldCrate)}
    await phone.change(OldCrate, crates["crate 1"], mass=70)
    await world.sql("ALTER TABLE renamed.crate RENAME mass TO weight")
    between = await phone.sync()
    newer = await world._stack.enter_async_context(World.open(world.database_url, NEW, world.folder))
    phone.wire.application = newer.application
    after = await phone.sync()

    assert not between.is_proven and not between.pushed and "crate" in between.unproven
    assert after.is_proven and after.outcomes.keys() <= {"applied", "merged"}
    assert await newer.sql("SELECT weight FROM renamed.crate WHERE label = 'crate 1'") == [(70,)]
    newer.raise_crashes()


async def test_an_app_that_is_updated_keeps_what_was_typed_before(world: World) -> None:
    phone = await world.device("phone")
    first = await phone.sync()
    crates = {crate.label: crate.id for crate in await phone.all(OldCrate)}
    await phone.change(OldCrate, crates["crate 1"], mass=70)
    await phone.save(OldCrate(label="crate 4", mass=4))
    phone.wire.up = False
    with pytest.raises(Exception, match="server"):
        await phone.sync()
    phone.wire.up = True
    await phone.change(OldCrate, crates["crate 2"], mass=20)
    newer = await _updated(world)
    phone.wire.application = newer.application
    await phone.close()
    await phone.reopen(plugins=NEW)

    here = {crate.label: crate.weight for crate in await phone.all(NewCrate)}
    assert here == {"crate 1": 70, "crate 2": 20, "crate 3": 3, "crate 4": 4}
    report = await phone.sync()

    assert report.is_proven and sum(report.outcomes.values()) == 3 and report.outcomes.keys() <= {"applied", "merged"}
    there = await newer.sql("SELECT label, weight FROM renamed.crate ORDER BY label")
    assert dict(map(tuple, there)) == here
    assert first.is_proven and not await phone.replica.waiting_edits()
    assert len(phone.wire.list_requests("sync/initial")) == 1, "nothing was fetched again"
    newer.raise_crashes()


def test_a_renaming_that_leads_nowhere_is_refused() -> None:
    def refusal(**renamed: str) -> str:
        class Plugin:
            @hookimpl
            def twinbase_mirrors(self) -> Iterator[Mirror]:
                yield Mirror(NewCrate, renamed=renamed)

        with pytest.raises(MirrorError) as caught:
            assert Plugins(Plugin()).registry
        return str(caught.value)

    assert "no column 'load'" in refusal(mass="load")
    assert "has a column 'label' still" in refusal(label="weight")
    assert "part of the key" in refusal(number="id")
