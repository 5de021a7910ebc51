"""One company, made once; each test gets a copy of it, with a phone that has synced."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.plugins.ebp.delivering.company import ANNA, PLUGINS, Company, connected, make_ebp

from twinbase.testing import World, prepare
from twinbase.testing.databases import Databases, database_name


@pytest.fixture(scope="session")
def office_template(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """EBP's database with a visit of tomorrow, and the server's after the first load."""
    source, server = databases.create(), databases.create()
    make_ebp(source)
    with asyncio.Runner() as runner:
        runner.run(prepare(server, PLUGINS, datetime.now(UTC)))
        runner.run(_load_first(source, server, tmp_path_factory.mktemp("first")))
    return database_name(source), database_name(server)


async def _load_first(source: str, server: str, folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TWINBASE_EBP_SOURCE_URL", source)
        async with _opened(source, server, folder, folder) as company:
            await company.plan()
            await company.load()


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
    async with _opened(source, server, tmp_path, folder) as company:
        # The first load was some minutes ahead of the clock on the wall.
        company.world.clock.advance(minutes=10)
        company.phone = await company.world.device("anna", claims={"colleague_id": str(ANNA)})
        await company.phone.sync()
        yield company
        company.world.raise_crashes()


@asynccontextmanager
async def _opened(source: str, server: str, folder: Path, files: Path) -> AsyncIterator[Company]:
    ebp = await connected(source)
    async with World.open(server, PLUGINS, folder, prepared=True) as world:
        yield Company(world, ebp, files)
    await ebp.close()
