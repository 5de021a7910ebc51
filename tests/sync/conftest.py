"""A workshop with its server, for every test of the sync."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.sync.template import make_template, workshop

from twinbase import Plugins
from twinbase.testing import World
from twinbase.testing.databases import Databases


@pytest.fixture(scope="session")
def template(databases: Databases) -> str:
    """The database that each test's is a copy of."""
    return make_template(databases)


@pytest.fixture
def database_url(databases: Databases, template: str) -> Iterator[str]:
    """A workshop's database for one test alone, without a row in it."""
    url = databases.create(template)
    yield url
    databases.drop(url)


@pytest.fixture
def plugins() -> Plugins:
    return workshop()


@pytest.fixture
async def world(database_url: str, plugins: Plugins, tmp_path: Path) -> AsyncIterator[World]:
    async with World.open(database_url, plugins, tmp_path, prepared=True) as world:
        yield world
        world.raise_crashes()
