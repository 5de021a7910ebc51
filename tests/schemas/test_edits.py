"""What a person does on a device in every table of three databases: both sides hold the same, by column."""

import os
from random import Random

import pytest
from tests.schemas.edits import Edits, compare_sides
from tests.schemas.ground import Ground, read_rows
from tests.schemas.rules import HIDDEN
from tests.schemas.test_values import check_values

from twinbase.registry import Twin
from twinbase.testing import World
from twinbase.testing.conformance.suite import SEED
from twinbase.testing.device import Device

# Tables that hold every row that there can be, and tables of which a device writes no column.
FULL = {"state_text"}
# Its key is another row's: what went may have taken its room along.
NO_ROOM_OF_ITS_OWN = {"salary"}
BARE = {"product_category", "related", "schema_migrations"}


@pytest.fixture
def dice() -> Random:
    return Random(os.environ[SEED])


async def sync_all(device: Device, edits: int) -> None:
    """One sync, which takes at least this many edits, and all as they were typed."""
    report = await device.sync()
    waiting = await device.replica.waiting_edits()
    assert [(edit.twin, edit.op, edit.key, edit.state, edit.detail) for edit in waiting if edit.behind is None] == []
    assert waiting == []
    assert report.outcomes.keys() == {"applied"} and report.outcomes["applied"] >= edits
    assert report.is_proven and report.repaired == 0


async def check_everywhere(ground: Ground, world: World, edits: Edits, anna: Device) -> None:
    """In the office, here and on another device is what was typed, and all else is what it is in the office."""
    bob = await world.device("bob")
    assert (await bob.sync()).is_proven
    for device in (anna, bob):
        assert await compare_sides(device, edits) or edits.gone
        await check_values(world.database_url, ground, device)
    if query := HIDDEN.get(ground.name):
        assert await read_rows(world.database_url, query) == [], "what a trigger writes where no device looks"


@pytest.fixture
async def anna(world: World) -> Device:
    anna = await world.device("anna")
    await anna.sync()
    return anna


@pytest.fixture
def edits(anna: Device, world: World, dice: Random) -> Edits:
    return Edits(anna, world.database_url, dice)


def both(ground: Ground, operation: str = "update") -> list[Twin]:
    """The tables that are mirrored both ways, and of them those on which a device may do this."""
    return [twin for twin in ground.both if twin.direction == "both" and operation in twin.operations]


def test_nothing_but_new_rows_is_kept_from_a_device(ground: Ground) -> None:
    every = [twin for twin in ground.both if twin.direction == "both"]
    assert both(ground) == both(ground, "delete") == every == list(ground.both)
    assert len(both(ground, "insert")) > len(every) / 2


async def test_a_row_added_to_every_table_is_the_same_everywhere(
    ground: Ground, world: World, anna: Device, edits: Edits
) -> None:
    twins = both(ground, "insert")
    assert [twin.name for twin in twins if not await edits.add(twin)] == [t.name for t in twins if t.name in FULL]
    await sync_all(anna, len(edits.typed))
    await check_everywhere(ground, world, edits, anna)


async def test_every_column_changed_in_every_table_is_the_same_everywhere(
    ground: Ground, world: World, anna: Device, edits: Edits
) -> None:
    twins = both(ground)
    assert [twin.name for twin in twins if not await edits.change(twin)] == [t.name for t in twins if t.name in BARE]
    await sync_all(anna, len(edits.typed))
    await check_everywhere(ground, world, edits, anna)


async def test_a_row_deleted_in_every_table_is_nowhere(
    ground: Ground, world: World, anna: Device, edits: Edits
) -> None:
    for twin in both(ground, "delete"):
        await edits.delete(twin)
    assert edits.gone.keys() == {twin.name for twin in ground.both}
    await sync_all(anna, len(edits.gone))
    await check_everywhere(ground, world, edits, anna)


async def test_all_of_it_in_one_sync_is_the_same_everywhere(
    ground: Ground, world: World, anna: Device, edits: Edits
) -> None:
    for twin in both(ground, "delete"):
        await edits.delete(twin)
    full = [twin.name for twin in both(ground, "insert") if not await edits.add(twin)]
    assert set(full) <= NO_ROOM_OF_ITS_OWN, "there is room for what went"
    for twin in both(ground):
        await edits.change(twin)
    await sync_all(anna, len(ground.both))
    await check_everywhere(ground, world, edits, anna)
