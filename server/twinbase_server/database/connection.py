"""Lines to PostgreSQL: the types of a connection and of a pool, and SQLAlchemy's engine over the same database."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from twinbase.postgres import PostgresConnection
from twinbase_server.database.address import read_address
from twinbase_server.database.raising import RaisingConnection
from twinbase_server.problems import ProblemError

if TYPE_CHECKING:
    Connection: TypeAlias = PostgresConnection
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
    Session: TypeAlias = asyncpg.Connection[asyncpg.Record]
else:
    Session = asyncpg.Connection
    Connection = asyncpg.Connection
    Pool = asyncpg.Pool


# A database, or a role in it, may read a backslash as an escape. Our statements are written for one meaning.
_MEANING = {"standard_conforming_strings": "on"}
USE_PUBLIC = "SET LOCAL search_path = public"
"""A class without a schema is a table of schema public, whatever the path of a database or a role is set to."""


async def connect(url: str, *, server_settings: Mapping[str, str] | None = None, **options: Any) -> Session:
    """A connection of asyncpg's, as the URL asks for it: every one of the server's is opened here."""
    address = read_address(url)
    settings = {**_MEANING, **(server_settings or {})}
    return await asyncpg.connect(
        address.url,
        timeout=address.connect_seconds,
        server_settings=settings,
        connection_class=RaisingConnection,
        **options,
    )


def open_pool(url: str, **options: Any) -> Pool:
    """A pool of such connections, still to be entered."""
    address = read_address(url)
    return asyncpg.create_pool(
        address.url,
        timeout=address.connect_seconds,
        server_settings=_MEANING,
        connection_class=RaisingConnection,
        **options,
    )


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


def make_engine(url: str, **options: Any) -> AsyncEngine:
    """SQLAlchemy's engine over a database, yours to dispose of.

    SQLAlchemy itself would read the URL by rules of its own, and pass what it does not know on to asyncpg.
    """
    return create_async_engine("postgresql+asyncpg://", async_creator=lambda: connect(url), **options)


@asynccontextmanager
async def open_engine(url: str) -> AsyncIterator[AsyncEngine]:
    """SQLAlchemy's engine over the server's database; its connections end with the block."""
    made = make_engine(url, poolclass=NullPool)
    try:
        yield made
    finally:
        await made.dispose()
