"""Lines to PostgreSQL: the types of a connection and of a pool, and SQLAlchemy's engine over the same database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeAlias

import asyncpg
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from twinbase.postgres import PostgresConnection
from twinbase_server.problems import ProblemError

if TYPE_CHECKING:
    Connection: TypeAlias = PostgresConnection
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
else:
    Connection = asyncpg.Connection
    Pool = asyncpg.Pool


@asynccontextmanager
async def borrow_connection(pool: Pool, seconds_max: float) -> AsyncIterator[Connection]:
    """A connection of the pool for the time of the block; raises `too-busy` when none comes free."""
    try:
        connection = await pool.acquire(timeout=seconds_max)
    except TimeoutError as error:
        raise ProblemError("too-busy", "All connections to the database are in use.") from error
    try:
        yield connection
    finally:
        await pool.release(connection)


@asynccontextmanager
async def open_engine(url: str) -> AsyncIterator[AsyncEngine]:
    """SQLAlchemy's engine over the server's database; its connections end with the block."""
    made = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)
    try:
        yield made
    finally:
        await made.dispose()
