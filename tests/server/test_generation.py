"""A database that went back to a backup, or into another cluster, is not the one that devices knew (H9)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from tests.server.watched import CUSTOMER, changed_keys, snapshot_now, watched_customers

from twinbase_server.database.connection import Connection
from twinbase_server.feed import generation
from twinbase_server.sql.unseen import Snapshot

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
FAR = 1_000_000


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Connection]:
    async with watched_customers(database_url) as connection:
        await connection.execute("INSERT INTO customer (id) VALUES (1), (2)")
        yield connection


async def test_a_restart_goes_on_in_the_same_generation(db: Connection) -> None:
    first = await generation.start(db, NOW)
    again = await generation.start(db, NOW + timedelta(hours=1))
    assert again.id == first.id
    assert again.milestone != first.milestone
    assert await generation.read_generation(db) == again


async def test_a_salt_is_noted_once_in_a_while_and_by_one_server(db: Connection) -> None:
    first = await generation.start(db, NOW)
    await generation.note_milestone(db, NOW + timedelta(seconds=1))
    assert await generation.read_generation(db) == first
    await generation.note_milestone(db, NOW + generation.MILESTONE_EVERY)
    assert (await generation.read_generation(db)).milestone != first.milestone


@pytest.mark.parametrize("column", ["system_identifier", "timeline", "database", "relation"])
async def test_another_cluster_timeline_database_or_table_is_another_generation(db: Connection, column: str) -> None:
    """H9: a dump copies the stored id."""
    first = await generation.start(db, NOW)
    await db.execute(f"UPDATE twinbase.generation SET {column} = {column} + 1")
    assert (await generation.start(db, NOW)).id != first.id


async def test_versions_from_the_future_start_a_generation_and_count_as_changed(db: Connection) -> None:
    """H9: restored into a cluster that has not reached these transactions, they would look unseen for ever."""
    first = await generation.start(db, NOW)
    since = await snapshot_now(db)
    future = f"'{since.xmax + FAR}'::xid8"
    await db.execute(f"UPDATE {CUSTOMER.object_sql('v')} SET xid = {future} WHERE id = 2")
    await db.execute(f"UPDATE twinbase.capture SET base = {future}")
    await db.execute(f"INSERT INTO twinbase.salt VALUES ('future', {future}, $1)", NOW)
    second = await generation.start(db, NOW)
    assert second.id != first.id and second.milestone != "future"
    assert await changed_keys(db, CUSTOMER, since) == {2}
    assert await changed_keys(db, CUSTOMER, await snapshot_now(db)) == set()
    assert (await generation.start(db, NOW)).id == second.id


async def test_a_cursor_from_lost_history_is_not_recognised(db: Connection) -> None:
    """H9: a snapshot of the machine keeps id, identifier and timeline; only what came after it is missing."""
    first = await generation.start(db, NOW)
    here = await snapshot_now(db)
    assert await generation.is_recognised(db, first.milestone, here)
    assert not await generation.is_recognised(db, "lost", here)
    assert not await generation.is_recognised(db, first.milestone, Snapshot(here.xmin, here.xmax + FAR, ()))


async def test_a_cursor_that_saw_further_than_its_mark_is_not_recognised(db: Connection) -> None:
    """H9: both went on after the last mark in the backup, it and the restored server, which wrote another next one."""
    first = await generation.start(db, NOW)
    before = await snapshot_now(db)
    await generation.note_milestone(db, NOW + generation.MILESTONE_EVERY)
    second = await generation.read_generation(db)
    here = await snapshot_now(db)
    assert await generation.is_recognised(db, first.milestone, before)
    assert await generation.is_recognised(db, second.milestone, before), "as a later part of a long answer bears it"
    assert await generation.is_recognised(db, second.milestone, here)
    assert not await generation.is_recognised(db, first.milestone, here)
    assert not await generation.is_recognised(db, "", here)


async def test_a_mark_that_is_not_committed_yet_is_no_reason_to_doubt(db: Connection, database_url: str) -> None:
    first = await generation.start(db, NOW)
    other = await asyncpg.connect(database_url)
    async with other.transaction():
        await generation.note_milestone(other, NOW + generation.MILESTONE_EVERY)
        await db.execute("INSERT INTO customer (id) VALUES (3)")
        meanwhile = await snapshot_now(db)
        assert (await generation.read_generation(db)).milestone == first.milestone
    await other.close()
    assert (await generation.read_generation(db)).milestone != first.milestone
    assert await generation.is_recognised(db, first.milestone, meanwhile)


async def test_without_a_start_there_is_no_generation(db: Connection) -> None:
    with pytest.raises(LookupError):
        await generation.read_generation(db)
