"""A gallery with its server, for the tests of attachments on their way."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.attachments.gallery import gallery

from twinbase.testing import World, prepare
from twinbase.testing.databases import Databases, database_name


@pytest.fixture(scope="session")
def template(databases: Databases) -> str:
    """The database that each test's is a copy of."""
    url = databases.create()
    with asyncio.Runner() as runner:
        runner.run(prepare(url, gallery(), datetime.now(UTC)))
    return database_name(url)


@pytest.fixture
def database_url(databases: Databases, template: str) -> Iterator[str]:
    url = databases.create(template)
    yield url
    databases.drop(url)


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Where the server keeps content."""
    return tmp_path / "shelf"


@pytest.fixture
async def world(database_url: str, tmp_path: Path, shelf: Path) -> AsyncIterator[World]:
    async with World.open(database_url, gallery(), tmp_path, prepared=True, files=str(shelf)) as world:
        yield world
        world.raise_crashes()
