"""The ERP alters its tables when it likes: the twin that no longer fits waits with its reason, all others go on."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from twinbase import Mirror, Plugins, hookimpl
from twinbase.testing import Device, World
from twinbase_server import accounts
from twinbase_server.setup import init_database

S = {"schema": "altered"}


class Base(SQLModel, registry=registry()):
    """Tables of these tests alone."""


class Crate(Base, table=True):
    """The table that somebody alters."""

    __table_args__ = S
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    label: str
    mass: int = 0


class Pallet(Base, table=True):
    """Points at it."""

    __table_args__ = S
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    crate_id: UUID | None = Field(default=None, foreign_key="altered.crate.id")


class Driver(Base, table=True):
    """Has nothing to do with it."""

    __table_args__ = S
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str


class Depot:
    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        for model in (Crate, Pallet, Driver):
            yield Mirror(model, direction="both", conflict="merge_columns")


PLUGINS = Plugins(Depot(), accounts)


@pytest.fixture
async def anna(world: World) -> Device:
    """A device that has everything."""
    await world.sql("INSERT INTO altered.crate SELECT gen_random_uuid(), 'crate ' || i, i FROM generate_series(1, 3) i")
    await world.sql("INSERT INTO altered.driver VALUES (gen_random_uuid(), 'Léa')")
    anna = await world.device("anna")
    assert (await anna.sync()).is_proven
    return anna


@pytest.mark.parametrize(
    ("alteration", "said", "back"),
    [
        ("ALTER TABLE altered.crate RENAME mass TO weight", "renamed={'mass': '…'}", "RENAME weight TO mass"),
        ("ALTER TABLE altered.crate DROP mass", "mass is not there", "ADD mass integer NOT NULL DEFAULT 0"),
        ("ALTER TABLE altered.crate ALTER mass TYPE bigint", "Column(BigInteger", "ALTER mass TYPE integer"),
        ("ALTER TABLE altered.crate ALTER mass TYPE text", "Column(Text", "ALTER mass TYPE integer USING mass::int"),
        ("ALTER TABLE altered.crate RENAME TO box", "does not exist in PostgreSQL", ""),
    ],
)  # fmt: skip
async def test_only_the_twin_of_an_altered_table_waits(
    world: World, anna: Device, alteration: str, said: str, back: str
) -> None:
    crate = (await anna.all(Crate))[0]
    await world.sql(alteration)
    await world.sql("INSERT INTO altered.driver VALUES (gen_random_uuid(), 'Max')")
    await anna.change(Crate, crate.id, label="typed meanwhile")
    driver = Driver(name="Zoé")
    await anna.save(driver)

    waiting = await anna.sync()

    assert said in waiting.unproven["crate"] and "which waits" in waiting.unproven["pallet"]
    noticed_late = "TYPE" in alteration  # the label is written before anybody has looked at the other column
    assert waiting.outcomes == {"applied": 2 if noticed_late else 1} and "driver" in waiting.proven
    assert sorted(one.name for one in await anna.all(Driver)) == ["Léa", "Max", "Zoé"]
    assert len(await anna.all(Crate)) == 3 and "typed meanwhile" in {one.label for one in await anna.all(Crate)}
    assert anna.replica.status.now.pending == (0 if noticed_late else 1) and not await anna.replica.waiting_edits()

    await world.sql(f"ALTER TABLE altered.crate {back}" if back else "ALTER TABLE altered.box RENAME TO crate")
    await init_database(world.database_url, PLUGINS, world.clock())
    healed = await anna.sync()

    assert healed.is_proven and sum(healed.outcomes.values()) == (0 if noticed_late else 1)
    assert healed.outcomes.keys() <= {"applied", "merged"}
    assert await world.sql("SELECT count(*) FROM altered.crate WHERE label = 'typed meanwhile'") == [(1,)]


async def test_a_batch_that_was_frozen_before_the_alteration_lets_the_rest_go(world: World, anna: Device) -> None:
    crate = (await anna.all(Crate))[0]
    await anna.change(Crate, crate.id, mass=9)
    await anna.save(Driver(name="Zoé"))
    anna.wire.up = False
    with pytest.raises(Exception, match="server"):
        await anna.sync()
    anna.wire.up = True
    await world.sql("ALTER TABLE altered.crate RENAME mass TO weight")

    report = await anna.sync()

    assert report.outcomes == {"applied": 1} and "crate" in report.unproven
    assert await world.sql("SELECT name FROM altered.driver ORDER BY 1") == [("Léa",), ("Zoé",)]
    assert anna.replica.status.now.pending == 1


async def test_a_first_sync_brings_all_but_the_twin_that_waits(world: World, anna: Device) -> None:
    await world.sql("ALTER TABLE altered.crate DROP mass")

    bruno = await world.device("bruno")
    report = await bruno.sync()

    assert "crate" in report.unproven and "driver" in report.proven
    assert [driver.name for driver in await bruno.all(Driver)] == ["Léa"]
