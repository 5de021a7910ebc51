"""Three databases as strangers have them; each is made once for a run, and copied for every test that writes."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.schemas.ground import NAMES, Ground, open_ground

from twinbase.testing import World
from twinbase.testing.databases import Databases


@pytest.fixture(scope="session", params=NAMES)
def ground(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ground]:
    with open_ground(request.param, databases, tmp_path_factory.mktemp("grounds")) as made:
        yield made


@pytest.fixture
def url(ground: Ground) -> str:
    """A copy of the captured database."""
    return ground.copy(ground.captured)


@pytest.fixture
async def world(ground: Ground, url: str, tmp_path: Path) -> AsyncIterator[World]:
    """A server over such a copy."""
    async with World.open(url, ground.plugins, tmp_path, prepared=True) as world:
        yield world
        world.raise_crashes()
