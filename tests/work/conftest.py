"""A database that is set up, with a table that sources write to."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import pytest

from twinbase import Plugins
from twinbase_server.database.connection import Connection
from twinbase_server.setup import init_database


@pytest.fixture
async def url(database_url: str) -> str:
    await init_database(database_url, Plugins(), datetime.now(UTC))
    connection = await asyncpg.connect(database_url)
    await connection.execute("CREATE TABLE public.brought (n bigserial PRIMARY KEY, what text NOT NULL)")
    await connection.close()
    return database_url


@pytest.fixture
async def office(url: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()
