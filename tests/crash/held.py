"""A server in the middle of its work, held there by a lock that the test has, and seen there in pg_stat_activity."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from tests.crash.scene import Scene

WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    " AND pid <> pg_backend_pid()"
)
OPEN = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
    " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
)


@asynccontextmanager
async def accept_held(scene: Scene, table: str) -> AsyncIterator[None]:
    """The server is in the middle of a batch, its effects written and not committed, waiting for `table`."""
    holder = await asyncpg.connect(scene.world.database_url)
    try:
        await holder.execute(f"BEGIN; LOCK TABLE {table} IN EXCLUSIVE MODE")
        device = scene.process()
        await seen(scene, WAITING, 1)
        yield
    finally:
        holder.terminate()
    await device.ended()


async def seen(scene: Scene, query: str, count: int) -> None:
    """Wait until the database says so many."""
    watcher = await asyncpg.connect(scene.world.database_url)
    try:
        while await watcher.fetchval(query) != count:
            pass
    finally:
        await watcher.close()
