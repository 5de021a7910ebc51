"""A source may alter the tables that it fills; what it writes afterwards reaches devices without an upgrade."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.sync.shop import Job, Workshop
from tests.work.desk import Brings

from twinbase import Plugins, Run, Source
from twinbase.testing import World
from twinbase_server import accounts

LONG = "Très long. " * 20


async def _alter_and_fill(run: Run) -> Mapping[str, Any]:
    """A reload in another shape: the table's capture was made for the one before."""
    connection = await asyncpg.connect(run.database_url)
    try:
        await connection.execute("ALTER TABLE workshop.job ALTER COLUMN report TYPE varchar(4000)")
        await connection.execute("UPDATE workshop.job SET report = $1", LONG)
        return {"rows": 1}
    finally:
        await connection.close()


SOURCE = Source("office", _alter_and_fill, every=timedelta(hours=1), project=False)


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with World.open(database_url, Plugins(Workshop(), Brings((SOURCE,)), accounts), tmp_path) as world:
        yield world


async def test_a_widened_column_of_a_captured_table_is_watched_again_at_once(world: World) -> None:
    await world.sql("INSERT INTO workshop.job VALUES (gen_random_uuid(), 'anna', '', NULL, 0, false)")
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    before = await _base(world)

    assert await world.run_source("office") == {"rows": 1}
    assert await _base(world) > before
    report = await anna.sync()
    (job,) = await anna.all(Job)
    assert job.report == LONG and report.is_proven and not report.unexplained

    renewed = await _base(world)
    await world.run_source("office")
    assert await _base(world) == renewed


async def _base(world: World) -> int:
    (row,) = await world.sql("SELECT base::text::bigint FROM twinbase.capture WHERE table_name = 'job'")
    return int(row[0])
