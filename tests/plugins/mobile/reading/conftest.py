"""A small company and one technician's phone, for every test of what a screen reads."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.plugins.mobile.reading.company import ANNA, PLUGINS, Company

from twinbase.testing import World, prepare
from twinbase.testing.databases import Databases, database_name


@pytest.fixture(scope="session")
def mobile_template(databases: Databases) -> str:
    """The database that each test's is a copy of."""
    url = databases.create()
    with asyncio.Runner() as runner:
        runner.run(prepare(url, PLUGINS, datetime.now(UTC)))
    return database_name(url)


@pytest.fixture
def database_url(databases: Databases, mobile_template: str) -> Iterator[str]:
    url = databases.create(mobile_template)
    yield url
    databases.drop(url)


@pytest.fixture
async def company(database_url: str, tmp_path: Path) -> AsyncIterator[Company]:
    """Anna has a phone; the company has Anna, and no other row."""
    async with World.open(database_url, PLUGINS, tmp_path, prepared=True) as world:
        company = Company(world)
        await company.add(ANNA())
        company.phone = await world.device("anna", claims={"colleague_id": str(ANNA().id)})
        yield company
        world.raise_crashes()
