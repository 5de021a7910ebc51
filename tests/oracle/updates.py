"""Schema steps: a second version of the app, in every order of database, server and devices."""

from random import Random

from tests.oracle.plugin import FIRST, SECOND
from tests.oracle.simulation import Simulation


async def columns_are_added(sim: Simulation, rng: Random) -> None:
    """The database is migrated, and the server of the first version goes on with it."""
    await sim.server.add_columns()


async def server_is_updated(sim: Simulation, rng: Random) -> None:
    """The second version on the server; now and then it is taken back."""
    if sim.server.edition is FIRST:
        await sim.server.update()
    elif rng.random() < 0.2:
        await sim.server.roll_back()
    sim.rewire()


async def app_is_updated(sim: Simulation, rng: Random) -> None:
    """The second version on a device, before the server or after it; now and then it is taken back."""
    mine = sim.somebody(rng)
    if mine.edition is SECOND and rng.random() < 0.8:
        return
    mine.edition = SECOND if mine.edition is FIRST else FIRST
    await mine.device.close()
    await mine.device.reopen(plugins=mine.edition.plugins)
