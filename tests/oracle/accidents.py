"""Accidents: lines that lose and double and cut, processes that die in the middle of a sync."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any
from unittest.mock import patch

from tests.oracle.ordinary import moments
from tests.oracle.simulation import Simulation

from twinbase.replica.file import transaction
from twinbase.testing import cut, drop_answer, drop_request, duplicate, garble_answer, garble_request, show_portal

PATHS = ("sync/initial", "sync/pending", "sync/mark-synced", "sync/repair", "sync/schema")
GARBLED = (
    *[("sync/pending", garble_answer)] * 4, *[("sync/mark-synced", garble_request)] * 4,
    ("sync/pending", garble_request), ("sync/mark-synced", garble_answer), ("sync/repair", garble_answer),
)  # fmt: skip
"""Mostly where values travel."""
COMMITS_MAX = 8
"""A sync that sends something and brings something has about so many transactions."""


async def device_syncs_badly(sim: Simulation, rng: Random) -> None:
    """The line loses, doubles or cuts something on the way."""
    mine = sim.somebody(rng)
    fault = rng.choice((drop_request(), drop_answer(), duplicate(), cut(rng.randint(0, 3000)), show_portal()))
    mine.device.wire.spoil(rng.choice(PATHS), fault)
    await sim.sync(mine)


async def line_flips_a_bit(sim: Simulation, rng: Random) -> None:
    """What arrives is not what was sent, while both sides have something new."""
    mine = sim.somebody(rng)
    for _ in range(4):
        for _ in range(2):
            await sim.office.write(rng)
            await sim.work(mine, rng)
        path, garble = rng.choice(GARBLED)
        mine.device.wire.spoil(path, garble(rng.random()))
        await sim.sync(mine)
        mine.device.wire.mend()


async def device_dies_in_sync(sim: Simulation, rng: Random) -> None:
    """The process ends at any point of a sync; the file is opened again."""
    mine = sim.somebody(rng)
    task = asyncio.ensure_future(sim.sync(mine))
    for _ in range(moments(rng)):
        if task.done():
            break
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await mine.device.close()
    await mine.device.reopen()


async def device_dies_between_two_commits(sim: Simulation, rng: Random) -> None:
    """The process ends at one of the transactions of a sync: what was committed stays, the next one does not come."""
    mine = sim.somebody(rng)
    try:
        with dying(at=rng.randint(1, COMMITS_MAX), after=rng.random() < 0.5):
            await sim.sync(mine)
    except Died:
        pass
    await mine.device.close()
    await mine.device.reopen()


class Died(Exception):
    """The process is no more."""


@contextmanager
def dying(*, at: int, after: bool) -> Iterator[None]:
    """The sync's commit number `at` is its last sign of life: it fails, or succeeds and then nothing follows. Not even
    what is tidied up on the way out is written: a dead process tidies nothing."""
    commit, commits = transaction.commit, 0

    def commit_or_die(connection: Any) -> None:
        nonlocal commits
        commits += 1
        if commits < at or (commits == at and after):
            commit(connection)
        if commits >= at:
            raise Died

    with patch.object(transaction, "commit", commit_or_die):
        yield


async def server_dies_in_sync(sim: Simulation, rng: Random) -> None:
    """Every connection of the server to PostgreSQL is cut at any point of a sync: before, at or after a commit."""
    mine = sim.somebody(rng)
    task = asyncio.ensure_future(sim.sync(mine))
    for _ in range(moments(rng)):
        if task.done():
            break
        await asyncio.sleep(0)
    keep = [sim.office.connection.get_server_pid(), *(c.get_server_pid() for c, _ in sim.office.held)]
    await sim.office.connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> ALL ($1) AND backend_type = 'client backend'",
        keep,
    )
    await task


async def server_restarts(sim: Simulation, rng: Random) -> None:
    """Nothing is lost but what it had in memory."""
    await sim.server.stop()
    await sim.server.start()
    sim.rewire()
