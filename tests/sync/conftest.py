"""A workshop with its server, for every test of the sync."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

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
def database_url(databases: Databases, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database for one test alone: a workshop's without a row in it, or an empty one for a module with tables of its
    own, which says so by its `PLUGINS`."""
    url = databases.create() if has_own_tables(request) else databases.create(request.getfixturevalue("template"))
    yield url
    databases.drop(url)


@pytest.fixture
def plugins(request: pytest.FixtureRequest) -> Plugins:
    own: Plugins | None = getattr(request.module, "PLUGINS", None)
    return own or workshop()


@pytest.fixture
async def world(
    database_url: str, plugins: Plugins, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[World]:
    """A module's `SETTINGS` are the server's."""
    settings: dict[str, Any] = getattr(request.module, "SETTINGS", {})
    prepared = not has_own_tables(request)
    async with World.open(database_url, plugins, tmp_path, prepared=prepared, **settings) as world:
        yield world
        world.raise_crashes()


def has_own_tables(request: pytest.FixtureRequest) -> bool:
    return hasattr(request.module, "PLUGINS")
