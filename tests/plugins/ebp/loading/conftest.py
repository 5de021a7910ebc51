"""A small EBP and a server for it, new for each test."""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest
from tests.plugins.ebp.loading.erp import MORNING, TABLES, Erp

from twinbase.plugins import Plugins
from twinbase.testing.databases import Databases
from twinbase_ebp.loading.load import LOCK
from twinbase_server.setup import init_database


@pytest.fixture(scope="session")
def server_template(databases: Databases) -> Iterator[str]:
    """A server's database with the plugin's own tables, of which each test gets a copy."""
    url = databases.create()
    asyncio.run(init_database(url, Plugins("ebp"), MORNING))
    yield url
    databases.drop(url)


@pytest.fixture
def bare_erp(databases: Databases, server_template: str) -> Iterator[Erp]:
    """An EBP without any table."""
    source, target = databases.create(), databases.create(server_template.rsplit("/", 1)[1])
    erp = Erp(source, target)
    yield erp
    erp.close()
    databases.drop(source)
    databases.drop(target)


@pytest.fixture
def erp(bare_erp: Erp) -> Erp:
    """An EBP with a table of each kind."""
    bare_erp.ebp(TABLES)
    return bare_erp


@pytest.fixture
def held_lock(erp: Erp) -> Iterator[None]:
    """Another loader, at work on the same database."""
    with psycopg.connect(erp.target_url) as connection:
        connection.execute(LOCK)
        yield
