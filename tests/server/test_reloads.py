"""A table that is emptied and filled again while a device asks: it gets the rows, old or new, and never none."""

import asyncio
from collections.abc import AsyncIterator, Awaitable

import asyncpg
import pytest
from tests.server.depot import Answer, House

LOCKED = "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessShareLock'"
RELOADS = {
    "truncated": "TRUNCATE depot.product; INSERT INTO depot.product SELECT * FROM kept",
    "rewritten": "ALTER TABLE depot.product ALTER secret_margin TYPE bigint",
    "grown": "ALTER TABLE depot.product ADD COLUMN noted timestamptz DEFAULT clock_timestamp()",
}


@pytest.fixture
async def loader(house: House) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(house.url)
    yield connection
    await connection.close()


async def _during(
    house: House, loader: "asyncpg.Connection[asyncpg.Record]", reload: str, asked: Awaitable[Answer]
) -> Answer:
    """The answer to a question that is asked in the middle of a reload, which commits as soon as it is waited for."""
    async with loader.transaction():
        await loader.execute("CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT * FROM depot.product")
        await loader.execute(reload)
        question = asyncio.ensure_future(asked)
        async with asyncio.timeout(20):
            while not await house.office.fetchval(LOCKED):
                await asyncio.sleep(0.01)
    return await question


@pytest.mark.parametrize("reload", RELOADS.values(), ids=list(RELOADS))
async def test_a_first_sync_during_a_reload_has_all_rows(
    house: House, loader: "asyncpg.Connection[asyncpg.Record]", reload: str
) -> None:
    await house.products("a", "b", "c")
    device = await house.device()
    answer = await _during(house, loader, reload, device.initial())
    assert answer.keys("product") == ["a", "b", "c"]
    assert answer.end["digests"]["product"] == answer.digest("product")


async def test_a_proof_and_a_repair_during_a_reload_count_all_rows(
    house: House, loader: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    await house.products("a", "b")
    device = await house.device()
    first = await device.initial()
    cursor, digest = first.end["cursor"], first.end["digests"]["product"]
    answer = await _during(house, loader, RELOADS["truncated"], device.pending(cursor, prove="all"))
    assert answer.end["digests"]["product"] == digest
    sums = {"product": {"bits": 0, "sums": [[0, 0, 0]]}}
    answer = await _during(house, loader, RELOADS["truncated"], device.repair(cursor, sums))
    assert answer.keys("product") == ["a", "b"] and answer.end["digests"]["product"] == digest


async def test_a_table_that_only_a_scope_reads_is_held_too(
    house: House, loader: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    await house.office.execute(
        "INSERT INTO depot.site SELECT gen_random_uuid(), 'Lyon'; INSERT INTO depot.assignment"
        " SELECT (SELECT (claims ->> 'person')::uuid FROM twinbase.account WHERE email = 'anna@depot'), id"
        " FROM depot.site"
    )
    device = await house.device()
    reload = (
        "CREATE TEMP TABLE was ON COMMIT DROP AS SELECT * FROM depot.assignment;"
        " TRUNCATE depot.assignment; INSERT INTO depot.assignment SELECT * FROM was"
    )
    answer = await _during(house, loader, reload, device.initial())
    assert len(answer.rows("site")) == 1


async def test_a_pull_that_has_nothing_to_read_waits_for_no_reload(
    house: House, loader: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    await house.products("a")
    device = await house.device()
    cursor = (await device.initial()).end["cursor"]
    async with loader.transaction():
        await loader.execute("TRUNCATE depot.product")
        async with asyncio.timeout(4):
            answer = await device.pending(cursor)
    assert "product" in answer.end["proven_by_skip"]
