"""A device as support gets it: rows of the server, edits of every fate, a decision, and nobody at the screen."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from tests.sync.shop import Job
from tests.sync.template import make_template, workshop

from twinbase.testing import Device, World
from twinbase.testing.databases import Databases
from twinbase.testing.world import KEY
from twinbase_textual.inspect.opened_file import InspectedFile, open_inspected

PRODUCTS = 250
CANARY = "Madame Lefèvre, 4521B"
"""Stands in rows, in edits and in what the server said of them, and nowhere in a report."""
BOILER, PUMP = UUID(int=1), UUID(int=2)


@pytest.fixture(scope="session")
def template(databases: Databases) -> str:
    return make_template(databases)


@pytest.fixture
def database_url(databases: Databases, template: str) -> Iterator[str]:
    url = databases.create(template)
    yield url
    databases.drop(url)


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with World.open(database_url, workshop(), tmp_path, prepared=True) as world:
        await world.sql(
            f"INSERT INTO workshop.product SELECT i, 'tube ' || i, i + 0.5 FROM generate_series(1, {PRODUCTS}) i"
        )
        for id in (BOILER, PUMP):
            await world.sql("INSERT INTO workshop.job VALUES (:id, 'anna', 'old', NULL, 1, false)", id=id)
        yield world
        world.raise_crashes()


@pytest.fixture
async def anna(world: World) -> Device:
    """Synced; then one edit lost against the office's, one was refused, and one is unsent."""
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await anna.change(Job, PUMP, title=f"mine {CANARY}")
    await anna.save(Job(id=UUID(int=3), lead="bob", title=CANARY))
    await world.sql("UPDATE workshop.job SET title = 'theirs' WHERE id = :id", id=PUMP)
    await anna.sync()
    await anna.change(Job, BOILER, title=f"unsent {CANARY}", visits=4)
    return anna


@pytest.fixture
def inspected(anna: Device) -> InspectedFile:
    return open_inspected(anna.path, KEY)
