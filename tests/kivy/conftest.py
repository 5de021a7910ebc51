"""Kivy without pixels: nothing of a system's graphics is needed, and no window is opened."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.kivy.day import PLUGINS, OpenDay, make_day, open_day
from tests.kivy.headless import open_headless

from twinbase.testing import prepare
from twinbase.testing.databases import Databases


@pytest.fixture(scope="session", autouse=True)
def _headless(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Set before the first widget is imported; in this process Kivy never draws."""
    open_headless(tmp_path_factory.mktemp("kivy"))


@pytest.fixture(scope="session")
def made_day(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Anna's file, made once by a real server."""
    url = databases.create()
    with asyncio.Runner() as runner:
        runner.run(prepare(url, PLUGINS, datetime.now(UTC)))
        return runner.run(make_day(url, tmp_path_factory.mktemp("anna")))


@pytest.fixture
def anna(made_day: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of it, of the test's own."""
    for part in made_day.parent.glob(f"{made_day.name}*"):
        shutil.copy(part, tmp_path / part.name)
    yield tmp_path / made_day.name


@pytest.fixture
async def day(anna: Path) -> AsyncIterator[OpenDay]:
    day = await open_day(anna)
    yield day
    day.runner.close()
