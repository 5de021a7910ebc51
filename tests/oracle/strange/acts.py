"""What happens to strange tables, one thing at a time."""

from random import Random

from tests.oracle.simulation import Simulation
from tests.oracle.strange.writers import take_capture_off


async def office_writes_strangely(sim: Simulation, rng: Random) -> None:
    await sim.office.write_strange(rng)


async def capture_is_taken_off(sim: Simulation, rng: Random) -> None:
    """Nobody notices until `twinbase db upgrade`, but no device may be sure."""
    await sim.office.end_all()
    sim.is_armed = False
    await take_capture_off(sim.world, sim.office.connection, rng)
