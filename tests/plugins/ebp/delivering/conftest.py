"""One company, made once; each test gets a copy of it, with a phone that has synced."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.plugins.ebp.delivering.company import ANNA, PLUGINS, Company, connected, make_ebp

from twinbase.testing import World, prepare
from twinbase.testing.databases import Databases, database_name


@pytest.fixture(scope="session")
def office_template(databases: Databases) -> tuple[str, str]:
    """EBP's database, and the server's before the first load."""
    source, server = databases.create(), databases.create()
    make_ebp(source)
    with asyncio.Runner() as runner:
        runner.run(prepare(server, PLUGINS, datetime.now(UTC)))
    return database_name(source), database_name(server)


@pytest.fixture
def urls(databases: Databases, office_template: tuple[str, str]) -> Iterator[tuple[str, str]]:
    source, server = (databases.create(template) for template in office_template)
    yield source, server
    databases.drop(server)
    databases.drop(source)


@pytest.fixture
async def company(urls: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Company]:
    """Files are handed over; Anna's phone has her visit of tomorrow."""
    source, server = urls
    folder = tmp_path / "to-ebp"
    folder.mkdir()
    monkeypatch.setenv("TWINBASE_EBP_SOURCE_URL", source)
    monkeypatch.setenv("TWINBASE_EBP_EXPORT", "csv")
    monkeypatch.setenv("TWINBASE_EBP_EXPORT_FOLDER", str(folder))
    ebp = await connected(source)
    async with World.open(server, PLUGINS, tmp_path, prepared=True) as world:
        company = Company(world, ebp, folder)
        await company.plan()
        await company.load()
        company.phone = await world.device("anna", claims={"colleague_id": str(ANNA)})
        await company.phone.sync()
        yield company
        world.raise_crashes()
    await ebp.close()
