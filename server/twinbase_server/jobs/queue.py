"""The queue that spreads due tasks over workers: pgqueuer's tables, in schema `twinbase`, under names of their own.

A job says which task to run and nothing else. It may be lost at any time: what is due is in `twinbase.schedule`, and
is offered again. So its tables need not be safe from a crash, and no backup carries old jobs into another life.
"""

from datetime import datetime
from functools import cache

from pgqueuer import AsyncpgDriver, AsyncpgPoolDriver, Queries, QueueManager
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.ports.driver import Driver
from pgqueuer.types import Channel

from twinbase_server.database.connection import Connection, Pool, connect
from twinbase_server.database.migrations import SCHEMA

CHANNEL = Channel("twinbase_queue")
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('twinbase queue', 0))"


@cache
def _settings() -> DBSettings:
    """All names are given, so that no variable of the environment reaches in."""
    return DBSettings(
        prefix="",
        db_schema=SCHEMA,
        channel=CHANNEL,
        queue_table="queue",
        queue_table_log="queue_log",
        statistics_table="queue_statistics",
        schedules_table="queue_schedule",
        function="queue_changed",
        trigger="queue_changed",
        queue_status_type="queue_status",
        durability=Durability.volatile,
        widen_id=True,
    )


def make_queries(driver: Driver) -> Queries:
    """The library's statements over our names."""
    settings = _settings()
    return Queries(
        driver, QueryBuilderEnvironment(settings), QueryQueueBuilder(settings), QuerySchedulerBuilder(settings)
    )


def make_queue(pool: Pool) -> QueueManager:
    """A queue that takes jobs through a pool."""
    return QueueManager(make_queries(AsyncpgPoolDriver(pool)), CHANNEL)


async def install_queue(url: str) -> None:
    """Make the queue's tables, or bring them to what the installed library wants; harmless to repeat."""
    connection = await connect(url)
    try:
        wanted = make_queries(AsyncpgDriver(connection))
        async with connection.transaction():
            await connection.execute(_LOCK)
            if not await wanted.schema_is_installed():
                await wanted.install(create_schema=False)
                return
        await wanted.upgrade()
    finally:
        await connection.close()


async def prune_queue(connection: Connection, before: datetime) -> int:
    """Forget finished jobs of before; answers how many lines went."""
    gone = 0
    for table, column in (("queue_log", "created"), ("queue_statistics", "created")):
        status = await connection.execute(f"DELETE FROM {SCHEMA}.{table} WHERE {column} < $1", before)
        gone += int(status.rsplit(" ", 1)[1])
    return gone
