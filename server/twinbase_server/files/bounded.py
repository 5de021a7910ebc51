"""A transaction that keeps nobody waiting: of tables that other programs use, and may keep to themselves."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeAlias

from twinbase_server.database.connection import Connection
from twinbase_server.settings import Settings

Borrow: TypeAlias = Callable[[], AbstractAsyncContextManager[Connection]]
"""What gives a connection for the time of a block."""


@asynccontextmanager
async def bounded_transaction(connection: Connection, settings: Settings) -> AsyncIterator[None]:
    """It waits for a lock as long as a push would, and for a statement as long as any."""
    locks, statement = (max(1, round(s * 1000)) for s in (settings.lock_seconds, settings.statement_seconds))
    async with connection.transaction():
        await connection.execute(f"SET LOCAL lock_timeout = {locks}; SET LOCAL statement_timeout = {statement}")
        yield
