"""A table that another program keeps to itself: its twins wait, and nothing and nobody else does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from tests.server.depot import ANNA, TWINS, House, open_house

LOCKED = ["locked"]


@asynccontextmanager
async def _locked(house: House, *tables: str) -> AsyncIterator[None]:
    """These tables are altered by somebody who does not commit."""
    program = await asyncpg.connect(house.url)
    try:
        async with program.transaction():
            for table in tables:
                await program.execute(f"LOCK TABLE depot.{table} IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await program.close()


@pytest.fixture
async def house(depot_url: str) -> AsyncIterator[House]:
    async with open_house(depot_url, lock_seconds=0.3, pool_max=2, pool_wait_seconds=0.5) as house:
        yield house


async def test_a_first_sync_brings_all_but_the_locked_twin_and_says_so(house: House) -> None:
    await house.products("a", "b")
    (job,) = await house.jobs(ANNA)
    device = await house.device()
    async with _locked(house, "product"):
        answer = await device.initial()
    assert answer.rows("product") == [] and answer.keys("job") == [str(job)]
    assert "product" not in answer.end["digests"] and answer.end["causes"]["product"] == LOCKED
    assert answer.end["digests"]["job"] == answer.digest("job")
    after = await device.pending(answer.end["cursor"], prove="all")
    assert after.end["digests"]["product"][0] == 2, "what was left out is proven, and then repaired"


async def test_a_pull_brings_all_but_the_locked_twin_and_the_day_s_proof_is_still_due(house: House) -> None:
    device = await house.device()
    cursor = (await device.initial()).end["cursor"]
    await house.products("a")
    (job,) = await house.jobs(ANNA)
    async with _locked(house, "product"):
        answer = await device.pending(cursor)
    assert answer.keys("job") == [str(job)] and answer.rows("product") == []
    assert answer.end["causes"]["product"] == LOCKED and "product" not in answer.end["proven_by_skip"]
    after = (await device.pending(answer.end["cursor"])).end
    assert set(after["digests"]) == set(TWINS)


async def test_a_locked_table_in_which_nothing_has_changed_is_in_nobody_s_way(house: House) -> None:
    await house.products("a")
    device = await house.device()
    cursor = (await device.initial()).end["cursor"]
    await house.jobs(ANNA)
    async with _locked(house, "product"):
        answer = await device.pending(cursor)
    assert "product" in answer.end["proven_by_skip"] and "product" not in answer.end["causes"]


async def test_every_twin_that_looks_into_a_locked_table_waits(house: House) -> None:
    (job,) = await house.jobs(ANNA)
    await house.lines(job, 2)
    device = await house.device()
    async with _locked(house, "job", "assignment"):
        answer = await device.initial()
    assert {twin for twin, causes in answer.end["causes"].items() if causes == LOCKED} == {"job", "line", "site"}


async def test_a_repair_of_a_locked_twin_waits_and_the_others_are_repaired(house: House) -> None:
    await house.products("a")
    (job,) = await house.jobs(ANNA)
    device = await house.device()
    cursor = (await device.initial()).end["cursor"]
    none = {"bits": 0, "sums": [[0, 0, 0]]}
    async with _locked(house, "product"):
        answer = await device.repair(cursor, {"product": none, "job": none})
    assert answer.keys("job") == [str(job)] and answer.of("buckets", "product") == []
    assert answer.end["causes"]["product"] == LOCKED and "product" not in answer.end["digests"]


@pytest.mark.parametrize("kind", ["initial", "delta"])
async def test_an_answer_in_parts_remembers_what_was_left_out(depot_url: str, kind: str) -> None:
    async with open_house(depot_url, lock_seconds=0.2, answer_seconds=0, page_rows_max=2) as house:
        device = await house.device()
        cursor = (await device.initial()).end["cursor"]
        await house.products("a")
        jobs = await house.jobs(*[ANNA] * 3)

        async def ask(resume: str | None) -> Any:
            given = {"resume": resume} if resume else {}
            return await (device.initial(**given) if kind == "initial" else device.pending(cursor, **given))

        async with _locked(house, "product"):
            part = await ask(None)
        found = part.keys("job")
        while part.frames[-1]["frame"] == "cut":
            part = await ask(part.frames[-1]["resume"])
            found += part.keys("job")
        assert sorted(found) == sorted(map(str, jobs))
        assert part.end["causes"]["product"] == LOCKED


async def test_those_who_wait_for_a_table_keep_no_connection_from_others(depot_url: str) -> None:
    """Four wait, and there are two connections."""
    async with open_house(depot_url, lock_seconds=2, pool_max=2) as house:
        devices = [await house.device() for _ in range(4)]
        async with _locked(house, "product"):
            waiting = [asyncio.create_task(device.initial()) for device in devices]
            served = 0
            while not any(task.done() for task in waiting):
                answer = await house.http.get("sync/status", headers=devices[0].headers())
                assert answer.status_code == 200
                served += 1
            answers = await asyncio.gather(*waiting)
    assert served > 4 and all(answer.end["causes"]["product"] == LOCKED for answer in answers)


async def test_a_claim_is_not_looked_at_in_a_table_that_is_locked(house: House) -> None:
    """Nor is it taken for good: it is looked at with the next answer."""
    device = await house.device()
    async with _locked(house, "job"):
        assert (await device.initial()).end["causes"]["job"] == LOCKED
    assert (await device.initial()).end["digests"]["job"] == [0, 0, 0]


@pytest.mark.parametrize("default", ["1", "nextval('depot.numbers')", "length('depot.numbers')"])
async def test_tables_are_looked_at_again_though_one_of_them_is_locked(house: House, default: str) -> None:
    """A column was added, so the catalog is read: PostgreSQL would lock a table to write out its defaults."""
    device = await house.device()
    cursor = (await device.initial()).end["cursor"]
    await house.office.execute("CREATE SEQUENCE depot.numbers")
    await house.office.execute(f"ALTER TABLE depot.product ADD COLUMN number bigint NOT NULL DEFAULT {default}")
    (job,) = await house.jobs(ANNA)
    await house.office.execute("ALTER TABLE depot.job ADD COLUMN place text")
    async with _locked(house, "product"), asyncio.timeout(10):
        answers = await asyncio.gather(*(device.pending(cursor) for _ in range(4)))
    assert [answer.keys("job") for answer in answers] == [[str(job)]] * 4
