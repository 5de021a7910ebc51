"""A company whose server and whose device are processes that can be killed."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.day.company import Company, open_company
from tests.day.orders import AppProcess
from tests.day.proof import take_photos
from tests.kivy.day import PLUGINS

from twinbase.testing import prepare
from twinbase.testing.databases import Databases


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    url = databases.create()
    with asyncio.Runner() as runner:
        runner.run(prepare(url, PLUGINS, datetime.now(UTC)))
    yield url
    databases.drop(url)


@pytest.fixture
async def company(database_url: str, tmp_path: Path) -> AsyncIterator[Company]:
    async with open_company(database_url, tmp_path) as company:
        yield company


@pytest.fixture
async def app(company: Company, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[AppProcess]:
    """The app of the test's module (`APP`), just started; what her camera has taken is in the folder for pictures."""
    home = tmp_path / "home"
    take_photos(home / "Pictures")
    app = AppProcess(request.module.APP, home, company)
    await app.start()
    yield app
    await app.close()
