"""Accidents: lines that lose and double and cut, processes that die in the middle of a sync."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch
from uuid import UUID

from tests.oracle.ordinary import moments
from tests.oracle.person import Mine
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


class Died(BaseException):
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


async def device_loses_its_wal(sim: Simulation, rng: Random) -> None:
    """The power goes, and what is left of the -wal is damaged: what was committed may be gone, but never in silence."""
    mine = sim.somebody(rng)
    before = await _newest_edit(mine)
    copies = [path for path in mine.device.path.parent.glob(f"{mine.device.path.name}*") if _is_kept(path)]
    kept = {path: path.read_bytes() for path in copies}
    await mine.device.close()
    for path, content in kept.items():
        path.write_bytes(_damaged(content, rng) if path.name.endswith("-wal") else content)
    mine.device.path.with_name(mine.device.path.name + "-shm").unlink(missing_ok=True)
    sent = {row["id"] for row in await sim.office.connection.fetch("SELECT id FROM oracle.logs")}
    await mine.device.reopen()
    here = {UUID(id_) for (id_,) in await mine.device.sql("SELECT new_id FROM _twinbase_change_logs")}
    if await _newest_edit(mine) < before and not mine.device.replica.status.now.lost:
        sim.surprises.append(f"{mine.device.name}: committed edits went with the -wal, and nobody was told")
    mine.logs &= here | sent
    mine.held = {log: at for log, at in mine.held.items() if log in here}
    mine.pictures &= {sha256 for (sha256,) in await mine.device.sql("SELECT sha256 FROM _twinbase_content")}
    mine.unheard.clear()
    await mine.device.replica.forget_loss()


async def _newest_edit(mine: Mine) -> int:
    found = await mine.device.sql("SELECT seq FROM sqlite_sequence WHERE name = '_twinbase_outbox'")
    return int(found[0][0]) if found else 0


def _is_kept(path: Path) -> bool:
    is_other = path.name.endswith(("-shm", ".backup", ".sync-lock")) or ".lost-" in path.name
    return path.is_file() and not is_other


def _damaged(wal: bytes, rng: Random) -> bytes:
    """Cut somewhere, or with one wrong byte; what comes after it is as good as gone."""
    at = rng.randrange(len(wal)) if wal else 0
    return wal[:at] if rng.random() < 0.5 else wal[:at] + bytes(1) + wal[at + 1 :]


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
