"""Whether this server can serve, asked by whoever looks after it, and by anybody else who finds the address.

So it has a connection of its own: it says the truth when all of the pool are in use, and takes none from a device. And
it asks PostgreSQL once a second at most, however often it is asked itself.
"""

import asyncio
from dataclasses import dataclass, field

import asyncpg

from twinbase_server.database.connection import Connection
from twinbase_server.database.errors import DATABASE_ERRORS
from twinbase_server.problems import ProblemError

ANSWER_SECONDS = 5.0
"""How long PostgreSQL may take for it."""
FRESH_SECONDS = 1.0


@dataclass
class HealthWatch:
    """One server's look at its database."""

    database_url: str = field(repr=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _connection: Connection | None = None
    _well_until: float = 0.0

    async def check(self) -> None:
        """Raises the problem `database-unavailable` when PostgreSQL does not answer in time."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS), self._turn:
                if asyncio.get_running_loop().time() >= self._well_until:
                    await self._ask()
        except (TimeoutError, *DATABASE_ERRORS) as error:
            self.close()
            raise ProblemError("database-unavailable") from error

    async def _ask(self) -> None:
        if self._connection is None:
            self._connection = await asyncpg.connect(self.database_url, statement_cache_size=0)
        await self._connection.fetchval("SELECT 1")
        self._well_until = asyncio.get_running_loop().time() + FRESH_SECONDS

    def close(self) -> None:
        """Let the connection go, whatever state it is in."""
        connection, self._connection, self._well_until = self._connection, None, 0.0
        if connection is not None:
            connection.terminate()
