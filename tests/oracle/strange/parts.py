"""A part of a strange table is taken out, and hung in again: rows come and go without a statement on them."""

from random import Random
from typing import Any

import asyncpg
from tests.oracle.simulation import Simulation
from tests.oracle.strange.tables import Strange, draw

ATTACHED = "SELECT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass($1))"


async def part_comes_and_goes(sim: Simulation, rng: Random) -> None:
    """Its rows are in the table no more, or again, whatever was written to it meanwhile: no device may be sure."""
    cut = [strange for strange in draw(sim.world) if strange.layout.name in ("list", "range", "hash")]
    if not cut:
        return
    await sim.office.end_all()
    sim.is_armed = False
    try:
        await _move(rng.choice(cut), sim.office.connection, rng)
    except (asyncpg.IntegrityConstraintViolationError, asyncpg.LockNotAvailableError):
        return  # something points at its rows, or somebody reads them
    await sim.sync(sim.somebody(rng))


async def _move(strange: Strange, connection: Any, rng: Random) -> None:
    number = rng.randrange(len(strange.layout.bounds))
    part, bounds = strange.part(number), strange.layout.bounds[number]
    if await connection.fetchval(ATTACHED, part):
        await connection.execute(f"ALTER TABLE {strange.table} DETACH PARTITION {part}")
    else:
        await connection.execute(f"ALTER TABLE {strange.table} ATTACH PARTITION {part} {bounds}")
