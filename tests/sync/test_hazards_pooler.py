"""A pooler in transaction mode may hand every transaction another session: nothing of ours may outlive one (H33)."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.sync.shop import Job

from twinbase import Plugins
from twinbase.replica.file.local_digest import count_buckets
from twinbase.replica.file.names import meta_table
from twinbase.testing import World
from twinbase.testing.device import Device

LASTING = re.compile(r"^(set(?! local| constraints)|listen|declare .* with hold|prepare|load|create temp)", re.I)

HELD = re.compile(r"pg_(try_)?advisory_lock(_shared)?\(|set_config\([^)]*, false\)", re.I)
# asyncpg's own, when it meets a type for the first time; it puts the setting back, and it is one of speed only.
DRIVERS = re.compile(r"set_config\('jit', ('off'|\$1), false\)")


@pytest.fixture
async def world(database_url: str, plugins: Plugins, tmp_path: Path) -> AsyncIterator[World]:
    """A world whose server has one session and keeps no prepared statement, as behind an old pooler."""
    one = {"pool_min": 1, "pool_max": 1, "statement_cache": 0}
    async with World.open(database_url, plugins, tmp_path, prepared=True, **one) as world:
        yield world
        world.raise_crashes()


@asynccontextmanager
async def _session(world: World) -> AsyncIterator[Any]:
    """The server's one session."""
    async with world.application.state.serving.pool.acquire() as connection:
        yield connection


async def _every_request_once(world: World) -> Device:
    """A sign-in, a first sync, a push that has to look twice, a pull and a repair."""
    await world.sql("INSERT INTO workshop.product (id, name) SELECT i, 'p' || i FROM generate_series(1, 100) i")
    await world.sql("ALTER TABLE workshop.job ADD UNIQUE (title)")
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    for title in ("one", "one", "two"):
        await anna.save(Job(lead="anna", title=title))
    await anna.sql("DELETE FROM _twinbase_meta_product WHERE id = 7")
    await anna.replica.database.write(count_buckets, "product", meta_table("product"))
    await world.sql("UPDATE workshop.product SET name = 'new' WHERE id = 3")
    report = await anna.sync()
    assert report.outcomes == {"applied": 2, "refused": 1} and report.repair_rounds == 1 and report.is_proven
    return anna


async def test_whatever_is_asked_the_server_leaves_its_session_as_it_found_it(world: World) -> None:
    """Settings, locks, listeners, prepared statements, temporary tables, an open transaction: none stays behind."""
    await _every_request_once(world)
    async with _session(world) as session:
        assert not session.is_in_transaction()
        changed = "SELECT name FROM pg_settings WHERE source = 'session' AND setting IS DISTINCT FROM reset_val"
        assert [row["name"] for row in await session.fetch(changed)] == []
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        assert await session.fetchval(held) == 0
        assert await session.fetch("SELECT pg_listening_channels()") == []
        assert await session.fetchval("SELECT count(*) FROM pg_prepared_statements WHERE NOT from_sql") <= 1
        assert await session.fetchval("SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema()") == 0


async def test_no_statement_that_the_server_sends_lasts_longer_than_its_transaction(world: World) -> None:
    """Read off the line: every SET is a SET LOCAL, and every advisory lock ends with its transaction."""
    sent: list[str] = []

    async def note(query: Any) -> None:
        sent.append(query.query)

    async with _session(world) as session:
        session.add_query_logger(note)
    await _every_request_once(world)

    statements = [part.strip() for query in sent for part in query.split(";")]
    assert any(statement.startswith("SET LOCAL statement_timeout") for statement in statements)
    assert [statement for statement in statements if LASTING.match(statement)] == []
    assert [statement for statement in statements if HELD.search(statement) and not DRIVERS.search(statement)] == []


async def test_sessions_that_forget_everything_between_two_requests_are_no_difference(world: World) -> None:
    """What a pooler does to a session that it takes back and gives to somebody else."""
    anna = await _every_request_once(world)
    async with _session(world) as session:
        await session.execute("DISCARD ALL")
        await session.execute(
            "SET timezone = 'Asia/Tokyo'; SET datestyle = 'SQL, DMY'; SET bytea_output"
            " = 'escape'; SET extra_float_digits = 0; SET search_path = 'nowhere'"
        )
    await world.sql("UPDATE workshop.product SET name = 'newer', price = 0.10 WHERE id = 4")
    await anna.save(Job(lead="anna", title="three"))

    report = await anna.sync()

    assert report.outcomes == {"applied": 1} and report.pulled == 2 and report.is_proven and not report.unexplained
