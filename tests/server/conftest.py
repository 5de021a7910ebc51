"""What the tests of the server's reading half share: a served depot, in a database of its own."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from tests.server.depot import House, build, open_house

from twinbase.testing.databases import Databases, database_name


@pytest.fixture(scope="session")
def depot_template(databases: Databases) -> Iterator[str]:
    """A database with the depot in it, to copy: setting one up takes ten times as long as a copy."""
    url = databases.create()
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(build(url))
    finally:
        loop.close()
    yield database_name(url)
    databases.drop(url)


@pytest.fixture
def depot_url(databases: Databases, depot_template: str) -> Iterator[str]:
    """A copy of the depot's database."""
    url = databases.create(depot_template)
    yield url
    databases.drop(url)


@pytest.fixture
async def house(depot_url: str) -> AsyncIterator[House]:
    """A running server over a depot of its own."""
    async with open_house(depot_url) as house:
        yield house
