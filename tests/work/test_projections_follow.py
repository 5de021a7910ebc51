"""After a source has brought its rows, the projections that read them are brought up to date; one run at a time."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from tests.crash.office import PROJECTION, ROWS, Office, set_up
from tests.work.desk import Brings, until

from twinbase import Plugins, Run, Source
from twinbase.clock import utc_now
from twinbase_server.database.connection import Connection
from twinbase_server.jobs.run import run_task
from twinbase_server.jobs.sources import source_task
from twinbase_server.projection.run import project

MISPLACED = """
SELECT count(*) FROM office."order" o FULL JOIN office.work w ON w.source_id = o.number::text
WHERE (o.label, o.amount) IS DISTINCT FROM (w.label, w.amount)
"""


async def _bring(run: Run) -> Mapping[str, Any]:
    connection = await asyncpg.connect(run.database_url)
    await connection.execute("""UPDATE office."order" SET amount = amount + 1 WHERE number <= 10""")
    await connection.close()
    return {"rows": 10}


def _source(*, then_project: bool) -> Plugins:
    return Plugins(Office(), Brings((Source("orders", _bring, timedelta(hours=1), then_project),)))


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(database_url.replace("postgresql://", "postgresql+asyncpg://"))
    await set_up(engine, database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
async def clerk(engine: AsyncEngine, database_url: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def test_what_a_source_brings_is_projected_when_it_asks_for_that(database_url: str, clerk: Connection) -> None:
    first = await run_task(source_task(_source(then_project=True), "orders"), database_url, utc_now)
    again = await run_task(source_task(_source(then_project=True), "orders"), database_url, utc_now)
    assert (first.figures, again.figures) == ({"rows": 10, "projected": ROWS}, {"rows": 10, "projected": 10})
    assert await clerk.fetchval(MISPLACED) == 0

    alone = await run_task(source_task(_source(then_project=False), "orders"), database_url, utc_now)
    assert alone.figures == {"rows": 10} and await clerk.fetchval(MISPLACED) == 10


async def test_whoever_projects_second_waits_and_sees_what_was_written_meanwhile(
    engine: AsyncEngine, clerk: Connection
) -> None:
    await project(engine, [PROJECTION])
    await clerk.execute("BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('twinbase projecting', 0))")
    second = asyncio.create_task(project(engine, [PROJECTION]))
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory' AND datname = current_database()"
    await until(lambda: clerk.fetchval(waiting), "that it waits")
    await clerk.execute("""UPDATE office."order" SET amount = 0 WHERE number = 1; COMMIT""")
    (report,) = await second
    assert report.written == 1 and await clerk.fetchval(MISPLACED) == 0
