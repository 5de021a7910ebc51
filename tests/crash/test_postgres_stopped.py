"""PostgreSQL stops at once, as in a crash, in the middle of a batch, a stream, a projection: afterwards all goes on."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from tests.crash.device import OFFLINE
from tests.crash.held import WAITING, accept_held
from tests.crash.office import PROJECTION, ROWS, set_up
from tests.crash.scene import open_scene

from twinbase_server.embedded import EmbeddedPostgres
from twinbase_server.projection.run import project

MISPLACED = """
SELECT count(*) FROM office."order" o FULL JOIN office.work w ON w.source_id = o.number::text
WHERE (o.label, o.amount) IS DISTINCT FROM (w.label, w.amount)
"""


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL of the test's own, for it will be stopped."""
    with EmbeddedPostgres(tmp_path / "postgres") as postgres:
        yield postgres


async def test_stopped_in_the_middle_of_a_batch_or_a_stream_it_comes_back_and_every_effect_is_there_once(
    postgres: EmbeddedPostgres, tmp_path: Path, rng: random.Random
) -> None:
    async with open_scene(postgres.url, tmp_path) as scene:
        scene.relay.at("sync/initial", 1 + rng.randrange(100_000), postgres.kill)
        assert await scene.process().ended() == OFFLINE
        postgres.start()
        await scene.world.engine.dispose()
        await scene.is_sound()
        await scene.goes_on()

        await scene.work()
        async with accept_held(scene, "twinbase.ledger"):
            postgres.kill()
        postgres.start()
        await scene.world.engine.dispose()
        await scene.is_sound()
        await scene.goes_on()


async def test_stopped_in_the_middle_of_a_projection_it_leaves_the_old_rows_and_the_next_run_brings_the_new(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    engine = create_async_engine(postgres.url.replace("postgresql://", "postgresql+asyncpg://"))
    await set_up(engine, postgres.url)
    await project(engine, [PROJECTION])
    office = await asyncpg.connect(postgres.url)
    await office.execute("""UPDATE office."order" SET amount = amount + 1, label = label || '!' WHERE number % 2 = 0""")
    await office.execute("""DELETE FROM office."order" WHERE number % 10 = 5""")
    await office.close()

    await _stopped_while_projecting(postgres, engine)
    after = await asyncpg.connect(postgres.url)
    assert await after.fetchval("SELECT count(*) FROM office.work WHERE label LIKE '%!'") == 0
    (report,) = await project(engine, [PROJECTION])
    assert (report.written, report.deleted, report.whole) == (ROWS // 2, ROWS // 10, False)
    assert await after.fetchval(MISPLACED) == 0
    (report,) = await project(engine, [PROJECTION])
    assert (report.written, report.deleted) == (0, 0)
    await after.close()
    await engine.dispose()


async def _stopped_while_projecting(postgres: EmbeddedPostgres, engine: AsyncEngine) -> None:
    """It has read what changed and is about to write: another one holds the table."""
    holder = await asyncpg.connect(postgres.url)
    await holder.execute("BEGIN; LOCK TABLE office.work IN EXCLUSIVE MODE")
    running = asyncio.create_task(project(engine, [PROJECTION]))
    while await holder.fetchval(WAITING) != 1:
        assert not running.done()
    postgres.kill()
    with pytest.raises(DBAPIError):
        await running
    await engine.dispose()
    holder.terminate()
    postgres.start()
