"""What cannot be written now, as somebody holds the row or the time is up, is put off; the rest of the batch goes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from tests.server.accept.workshop import NOW, Device, Server, a_job, inserted, job, updated

from twinbase.protocol import Outcome, PushAnswer
from twinbase_server.accept import AcceptLimits, accept_push
from twinbase_server.database.connection import open_pool
from twinbase_server.problems import ProblemError

QUICK = AcceptLimits(lock_seconds=0.3)


@asynccontextmanager
async def _held(server: Server, statement: str, *arguments: Any) -> AsyncIterator[None]:
    """The ERP has done this in a transaction that stays open."""
    erp = await asyncpg.connect(server.url)
    try:
        async with erp.transaction():
            await erp.execute(statement, *arguments)
            yield
    finally:
        await erp.close()


async def _send(device: Device, body: bytes, limits: AcceptLimits = QUICK) -> PushAnswer:
    """As a device does that can be told to send a part of its batch again."""
    caller = replace(device.caller, defers=True)
    return await accept_push(device.server.pool, device.server.plugins, caller, body, NOW, limits)


async def _push(device: Device, limits: AcceptLimits = QUICK) -> list[Outcome]:
    """Push what is pending; what was put off is pending again."""
    answer = await _send(device, device.batch(), limits)
    again = {str(outcome.id) for outcome in answer.outcomes if outcome.status == "deferred"}
    device.n, device.hash = answer.last_n, answer.hash
    device.pending = [mutation for mutation in device.pending if mutation["id"] in again]
    return answer.outcomes


def _statuses(outcomes: list[Outcome]) -> list[str]:
    return [outcome.status for outcome in outcomes]


async def test_a_row_that_the_erp_keeps_locked_is_put_off_and_the_rest_is_written(server: Server) -> None:
    ana = await server.person()
    one, other = await a_job(ana, visits=1), await a_job(ana, visits=1)
    for id in (one, other):
        ana.update("job", id, {"visits": 1}, await server.version("job", id=id), visits=2)
    ana.insert("rule", uuid4(), text="x", other="")
    async with _held(server, "SELECT FROM workshop.job WHERE id = $1 FOR UPDATE", one):
        outcomes = await _push(ana)
        assert _statuses(outcomes) == ["deferred", "applied", "applied"]
        assert outcomes[0].reason == "locked" and outcomes[0].detail.endswith(".")
    assert _statuses(await _push(ana)) == ["applied"]
    assert await server.value("SELECT sum(visits) FROM workshop.job") == 4
    assert await server.value("SELECT count(*) FROM twinbase.ledger WHERE status <> 'applied'") == 0


async def test_a_table_that_is_locked_puts_off_its_own_changes_alone(server: Server) -> None:
    ana = await server.person()
    for _ in range(40):
        ana.insert("rule", uuid4(), text="x", other="")
    ana.insert("event", uuid4(), text="x")
    async with _held(server, "LOCK TABLE workshop.rule IN ACCESS EXCLUSIVE MODE"):
        assert _statuses(await _push(ana)) == ["deferred"] * 40 + ["applied"]
    assert _statuses(await _push(ana)) == ["applied"] * 40


@pytest.mark.parametrize(
    "held",
    [
        "INSERT INTO workshop.part VALUES (gen_random_uuid(), $1, 1, 'theirs')",
        "SELECT FROM workshop.job WHERE id = $1 FOR UPDATE",
    ],
    ids=["a unique value", "a parent"],
)
async def test_what_a_lock_is_met_at_only_when_it_is_written_is_put_off_too(server: Server, held: str) -> None:
    ana = await server.person()
    busy, free = await a_job(ana), await a_job(ana)
    for id in (free, busy, free):
        ana.insert("part", uuid4(), job_id=id, position=len(ana.pending), name="valve")
    ana.pending[1]["new"]["position"] = 1
    async with _held(server, held, busy):
        assert _statuses(await _push(ana)) == ["applied", "deferred", "applied"]
    assert len(await _push(ana)) == 1 and not ana.pending


async def test_later_work_on_what_was_put_off_waits_so_that_all_stays_in_order(server: Server) -> None:
    """The transaction's other row, the new row that it brings, and what hangs on that."""
    ana, new, part = await server.person(), uuid4(), uuid4()
    busy, other = await a_job(ana, visits=0), await a_job(ana, visits=0)
    base, others = await server.version("job", id=busy), await server.version("job", id=other)
    ana.transaction(
        updated("job", busy, {"visits": 0}, base, visits=1),
        updated("job", other, {"visits": 0}, others, visits=1),
        job(new, ana.person),
    )
    ana.update("job", other, {"visits": 1}, others, visits=5)
    ana.insert("part", part, job_id=new, position=1, name="valve")
    ana.update("part", part, {"name": "valve"}, None, name="tap")
    ana.insert("rule", uuid4(), text="x", other="")
    async with _held(server, "SELECT FROM workshop.job WHERE id = $1 FOR UPDATE", busy):
        assert _statuses(await _push(ana)) == ["deferred"] * 6 + ["applied"]
    assert _statuses(await _push(ana)) == ["applied"] * 6
    rows = {id: await server.row("job", id=id) for id in (busy, other)}
    assert [row["visits"] for row in rows.values() if row] == [1, 5]


async def test_the_same_batch_is_put_off_the_same_way_when_its_answer_was_lost(server: Server) -> None:
    ana = await server.person()
    busy = await a_job(ana, visits=1)
    ana.update("job", busy, {"visits": 1}, await server.version("job", id=busy), visits=2)
    ana.insert("rule", uuid4(), text="x", other="")
    body = ana.batch()
    async with _held(server, "SELECT FROM workshop.job FOR UPDATE"):
        first = await _send(ana, body)
    again = await _send(ana, body)
    assert again.replayed and again.outcomes == first.outcomes
    assert _statuses(first.outcomes) == ["deferred", "applied"]


async def test_a_device_that_knows_no_putting_off_is_told_to_come_back(server: Server) -> None:
    ana = await server.person()
    busy = await a_job(ana, visits=1)
    ana.update("job", busy, {"visits": 1}, None, visits=2)
    async with _held(server, "SELECT FROM workshop.job FOR UPDATE"):
        with pytest.raises(ProblemError, match="Another program holds a row"):
            await ana.push(limits=QUICK)


def _poisoned(ana: Device, count: int) -> tuple[list[UUID], list[UUID]]:
    """Good and bad local transactions by turns, each of one mutation."""
    good, bad = [], []
    for number in range(count):
        good += ana.transaction(inserted("rule", uuid4(), text=str(number), other=""))
        bad += ana.transaction(job(uuid4(), ana.person, visits=-1))
    return good, bad


async def test_a_batch_for_which_there_is_no_time_is_settled_in_several(server: Server) -> None:
    ana, batches = await server.person(), 0
    good, bad = _poisoned(ana, 60)
    found: dict[UUID, str] = {}
    while ana.pending:
        outcomes = await _push(ana, AcceptLimits(batch_seconds=0.05))
        settled = {outcome.id: outcome.status for outcome in outcomes if outcome.status != "deferred"}
        assert settled, "each batch brings something to its end"
        assert {outcome.reason for outcome in outcomes if outcome.id not in settled} <= {"time"}
        found |= settled
        batches += 1
    assert batches > 1 and {found[id] for id in good} == {"applied"} and {found[id] for id in bad} == {"refused"}
    assert await server.value("SELECT count(*) FROM workshop.rule") == 60


async def test_work_grows_with_what_is_refused_and_not_with_its_square(server: Server) -> None:
    """Counted, not timed: the statements that PostgreSQL was sent."""

    async def sent(count: int) -> int:
        ana, statements = await server.person(), 0
        _, bad = _poisoned(ana, count)

        async def count_statements(connection: Any) -> None:
            def count_one(_: object) -> None:
                nonlocal statements
                statements += 1

            connection.add_query_logger(count_one)

        async with open_pool(server.url, min_size=1, max_size=1, init=count_statements) as pool:
            ana.server = replace(server, pool=pool)
            outcomes = await ana.push()
        assert {outcomes[id].status for id in bad} == {"refused"}
        return statements

    few, many = await sent(30), await sent(240)
    assert many < 12 * few
    assert await server.value("SELECT count(DISTINCT xmin::text) FROM workshop.rule") <= 2 * 64


async def test_ninety_pairs_that_can_only_be_written_in_order_are_settled(server: Server) -> None:
    """What one frees the next takes: written as one they clash, and nobody tries that for ever."""
    ana = await server.person()
    id = await a_job(ana)
    parts = [uuid4() for _ in range(90)]
    for position, part in enumerate(parts):
        ana.insert("part", part, job_id=id, position=position, name="a")
    await ana.push()
    for position, part in enumerate(parts):
        ana.update("part", part, {"position": position}, None, position=1000 + position)
        ana.insert("part", uuid4(), job_id=id, position=position, name="b")
    async with asyncio.timeout(100):
        outcomes = await ana.push()
    assert {outcome.status for outcome in outcomes.values()} == {"applied"}
    assert await server.value("SELECT count(*) FROM workshop.part") == 180
