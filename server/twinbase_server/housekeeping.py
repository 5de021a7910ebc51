"""What a server does by itself while it runs: milestones in the history, a look at the tables of its twins and at the
signing keys every minute; every hour, what has become old goes.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from itertools import count
from math import inf

from twinbase.errors import TwinbaseError
from twinbase_server.accept.forget import forget_entries, forget_journal
from twinbase_server.capture.tombstones import collect_tombstones
from twinbase_server.database.connection import Connection
from twinbase_server.database.errors import DATABASE_ERRORS
from twinbase_server.database.forgetting import measure_history
from twinbase_server.devices.enrolment import forget_codes
from twinbase_server.devices.salvage import forget_decided
from twinbase_server.feed import generation
from twinbase_server.feed.generation import forget_milestones
from twinbase_server.feed.schemas import forget_schemas
from twinbase_server.files.awaited import note_awaited
from twinbase_server.files.orphans import Sweep
from twinbase_server.files.state import say_again
from twinbase_server.http.serving import Serving
from twinbase_server.keys.store import forget_ended_keys
from twinbase_server.links.store import forget_links
from twinbase_server.problems import ProblemError
from twinbase_server.sessions.store import forget_sessions
from twinbase_server.settings import Settings
from twinbase_server.sign_in.attempts import forget_attempts

FILES_EVERY = timedelta(hours=1)
TURNS_AN_HOUR = int(timedelta(hours=1) / generation.MILESTONE_EVERY)
_log = logging.getLogger(__name__)


@asynccontextmanager
async def keep_house(serving: Serving) -> AsyncIterator[None]:
    """House is kept inside the block. Any number of servers may do so over one database."""
    tasks = [asyncio.create_task(_keep(serving)), asyncio.create_task(_keep_files(serving))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def run_turn(connection: Connection, now: datetime, number: int, settings: Settings) -> int:
    """One turn: a milestone, so that a restore is noticed, or a new generation where there was one (H9); once an hour,
    what nobody should need any more goes.

    Answers how many tombstones went. A device that needed one of them finds the difference by digest.
    """
    await generation.go_on(connection, now)
    if number % TURNS_AN_HOUR:
        return 0
    await forget_schemas(connection)
    await forget_ended_keys(connection, now)
    await forget_attempts(connection, now)
    await forget_links(connection, now)
    await forget_sessions(connection, now)
    await forget_codes(connection, now)
    await forget_history(connection, now, settings)
    # A device that bears no milestone takes a first sync, and needs no tombstone.
    days = min(settings.tombstone_days, settings.milestone_days)
    return await collect_tombstones(connection, now - timedelta(days=days))


async def forget_history(connection: Connection, now: datetime, settings: Settings) -> None:
    """What is older than the settings say goes, some of it at each turn, the oldest first; where a size is set, only
    while all of it takes more than that."""
    size = sum((await measure_history(connection)).values()) if settings.history_bytes_max else inf
    if size <= settings.history_bytes_max:
        return
    await forget_entries(connection, now - timedelta(days=settings.ledger_days))
    await forget_journal(connection, now - timedelta(days=settings.journal_days))
    await forget_milestones(connection, now - timedelta(days=settings.milestone_days))
    await forget_decided(connection, now - timedelta(days=settings.salvaged_days))


async def look_after_files(serving: Serving) -> None:
    """Which content has not come, which row does not say that it has, and what nobody needs any more goes."""
    if serving.store is None:
        return
    now, served, settings = serving.clock(), serving.list_served(), serving.settings
    await note_awaited(serving.borrow_connection, served, settings, now)
    await say_again(serving.borrow_connection, served, settings)
    await Sweep(serving.store, serving.borrow_connection, settings).run_turn(served, now)


async def _keep(serving: Serving) -> None:
    for number in count(1):
        await asyncio.sleep(generation.MILESTONE_EVERY.total_seconds())
        try:
            async with serving.borrow_connection() as connection:
                await run_turn(connection, serving.clock(), number, serving.settings)
                await serving.look_again(connection)
                await serving.read_keys_again(connection)
        except (ProblemError, TwinbaseError, *DATABASE_ERRORS):
            _log.warning("The house was not kept this time; it is tried again in a minute.", exc_info=True)


async def _keep_files(serving: Serving) -> None:
    """By itself: a store that takes its time keeps no milestone waiting."""
    while True:
        await asyncio.sleep(FILES_EVERY.total_seconds())
        try:
            await look_after_files(serving)
        except (ProblemError, TwinbaseError, *DATABASE_ERRORS):
            _log.warning("Content was not looked after this time; it is tried again in an hour.", exc_info=True)
