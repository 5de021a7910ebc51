"""Fixtures for pytest: `pytest_plugins = ["twinbase.testing.fixtures"]` in the conftest.py at the top of your project.

They are no entry point of pytest, so that a project that does not ask for them never waits for a server to be imported.
"""

import shutil
from collections.abc import Iterator

import pytest

from twinbase.testing.databases import Databases, start_postgresql


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """A real PostgreSQL for the whole run, started when it is first asked for: `create()` and `drop()` databases."""
    folder = tmp_path_factory.mktemp("postgres")
    with start_postgresql(folder) as made:
        yield made
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """An empty database for one test alone."""
    url = databases.create()
    yield url
    databases.drop(url)
