"""The tables of schema `twinbase` come, and stay, by migrations."""

import asyncio

import asyncpg
import pytest

from twinbase_server.database.migrations import migrate, read_migration_status


async def test_a_bare_database_is_brought_to_the_newest_version(database_url: str) -> None:
    before = await read_migration_status(database_url)
    after = await migrate(database_url)
    assert before.current is None and before.pending[-1] == before.head
    assert after.current == after.head and after.pending == ()
    assert await read_migration_status(database_url) == after


async def test_servers_that_start_together_migrate_once(database_url: str) -> None:
    done = await asyncio.gather(*(migrate(database_url) for _ in range(4)))
    assert {status.pending for status in done} == {()}


async def test_a_migration_that_cannot_get_its_turn_fails_soon_and_changes_nothing(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('twinbase migrations', 0))")
        with pytest.raises(Exception, match="lock timeout"):
            await migrate(database_url, lock_seconds=1)
    await connection.close()
    assert (await read_migration_status(database_url)).current is None


async def test_nothing_of_ours_lies_outside_our_schema(database_url: str) -> None:
    await migrate(database_url)
    connection = await asyncpg.connect(database_url)
    query = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    assert await connection.fetchval(query) == 0
    await connection.close()
