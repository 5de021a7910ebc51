"""A workshop with its server; what the server raised and nobody caught fails the test that made it do so."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.server.conftest import depot_template, depot_url, house  # noqa: F401  fixtures
from tests.sync.shop import Workshop

from twinbase import Plugins
from twinbase.testing import World
from twinbase_server import accounts


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with World.open(database_url, Plugins(Workshop(), accounts), tmp_path) as world:
        yield world
        world.raise_crashes()
