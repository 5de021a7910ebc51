"""A small EBP and a server for it, new for each test."""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest
from tests.conftest import Databases
from tests.plugins.ebp.loading.erp import MORNING, TABLES, Erp

from twinbase.plugins import Plugins
from twinbase_ebp.loading.load import LOCK
from twinbase_server.database import init_database


@pytest.fixture(scope="session")
def server_template(databases: Databases) -> Iterator[str]:
    """A server's database with the plugin's own tables, of which each test gets a copy."""
    url = databases.create()
    asyncio.run(init_database(url, Plugins("ebp"), MORNING))
    yield url
    databases.drop(url)


@pytest.fixture
def erp(databases: Databases, server_template: str) -> Iterator[Erp]:
    source, target = databases.create(), databases.create(server_template.rsplit("/", 1)[1])
    erp = Erp(source, target)
    erp.ebp(TABLES)
    yield erp
    erp.close()
    databases.drop(source)
    databases.drop(target)


@pytest.fixture
def held_lock(erp: Erp) -> Iterator[None]:
    """Another loader, at work on the same database."""
    with psycopg.connect(erp.target_url) as connection:
        connection.execute(LOCK)
        yield
