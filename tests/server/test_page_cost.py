"""A page costs what it holds: the last page of a large table is as cheap as its first, analysed or not."""

import json
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from tests.server.depot import ANNA, NOON, PASSWORD, Device, House, serve

from twinbase.identity import Identity
from twinbase_server.accounts import save_account
from twinbase_server.bench.process import make_plugins
from twinbase_server.database.connection import connect
from twinbase_server.database.tables import create_twin_tables
from twinbase_server.feed.initial import walk_key_sql
from twinbase_server.feed.statements import Statement, make_feed_shape
from twinbase_server.setup import init_database

ROWS, PAGE = 20_000, 500
LAST_QUARTER = "c0000000-0000-0000-0000-000000000000"


async def _blocks(office: asyncpg.Connection, statement: Statement, scope: list[Any], after: str) -> tuple[int, str]:
    """How many blocks a page reads, and its plan."""
    arguments = statement.make_arguments(scope, {"base": "1", "rows": PAGE, "after0": after})
    explained = await office.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement.sql}", *arguments)
    plan = json.loads(explained)[0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], json.dumps(plan)


@pytest.mark.parametrize("analysed", [False, True], ids=["no statistics", "analysed"])
async def test_no_page_reads_what_comes_before_or_after_it(house: House, analysed: bool) -> None:
    office = house.office
    await office.execute(
        "INSERT INTO depot.job SELECT gen_random_uuid(), $1, 'job ' || i, NULL FROM generate_series(1, $2::int) i",
        ANNA,
        ROWS,
    )
    if analysed:
        await office.execute("ANALYZE")
    twin = house.plugins.registry["job"]
    wire = make_feed_shape(twin, twin.columns)
    scope = wire.bind(Identity("anna@example.org", {"person": str(ANNA)}), datetime.now(UTC))
    async with office.transaction():
        await office.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        await office.execute(walk_key_sql(wire))
        first, _ = await _blocks(
            office, wire.page_statement(resumed=True), scope, "00000000-0000-0000-0000-000000000000"
        )
        last, plan = await _blocks(office, wire.page_statement(resumed=True), scope, LAST_QUARTER)

    assert last < first * 1.5 and last < PAGE * 8, plan
    assert '"Seq Scan"' not in plan and '"Sort"' not in plan


async def test_a_pull_is_planned_once_however_many_mirrors_there_are(database_url: str) -> None:
    """With some twenty mirrors what it asks first is longer than what asyncpg keeps by itself."""
    plugins = make_plugins()
    await create_twin_tables(database_url, plugins.registry)
    await init_database(database_url, plugins, NOON)
    office = await connect(database_url)
    await save_account(office, "anna@depot", PASSWORD, {"sectors": ["north"]})
    await office.close()
    async with serve(database_url, plugins, pool_min=1, pool_max=1) as (app, http, _):
        device = Device(http)
        await device.login("anna@depot")
        twins = {twin.name: {"version": 1, "columns": list(twin.columns)} for twin in plugins.registry}
        await device.agree(twins)
        cursor = (await device.initial()).end["cursor"]
        await device.pending(cursor)
        async with app.state.serving.pool.acquire() as connection:
            kept = "SELECT generic_plans FROM pg_prepared_statements WHERE statement LIKE $1"
            before = await connection.fetchval(kept, "%AS unarmed%")
        await device.pending(cursor)
        async with app.state.serving.pool.acquire() as connection:
            assert await connection.fetchval(kept, "%AS unarmed%") == before + 1
