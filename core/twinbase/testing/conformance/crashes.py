"""A device that dies between two commits of its sync, and a server that dies in the middle of a batch."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from twinbase.errors import TransportError
from twinbase.replica.connection import Connection
from twinbase.replica.file import transaction
from twinbase.testing.conformance.person import Mine
from twinbase.testing.conformance.play import Play
from twinbase.testing.device import Device

_WAITING = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    " AND pid <> pg_backend_pid()"
)


class Died(BaseException):
    """The process is no more."""


@contextmanager
def die_at_commit(*, at: int, after: bool) -> Iterator[None]:
    """The sync's commit number `at` is its last sign of life: it fails, or succeeds and then nothing follows."""
    commit, commits = transaction.commit, 0

    def commit_or_die(connection: Connection) -> None:
        nonlocal commits
        commits += 1
        if commits < at or (commits == at and after):
            commit(connection)
        if commits >= at:
            raise Died

    transaction.commit = commit_or_die
    try:
        yield
    finally:
        transaction.commit = commit


async def sync_and_die(mine: Mine, *, at: int, after: bool) -> bool:
    """A sync that ends at a commit; whether it had so many. The file is opened again."""
    try:
        with die_at_commit(at=at, after=after):
            await mine.device.sync()
    except Died:
        await mine.device.close()
        await mine.device.reopen()
        return True
    return False


async def kill_server_in_accept(play: Play, device: Device) -> bool:
    """The server's transaction is cut while it writes the device's edits; whether there was one to cut."""
    waiting = await device.sql("SELECT twin FROM _twinbase_outbox WHERE state = 'pending' ORDER BY seq LIMIT 1")
    if not waiting:
        return False
    table = play.cast.plugins.registry[waiting[0][0]].table
    preparer = play.world.engine.dialect.identifier_preparer
    async with play.world.engine.connect() as holder:
        await holder.execute(text(f"LOCK TABLE {preparer.format_table(table)} IN SHARE MODE"))
        task = asyncio.ensure_future(_sync(device))
        killed = await _kill_who_waits(play, task)
        await holder.rollback()
        await task
    return killed


async def _kill_who_waits(play: Play, task: "asyncio.Future[None]") -> bool:
    while not task.done():
        if waiting := await play.world.sql(_WAITING):
            await play.world.sql("SELECT pg_terminate_backend(:pid)", pid=waiting[0][0])
            return True
        await asyncio.sleep(0)
    return False


async def _sync(device: Device) -> None:
    try:
        await device.sync()
    except TransportError:
        pass
