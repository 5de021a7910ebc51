"""A company of full size: what a technician's device weighs after its first sync, and how long that takes."""

from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from twinbase import Plugins
from twinbase.testing import World
from twinbase_demo.erp import generate
from twinbase_server.database.tables import create_twin_tables
from twinbase_server.projection.run import project
from twinbase_server.setup import init_database

ROWS_MAX = 10_000
BYTES_MAX = 50_000_000
SECONDS_MAX = 5.0
PLUGINS = Plugins("accounts", "mobile", "ebp")

BUSIEST = """
SELECT lead_id FROM mobile.interventions
WHERE scheduled_start BETWEEN now() - interval '30 days' AND now() + interval '30 days'
GROUP BY lead_id ORDER BY count(*) DESC, lead_id LIMIT 1
"""
# The busiest technician also looks after every third post code.
SECTOR = """
INSERT INTO mobile.sectors (code, zip_prefixes, colleague_codes)
SELECT 'BIG', array_agg(DISTINCT left(zip_code, 2)), array_agg(DISTINCT code)
FROM mobile.customer_sites, (SELECT code FROM mobile.colleagues WHERE id = $1) me
WHERE zip_code <> '' AND hashtext(left(zip_code, 2)) % 3 = 0
"""


async def full_company(url: str) -> None:
    """EBP at full size, and the tables for phones filled from it."""
    await generate(url, seed=1, scale=1, today=date.today())
    await create_twin_tables(url, PLUGINS.registry)
    await init_database(url, PLUGINS, datetime.now(UTC))
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        await project(engine, PLUGINS.collect_projections(), registry=PLUGINS.registry)
    finally:
        await engine.dispose()


async def weigh(world: World, name: str, colleague: Any) -> tuple[int, int, float, dict[str, int]]:
    """Rows, bytes and seconds of a first sync, and the rows by table."""
    device = await world.device(name, claims={"colleague_id": str(colleague)})
    start = perf_counter()
    report = await device.sync()
    seconds = perf_counter() - start
    assert report.is_proven, report
    rows = {twin: (await device.sql(f"SELECT count(*) FROM {twin}"))[0][0] for twin in PLUGINS.registry.twins}
    size = sum(path.stat().st_size for path in device.path.parent.glob(f"{device.path.name}*"))
    return sum(rows.values()), size, seconds, rows


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_a_device_is_light_and_quick_to_fill(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Server and device share one process here, and the machine with whatever runs on it: the best of three counts."""
    await full_company(database_url)
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("ANALYZE")
        busiest = await connection.fetchval(BUSIEST)
        async with World.open(database_url, PLUGINS, tmp_path, prepared=True) as world:
            for kind in ("without a sector", "with a sector"):
                if kind == "with a sector":
                    await connection.execute(SECTOR, busiest)
                found = [await weigh(world, f"{kind} {attempt}", busiest) for attempt in range(3)]
                rows, size, _, tables = found[0]
                seconds = min(one[2] for one in found)
                with capsys.disabled():
                    print(f"\n{kind}: {rows:,} rows, {size / 1e6:.1f} MB, {seconds:.2f} s; {tables}")
                assert rows < ROWS_MAX and size < BYTES_MAX and seconds < SECONDS_MAX
    finally:
        await connection.close()
