"""Loaders: a table is emptied and filled again, or written anew, while devices read it.

A table that was emptied or written anew is blind to whoever reads with a snapshot of before: he waits for the lock, and
finds nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import asyncpg
from tests.oracle.ordinary import moments
from tests.oracle.person import Mine
from tests.oracle.reckoning import Reckoning
from tests.oracle.scopes import scopes
from tests.oracle.simulation import DEVICES_MAX, Simulation
from tests.oracle.writers import PEOPLE, Connection, reassign

LOCK = "SET LOCAL lock_timeout = '40ms'"
"""A loader that meets an open transaction comes another time."""
ALONE = ("notices", "memberships", "logs", "stocks", "parts", "visits")
"""Tables that nothing points at; jobs are loaded together with their parts."""
ANEW = {"notices": "body", "memberships": "sector", "jobs": "title", "parts": "label", "teams": "name", "logs": "code"}
"""A text of each table that is written anew by an ALTER."""
Load = Callable[[Connection, Random], Awaitable[None]]


async def truncate(connection: Connection, rng: Random) -> None:
    tables = rng.choice((*[(one,) for one in ALONE], ("jobs", "parts")))
    for table in tables:
        await connection.execute(f"CREATE TEMP TABLE old_{table} ON COMMIT DROP AS TABLE oracle.{table}")
    await connection.execute("TRUNCATE " + ", ".join(f"oracle.{table}" for table in tables))
    for table in tables:
        await connection.execute(f"INSERT INTO oracle.{table} TABLE old_{table}")


async def copy(connection: Connection, rng: Random) -> None:
    table = rng.choice(ALONE)
    rows = await connection.fetch(f"SELECT * FROM oracle.{table}")
    await connection.execute(f"LOCK oracle.{table}; DELETE FROM oracle.{table}")
    await connection.copy_records_to_table(table, schema_name="oracle", records=rows)


async def write_anew(connection: Connection, rng: Random) -> None:
    table = rng.choice(tuple(ANEW))
    text = ANEW[table]
    await connection.execute(f"ALTER TABLE oracle.{table} ALTER COLUMN {text} TYPE varchar USING {text} || ''")


LOADS: tuple[Load, ...] = (truncate, truncate, copy, write_anew)


@asynccontextmanager
async def loading(sim: Simulation, rng: Random) -> AsyncIterator[Any]:
    """A loader's transaction with all its rows the same as before; None when something is in its way."""
    connection = await sim.office.connect()
    try:
        yield await _begin(connection, rng)
    finally:
        await connection.close()


async def _begin(connection: Connection, rng: Random) -> Any:
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(LOCK)
        await rng.choice(LOADS)(connection, rng)
    except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
        return None
    return transaction


async def table_is_loaded_in_a_first_sync(sim: Simulation, rng: Random) -> None:
    """A new device starts while a loader has emptied a table and not committed."""
    if len(sim.mine) < DEVICES_MAX:
        await sim.enrol(rng.choice(PEOPLE))
    new = [mine for mine in sim.mine if not await _has_cursor(mine)]
    await _sync_in_a_load(sim, rng, new[-1] if new else sim.somebody(rng))


async def table_is_loaded_in_a_repair(sim: Simulation, rng: Random) -> None:
    """Rows have left a scope, which a repair has to find, while a loader has emptied a table and not committed."""
    await sim.office.write_this(reassign, rng)
    await _sync_in_a_load(sim, rng, sim.somebody(rng))


async def _sync_in_a_load(sim: Simulation, rng: Random, mine: Mine) -> None:
    """What a first sync calls proven is compared at once: a later one would find what was missing."""
    is_first = await _is_new(sim, mine)
    async with loading(sim, rng) as transaction:
        if transaction is None:
            return
        task = asyncio.ensure_future(sim.sync(mine))
        for _ in range(moments(rng)):
            if task.done():
                break
            await asyncio.sleep(0)
        await transaction.commit()
        report = await task
    if is_first and report is not None and report.is_proven:
        reckoning = Reckoning(sim)
        for twin, scope in scopes(mine.edition.version).items():
            await reckoning.compare(mine, twin, *scope)
        sim.surprises += [f"proven in the middle of a load: {what}" for what in reckoning.found]


async def _is_new(sim: Simulation, mine: Mine) -> bool:
    """Whether nothing is on the device yet, and the server has all that its app knows."""
    edits = await mine.device.sql("SELECT 1 FROM _twinbase_outbox LIMIT 1")
    return not edits and not await _has_cursor(mine) and sim.server.has_all_of(mine.edition)


async def _has_cursor(mine: Mine) -> bool:
    return bool((await mine.device.sql("SELECT cursor FROM _twinbase_state"))[0][0])
