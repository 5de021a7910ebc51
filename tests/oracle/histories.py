"""Two histories of one thing: clones, and backups that come back, of a device's file and of the server's database."""

import shutil
from random import Random
from uuid import UUID

from tests.oracle.person import Saved
from tests.oracle.simulation import DEVICES_MAX, Simulation

from twinbase.replica.file.content_tables import content_folder
from twinbase.testing import ManualClock


async def device_is_cloned(sim: Simulation, rng: Random) -> None:
    """A copy of the file goes on beside the original, with its attachments or without."""
    if len(sim.mine) >= DEVICES_MAX:
        return
    mine = sim.somebody(rng)
    await mine.device.close()
    twin = sim.add(mine.person, ManualClock(mine.clock.now), mine.edition)
    shutil.copyfile(mine.device.path, twin.device.path)
    twin.logs, twin.held = set(mine.logs), dict(mine.held)
    if rng.random() < 0.5 and content_folder(mine.device.path).exists():
        shutil.copytree(content_folder(mine.device.path), content_folder(twin.device.path))
        twin.pictures = set(mine.pictures)
    mine.has_copy = twin.has_copy = True
    await mine.device.reopen()
    await twin.device.reopen()


async def device_is_saved(sim: Simulation, rng: Random) -> None:
    """A backup of a device's file is taken."""
    mine = sim.somebody(rng)
    await mine.device.close()
    copy = sim.folder / f"{mine.device.name}.backup"
    shutil.copyfile(mine.device.path, copy)
    mine.saved = Saved(copy, set(mine.logs), dict(mine.held), set(mine.pictures))
    mine.has_copy = True
    await mine.device.reopen()


async def device_is_restored(sim: Simulation, rng: Random) -> None:
    """The file goes back to its backup. What was written since and never left the device is lost, and only that."""
    mine = rng.choice(sim.mine)
    if mine.saved is None:
        return
    sent = await _logs_there(sim)
    await mine.device.close()
    for suffix in ("-wal", "-shm"):
        mine.device.path.with_name(mine.device.path.name + suffix).unlink(missing_ok=True)
    shutil.copyfile(mine.saved.path, mine.device.path)
    mine.logs, mine.held = mine.saved.logs | (mine.logs & sent), dict(mine.saved.held)
    mine.pictures = set(mine.saved.pictures)
    await mine.device.reopen()


async def server_is_saved(sim: Simulation, rng: Random) -> None:
    """A backup of the server's database is taken."""
    await sim.server.save()
    sim.rewire()


async def server_is_restored(sim: Simulation, rng: Random) -> None:
    """The database goes back to its backup. What the office wrote since is lost; what devices hold they bring back."""
    if not sim.server.is_saved:
        return
    await sim.server.restore(of_the_machine=rng.random() < 0.5)
    sim.rewire()
    there = await _logs_there(sim)
    for mine in sim.mine:
        mine.server_went_back(there)


async def _logs_there(sim: Simulation) -> set[UUID]:
    return {row["id"] for row in await sim.office.connection.fetch("SELECT id FROM oracle.logs")}
