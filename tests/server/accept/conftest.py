"""A workshop for each test: a copy of a database that was set up once."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from tests.server.accept.workshop import Server, open_workshop, set_up

from twinbase.testing.databases import Databases


@pytest.fixture(scope="session")
def workshop_template(databases: Databases) -> Iterator[str]:
    """The name of a database with the workshop's tables, captured, and nobody connected."""
    url = databases.create()
    loop = asyncio.new_event_loop()
    loop.run_until_complete(set_up(url))
    loop.close()
    yield url.rsplit("/", 1)[1]
    databases.drop(url)


@pytest.fixture
def workshop_url(databases: Databases, workshop_template: str) -> Iterator[str]:
    """A database of its own for one test, set up."""
    url = databases.create(workshop_template)
    yield url
    databases.drop(url)


@pytest.fixture
async def server(workshop_url: str) -> AsyncIterator[Server]:
    """A server of the workshop."""
    server = await open_workshop(workshop_url)
    yield server
    await server.close()
