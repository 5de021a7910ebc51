"""One company for all tests of projections, and a copy of it for each."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
from tests.plugins.ebp.office import Office, open_office

from twinbase.testing.databases import Databases, database_name


@pytest.fixture(scope="session")
def projected(databases: Databases) -> Iterator[str]:
    """A template: generated, captured, projected."""
    url = databases.create()

    async def prepare() -> None:
        connection = await asyncpg.connect(url)
        try:
            await open_office(url, connection)
        finally:
            await connection.close()

    asyncio.run(prepare())
    yield url
    databases.drop(url)


@pytest.fixture
def copied(databases: Databases, projected: str) -> Iterator[str]:
    url = databases.create(database_name(projected))
    yield url
    databases.drop(url)


@pytest.fixture
async def office(copied: str) -> AsyncIterator[Office]:
    connection = await asyncpg.connect(copied)
    yield Office(copied, connection)
    await connection.close()
