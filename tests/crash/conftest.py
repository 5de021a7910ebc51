"""A workshop whose server listens on a real port, for devices that are processes of their own."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from tests.crash.scene import Scene, open_scene
from tests.sync.shop import Workshop

from twinbase import Plugins
from twinbase.testing import World
from twinbase_server import accounts


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with World.open(database_url, Plugins(Workshop(), accounts), tmp_path) as world:
        yield world


@pytest.fixture
async def url(world: World) -> AsyncIterator[str]:
    """Where the world's server answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(world.application, lifespan="off", log_level="error")
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await task


@pytest.fixture
async def scene(database_url: str, tmp_path: Path) -> AsyncIterator[Scene]:
    """A server process, the line to it, and a device whose file has never synced."""
    async with open_scene(database_url, tmp_path) as scene:
        yield scene


@pytest.fixture
def rng(pytestconfig: pytest.Config) -> random.Random:
    """Chance, from the number that the run prints."""
    return random.Random(int(pytestconfig.option.hypothesis_seed))
