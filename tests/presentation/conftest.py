"""A phone for every test of what screens show; a server too, for those that sync."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.plugins.mobile.reading.company import ANNA, BOB, ME, PLUGINS, Company, ident, paris
from tests.plugins.mobile.reading.test_days import visit
from tests.presentation.phone import ManualTiming, Phone, office

from twinbase import Plugins
from twinbase.testing import World, prepare
from twinbase.testing.databases import Databases, database_name
from twinbase_mobile.tables import Contact, Customer
from twinbase_mobile.tables.kinds import VisitStatus


@pytest.fixture(scope="session")
def plugins() -> Plugins:
    """What an app loads; it is read once."""
    return Plugins("mobile", "deliveries")


@pytest.fixture
async def phone(tmp_path: Path, plugins: Plugins) -> AsyncIterator[Phone]:
    """Anna's, with the bakery on it."""
    phone = Phone(tmp_path / "anna.twin", plugins)
    await phone.open()
    await phone.give(*office())
    yield phone
    await phone.workday.settle()
    phone.runner.close()


@pytest.fixture
def phone_timing() -> ManualTiming:
    """Seconds that pass when a test says so."""
    return ManualTiming()


@pytest.fixture(scope="session")
def mobile_template(databases: Databases) -> str:
    """The database that each test's is a copy of."""
    url = databases.create()
    with asyncio.Runner() as runner:
        runner.run(prepare(url, PLUGINS, datetime.now(UTC)))
    return database_name(url)


@pytest.fixture
def database_url(databases: Databases, mobile_template: str) -> Iterator[str]:
    url = databases.create(mobile_template)
    yield url
    databases.drop(url)


@pytest.fixture
async def company(database_url: str, tmp_path: Path) -> AsyncIterator[Company]:
    """Anna has a phone with a visit at a bakery on it."""
    files = str(tmp_path / "files")
    async with World.open(database_url, PLUGINS, tmp_path, prepared=True, files=files) as world:
        company = Company(world)
        await company.add(ANNA(), BOB(), Customer(id=ident(10), code="C1", name="Noël", salesperson_id=ME))
        company.phone = await world.device("anna", claims={"colleague_id": str(ME)})
        await company.add_and_sync(
            Contact(id=ident(12), customer_id=ident(10), last_name="Roy", phone="01"),
            visit(1, paris(10, 8), title="Boiler", customer_id=ident(10), status=VisitStatus.IN_PROGRESS),
        )
        yield company
        world.raise_crashes()
