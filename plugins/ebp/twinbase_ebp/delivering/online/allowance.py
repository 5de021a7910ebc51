"""How many calls EBP allows (documented): one a second, ten thousand a day. Counted on the server, so that a worker
that starts anew counts on."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from twinbase.clock import utc_now
from twinbase.errors import TwinbaseError
from twinbase.postgres import PostgresConnection

CALLS_A_DAY, BETWEEN = 10_000, timedelta(seconds=1)
KEPT_DAYS = 30


class Spent(TwinbaseError):
    """All of today's calls to EBP are used up. The rest goes out tomorrow."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """`connection`: asyncpg. `clock` and `sleep` are the machine's own, except in tests."""

    connection: PostgresConnection
    clock: Callable[[], datetime] = utc_now
    sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep

    async def take(self) -> None:
        """Wait for the turn of one call; raises Spent when there is none today. A call counts before it is made."""
        now = self.clock()
        turn = await self.connection.fetchval(_TAKE, now.date(), now, BETWEEN, CALLS_A_DAY)
        if turn is None:
            raise Spent()
        await self.connection.execute("DELETE FROM ebp.rest_use WHERE day < $1", now.date() - timedelta(KEPT_DAYS))
        if turn > now:
            await self.sleep((turn - now).total_seconds())

    def time_until_tomorrow(self) -> timedelta:
        now = self.clock()
        return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1) - now


_TAKE = """
INSERT INTO ebp.rest_use AS used (day, calls, last_at)
SELECT $1, 1, greatest($2, max(last_at) + $3::interval) FROM ebp.rest_use
ON CONFLICT (day) DO UPDATE SET calls = used.calls + 1, last_at = excluded.last_at WHERE used.calls < $4
RETURNING last_at
"""
