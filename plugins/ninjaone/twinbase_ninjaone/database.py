"""The connection to the server's own database, for a whole run."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from twinbase_server.extension import open_engine


@asynccontextmanager
async def connect_database(database_url: str) -> AsyncIterator[AsyncConnection]:
    """One connection for a whole run; a transaction is open only while something is written."""
    async with open_engine(database_url) as made, made.connect() as connection:
        yield connection
