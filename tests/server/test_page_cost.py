"""A page costs what it holds: the last page of a large table is as cheap as its first, analysed or not."""

import json
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from tests.server.depot import ANNA, House

from twinbase.identity import Identity
from twinbase_server.feed.initial import walk_key_sql
from twinbase_server.feed.statements import Statement, make_feed_shape

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
