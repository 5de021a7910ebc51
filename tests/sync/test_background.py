"""A sync that runs by itself sends what was written, whoever wrote it, and a screen counts it at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import col, update
from tests.docs.page_blocks import executes, find_blocks
from tests.sync.shop import Job

from twinbase.errors import NoEventLoop, NotSignedIn
from twinbase.replica.background import Background
from twinbase.replica.replica import Replica
from twinbase.replica.schedule import SyncPace
from twinbase.replica.status import SyncStatus
from twinbase.testing import Device, World
from twinbase.testing.world import KEY, PASSWORD

(HOW_TO,) = find_blocks("docs/how-to/sync-by-itself.md")
SOON = SyncPace(regular_seconds=3600, after_write_seconds=0.05, jitter=0)
"""Whatever is sent within a test was sent because it was written."""


@asynccontextmanager
async def running(device: Device) -> AsyncIterator[None]:
    """The device's sync runs by itself; the first one, at the start, is over."""
    background = device.replica.background(pace=SOON)
    task = asyncio.create_task(background.run())
    await reach(device.replica, lambda status: status.synced_at is not None and not status.is_syncing)
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def reach(replica: Replica, wanted: Callable[[SyncStatus], bool]) -> None:
    """Return when the status is as it is wanted."""
    async with asyncio.timeout(30):
        async for status in replica.status.follow_changes():
            if wanted(status):
                return


async def until_sent(world: World, device: Device) -> list[str]:
    """The titles in the office once nothing waits on the device any more."""
    await reach(device.replica, lambda status: status.pending > 0)
    await reach(device.replica, lambda status: status.pending == 0 and not status.is_syncing)
    return [title for (title,) in await world.sql("SELECT title FROM workshop.job ORDER BY title")]


async def test_what_a_session_commits_is_sent_by_itself(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    async with running(anna):
        sent = asyncio.create_task(until_sent(world, anna))
        async with anna.replica.session() as session:
            session.add(Job(lead="anna", title="boiler"))
            await session.commit()
        assert await sent == ["boiler"]


async def test_what_plain_statements_write_is_sent_by_itself(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.save(Job(lead="anna", title="boiler"))
    async with running(anna):
        sent = asyncio.create_task(until_sent(world, anna))
        async with anna.replica.engine.begin() as connection:
            await connection.execute(update(Job).where(col(Job.title) == "boiler").values(title="pump"))
        assert await sent == ["pump"]


async def test_an_edit_that_is_corrected_is_sent_by_itself(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.save(Job(lead="bob", title="boiler"))
    async with running(anna):
        (refused,) = await anna.replica.waiting_edits()
        sent = asyncio.create_task(until_sent(world, anna))
        await anna.replica.correct(refused.id, {"lead": "anna"})
        assert await sent == ["boiler"]


async def test_the_status_counts_an_edit_when_it_is_committed_and_not_before(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    replica = anna.replica
    async with replica.session() as session:
        session.add(Job(lead="anna", title="boiler"))
        await session.flush()
        assert replica.status.now.pending == 0
        await session.commit()
    await reach(replica, lambda status: status.pending == 1)
    async with replica.session() as session:
        await session.execute(text("UPDATE job SET title = 'never'"))
        await session.rollback()
    async with replica.session() as session:
        session.add(Job(lead="anna", title="pump"))
        await session.commit()
    await reach(replica, lambda status: status.pending == 2)


async def test_whoever_reads_or_takes_back_says_nothing(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    heard: list[None] = []
    stop = anna.replica.database.watch_writes(lambda: heard.append(None))
    async with anna.replica.session() as session:
        session.add(Job(lead="anna", title="boiler"))
        await session.flush()
        await session.rollback()
        await session.commit()
    async with anna.replica.session() as session:
        session.add(Job(lead="anna", title="boiler"))
        await session.commit()
    stop()
    assert len(heard) == 1


@executes(HOW_TO)
async def test_the_sign_in_of_the_how_to_page_outlives_its_token(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await anna.close()
    world.clock.advance(days=1)
    anna.replica = await how_to_open()(anna.path, KEY, world.plugins, anna.url, clock=world.clock, transport=anna.wire)
    assert (await anna.sync()).is_proven
    world.clock.advance(days=100)
    with pytest.raises(NotSignedIn):
        await anna.sync()
    assert not anna.replica.status.now.signed_in
    await anna.replica.sign_in("anna@example.org", PASSWORD)
    assert (await anna.sync()).is_proven
    assert anna.replica.status.now.signed_in


def how_to_open() -> Callable[..., Awaitable[Replica]]:
    """`open_replica` as the how-to page has it."""
    example: dict[str, Any] = {}
    exec(HOW_TO.take(), example)
    found: Callable[..., Awaitable[Replica]] = example["open_replica"]
    return found


def test_a_background_outside_of_a_loop_says_where_it_belongs() -> None:
    async def sync() -> None:
        """Never called."""

    with pytest.raises(NoEventLoop, match="coroutine"):
        Background(sync)  # type: ignore[arg-type]
