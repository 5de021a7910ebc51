"""A worker in a process of its own, with a source that is long enough to be killed in the middle of it."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import asyncpg
from pydantic import SecretStr
from tests.work.desk import QUICK, plugins

from twinbase import DeliveryOutcome, Exporter, Run, Source, WaitingDelivery
from twinbase_server.jobs.worker import Worker
from twinbase_server.settings import Settings

STEPS = 40
GATED = 10
GATE = "SELECT pg_advisory_xact_lock_shared(77, $1)"
"""Whoever holds lock (77, 10) keeps the source before its tenth step."""


async def _long(run: Run) -> Mapping[str, Any]:
    """Steps 1 to STEPS, each committed; a run goes on after the last one that is there."""
    connection = await asyncpg.connect(run.database_url)
    try:
        start = await connection.fetchval("SELECT count(*) FROM brought")
        for step in range(start + 1, STEPS + 1):
            await connection.fetchval(GATE, step)
            await connection.execute("INSERT INTO brought (what) VALUES ($1)", f"step {step}")
            run.tell("steps", step, STEPS)
        return {"from": start, "steps": STEPS}
    finally:
        await connection.close()


LONG = Source("long", _long, timedelta(hours=1), project=False)


def work(url: str) -> None:
    """Work until killed."""
    worker = Worker(Settings(database_url=SecretStr(url)), plugins(LONG), asyncio.Event(), pace=QUICK)
    asyncio.run(worker.run())


async def _send(waiting: Sequence[WaitingDelivery], run: Run) -> Sequence[DeliveryOutcome]:
    """Give it to the other system, whose list is `brought`; then stay while somebody holds lock (78, 1)."""
    connection = await asyncpg.connect(run.database_url)
    try:
        for one in waiting:
            await connection.execute("INSERT INTO brought (what) VALUES ($1)", f"{one.id} {one.attempts}")
        await connection.fetchval("SELECT pg_advisory_xact_lock_shared(78, 1)")
        return [DeliveryOutcome(one.id, "sent") for one in waiting]
    finally:
        await connection.close()


def send_and_stay(url: str) -> None:
    """Hand deliveries over until killed."""
    brings = plugins(exporters=(Exporter("erp", _send),))
    worker = Worker(Settings(database_url=SecretStr(url)), brings, asyncio.Event(), pace=QUICK)
    asyncio.run(worker.run())
