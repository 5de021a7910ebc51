"""A company whose ERP and whose NinjaOne are both known: who is whom, tickets on devices, and the way back."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.conftest import Databases, _blocking, database_name
from tests.plugins.ninjaone.conftest import Desk
from tests.plugins.ninjaone.office.company import PLUGINS, Company

from twinbase.testing import World
from twinbase.testing.world import prepare


@pytest.fixture(scope="session")
def company_template(databases: Databases) -> Iterator[str]:
    """The name of a database with the tables of all plugins, captured."""
    url = databases.create()
    _blocking(lambda: prepare(url, PLUGINS, datetime.now(UTC)))
    yield database_name(url)
    databases.drop(url)


@pytest.fixture
def company_url(databases: Databases, company_template: str) -> Iterator[str]:
    url = databases.create(company_template)
    yield url
    databases.drop(url)


@pytest.fixture
async def company(company_url: str, desk: Desk, tmp_path: Path) -> AsyncIterator[Company]:
    async with World.open(company_url, PLUGINS, tmp_path, prepared=True) as world:
        yield Company(world, desk)
