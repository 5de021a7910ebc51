"""A workshop with its server, for every test of the sync."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.sync.shop import Workshop

from twinbase import Plugins
from twinbase.testing import World
from twinbase_server import accounts


@pytest.fixture
def plugins() -> Plugins:
    return Plugins(Workshop(), accounts)


@pytest.fixture
async def world(database_url: str, plugins: Plugins, tmp_path: Path) -> AsyncIterator[World]:
    async with World.open(database_url, plugins, tmp_path) as world:
        yield world
        world.raise_crashes()
