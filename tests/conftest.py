"""What every test may ask for: a database of its own on a real PostgreSQL, and chance that can be repeated."""

import asyncio
import os
import random
import shutil
import uuid
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from twinbase_server.embedded import EmbeddedPostgres

# Real databases answer when they can: a deadline on one example would fail on a busy machine, not on a wrong engine.
_ANY_MACHINE = settings(deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", _ANY_MACHINE, max_examples=50)
settings.register_profile("long", _ANY_MACHINE, max_examples=2_000)
settings.load_profile("ci")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Every run tries other examples, and says which number repeats it; the workers of xdist get the same one."""
    if config.option.hypothesis_seed is None:
        config.option.hypothesis_seed = str(random.SystemRandom().getrandbits(32))


def pytest_report_header(config: pytest.Config) -> str:
    """The seed, where a log of a failed run shows it."""
    return f"repeat the examples of this run with --hypothesis-seed={config.option.hypothesis_seed}"


@dataclass(frozen=True)
class Databases:
    """A PostgreSQL on which a test makes databases; `admin_url` is one of its administrator's."""

    admin_url: str

    def create(self, template: str = "template1") -> str:
        """The URL of a new database, a copy of a template (some 30 ms); nobody may be connected to the template."""
        name = f"test_{uuid.uuid4().hex}"
        _blocking(lambda: self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
        return urlsplit(self.admin_url)._replace(path=f"/{name}").geturl()

    def drop(self, url: str) -> None:
        """Remove a database, and whoever is still connected to it."""
        _blocking(lambda: self._execute(f'DROP DATABASE IF EXISTS "{database_name(url)}" WITH (FORCE)'))

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.admin_url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def database_name(url: str) -> str:
    """The name of the database that a URL points at."""
    return urlsplit(url).path.removeprefix("/")


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """TWINBASE_TEST_DATABASE_URL, or an embedded server: one for each xdist worker, started when first asked for.

    One for each is the cheaper way: it costs half a second, and no worker has to outlive the others.
    """
    if url := os.environ.get("TWINBASE_TEST_DATABASE_URL"):
        yield Databases(url)
        return
    folder = tmp_path_factory.mktemp("postgres")
    with EmbeddedPostgres(folder) as server:
        yield Databases(server.url)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """An empty database for one test alone."""
    url = databases.create()
    yield url
    databases.drop(url)


def _blocking(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine in a loop of its own, so that neither a running loop nor the one of the tests is touched."""
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(work())
    finally:
        loop.close()
