"""A worker is killed, PostgreSQL stops and comes back: what was being run is run to its end, by one worker."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from tests.crash.processes import Killable
from tests.work.desk import brought, standing, until
from tests.work.process import GATED, STEPS, work

from twinbase import Plugins
from twinbase_server.database.connection import Connection
from twinbase_server.embedded import EmbeddedPostgres
from twinbase_server.setup import init_database

WHOLE = [f"step {n}" for n in range(1, STEPS + 1)]


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL of the test's own, for it will be stopped."""
    with EmbeddedPostgres(tmp_path / "postgres") as postgres:
        yield postgres


@asynccontextmanager
async def a_gate(url: str) -> AsyncIterator[None]:
    """The source comes to its tenth step, and not further, until the block ends."""
    holder = await asyncpg.connect(url)
    try:
        await holder.execute("SELECT pg_advisory_lock(77, $1)", GATED)
        yield
    finally:
        holder.terminate()


async def _is(office: Connection, state: str) -> bool:
    return (await standing(office, "long")).state == state


async def _at_the_gate(office: Connection) -> bool:
    return len(await brought(office)) == GATED - 1


async def test_a_worker_that_is_killed_in_the_middle_of_a_run_is_replaced_by_one_that_goes_on(
    url: str, office: Connection
) -> None:
    async with a_gate(url):
        first = Killable(work, url)
        await until(lambda: _at_the_gate(office), "the middle of a run")
        first.kill()
        await until(lambda: _is(office, "dead"), "that it is known to be dead")
        second = Killable(work, url)
    try:
        await until(lambda: _is(office, "done"), "the end of the source")
    finally:
        second.kill()
    found = await standing(office, "long")
    assert await brought(office) == WHOLE
    assert found.figures == {"from": GATED - 1, "steps": STEPS}


async def test_postgresql_stops_in_the_middle_of_a_run_and_the_worker_goes_on_when_it_is_back(
    postgres: EmbeddedPostgres,
) -> None:
    url = postgres.url
    await init_database(url, Plugins(), datetime.now(UTC))
    office = await asyncpg.connect(url)
    await office.execute("CREATE TABLE public.brought (n bigserial PRIMARY KEY, what text NOT NULL)")
    async with a_gate(url):
        worker = Killable(work, url)
        await until(lambda: _at_the_gate(office), "the middle of a run")
        postgres.kill()
    try:
        postgres.start()
        office = await asyncpg.connect(url)
        await until(lambda: _is(office, "done"), "the end of the source")
        assert worker.runs and await brought(office) == WHOLE
    finally:
        worker.kill()
        await office.close()
