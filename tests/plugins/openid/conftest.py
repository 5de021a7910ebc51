"""Fixtures of the OpenID Connect plugin: a directory that runs for all of its tests, and a world that knows it."""

import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from tests.plugins.openid.directory import SECRET, Directory, Person, install, open_directory
from tests.plugins.openid.notebook import Notebook

import twinbase_openid
from twinbase import Plugins
from twinbase.testing import World
from twinbase_server import accounts

OpenWorld = Callable[..., AbstractAsyncContextManager[World]]


@pytest.fixture(scope="session")
def installed_provider(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Installed once, for all workers."""
    if shutil.which("npm") is None:
        pytest.skip("Node.js is not installed: the provider of these tests runs on it.")
    shared = tmp_path_factory.getbasetemp().parent / "openid-provider"
    with FileLock(f"{shared}.lock"):
        if not (shared / "installed").exists():
            try:
                install(shared)
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
                pytest.skip(f"The provider of these tests could not be fetched: {error}")
    return shared


@pytest.fixture(scope="session")
def directory(installed_provider: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    with open_directory(installed_provider, tmp_path_factory.mktemp("directory")) as opened:
        yield opened


@pytest.fixture
def open_world(directory: Directory, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenWorld:
    """A world whose people sign in at the directory; other settings of the plugin by name."""

    @asynccontextmanager
    async def opened(**settings: Any) -> AsyncIterator[World]:
        told = {"issuer": directory.issuer, "client_id": "twinbase", "client_secret": SECRET, **settings}
        for name, value in told.items():
            monkeypatch.setenv(f"TWINBASE_OPENID_{name.upper()}", str(value))
        plugins = Plugins(accounts, twinbase_openid, Notebook())
        async with World.open(database_url, plugins, tmp_path) as world:
            yield world

    return opened


@pytest.fixture
def person() -> Iterator[Callable[..., Person]]:
    """Somebody at a browser of their own, by the name that they sign in with."""
    people: list[Person] = []

    def come(name: str, **options: Any) -> Person:
        people.append(Person(name, **options))
        return people[-1]

    yield come
    for one in people:
        one.close()
