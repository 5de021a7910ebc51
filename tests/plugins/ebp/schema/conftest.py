"""An empty source in the true shape of EBP: 319 tables without rows, and the statements that change them."""

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from twinbase.testing.databases import Databases, database_name
from twinbase_demo.erp.ddl import create_table
from twinbase_demo.erp.ebp_tables import ebp_tables
from twinbase_ebp.schema import TableSpec, reflect
from twinbase_ebp.settings import EbpSettings

SETTINGS = EbpSettings()


@pytest.fixture(scope="session")
def ebp_shape(databases: Databases) -> Iterator[str]:
    """The URL of a database with all tables of EBP, to be copied."""
    url = databases.create()
    asyncio.run(_create_all(url))
    yield url
    databases.drop(url)


@pytest.fixture
def source_url(databases: Databases, ebp_shape: str) -> Iterator[str]:
    url = databases.create(database_name(ebp_shape))
    yield url
    databases.drop(url)


@pytest.fixture
def small_source_url(databases: Databases) -> Iterator[str]:
    """A second database, empty, to be the source of the first."""
    url = databases.create()
    yield url
    databases.drop(url)


async def reflected(url: str, settings: EbpSettings = SETTINGS) -> list[TableSpec]:
    """The specs of the database at this URL."""
    engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)

    def read(connection: Connection) -> list[TableSpec]:
        return reflect(connection, settings)

    try:
        async with engine.connect() as connection:
            return await connection.run_sync(read)
    finally:
        await engine.dispose()


async def execute(url: str, *statements: str) -> None:
    """Run statements, each in its own transaction."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _create_all(url: str) -> None:
    await execute(url, *(create_table(table) for table in ebp_tables().values()))
