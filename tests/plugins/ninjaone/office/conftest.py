"""A company whose ERP and whose NinjaOne are both known: who is whom, tickets on devices, and the way back."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.plugins.ninjaone.conftest import Desk
from tests.plugins.ninjaone.office.company import PLUGINS, Company
from tests.plugins.ninjaone.office.field import Field, Proxy, send_anna

from twinbase.testing import World
from twinbase.testing.databases import Databases, database_name
from twinbase.testing.world import prepare
from twinbase_ninjaone.standin import serve_app


@pytest.fixture(scope="session")
def company_template(databases: Databases) -> Iterator[str]:
    """The name of a database with the tables of all plugins, captured."""
    url = databases.create()
    asyncio.run(prepare(url, PLUGINS, datetime.now(UTC)))
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


@pytest.fixture
async def field(company: Company, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Field]:
    """Anna, who has a device and a ticket; NinjaOne is reached over HTTP, as the settings say."""
    proxy = Proxy(company.desk.app)
    with serve_app(proxy) as url:
        quick = company.desk.configured(url=url, lists_seconds=0)
        for name in (
            "client_id",
            "url",
            "calls_per_second",
            "first_pause_seconds",
            "longest_pause_seconds",
            "lists_seconds",
        ):
            monkeypatch.setenv(f"TWINBASE_NINJAONE_{name.upper()}", str(getattr(quick, name)))
        monkeypatch.setenv("TWINBASE_NINJAONE_CLIENT_SECRET", quick.client_secret.get_secret_value())
        yield await send_anna(company, proxy)
