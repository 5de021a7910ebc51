"""Schema steps: a second version of the app, in every order of database, server and devices."""

from random import Random

from tests.oracle.person import Mine
from tests.oracle.plugin import Edition, edition
from tests.oracle.simulation import Simulation


async def columns_are_added(sim: Simulation, rng: Random) -> None:
    """The database is migrated, and the server of the first version goes on with it."""
    await sim.server.add_columns()


async def server_is_updated(sim: Simulation, rng: Random) -> None:
    """The second version on the server; now and then it is taken back."""
    if sim.server.edition.version == 1:
        await sim.server.update()
    elif sim.server.older is not None:
        await (sim.server.update() if rng.random() < 0.7 else sim.server.roll_back())
    elif rng.random() < 0.2:
        await sim.server.roll_back()
    sim.rewire()


async def server_is_rolled(sim: Simulation, rng: Random) -> None:
    """Both versions behind one address, for a while; a request meets either."""
    if sim.server.older is None:
        await sim.server.roll(rng.getrandbits(32))
        sim.rewire()
    if (first := [mine for mine in sim.mine if mine.edition.version == 1]) and rng.random() < 0.7:
        await _update_app((old := rng.choice(first)), edition(2, old.edition.world))
    for _ in range(2):
        mine = sim.somebody(rng)
        await sim.work(mine, rng)
        await sim.sync(mine)


async def app_is_updated(sim: Simulation, rng: Random) -> None:
    """The second version on a device, before the server or after it; now and then it is taken back."""
    mine = sim.somebody(rng)
    if mine.edition.version == 2 and rng.random() < 0.8:
        return
    await _update_app(mine, edition(3 - mine.edition.version, mine.edition.world))


async def _update_app(mine: Mine, chosen: Edition) -> None:
    mine.edition = chosen
    await mine.device.close()
    await mine.device.reopen(plugins=mine.edition.plugins)
