"""What happens on an ordinary day, one thing at a time."""

import asyncio
from datetime import UTC, datetime, timedelta
from random import Random

from tests.oracle.person import renames
from tests.oracle.simulation import DEVICES_MAX, Simulation
from tests.oracle.writers import PEOPLE

from twinbase_server.accept.forget import forget_entries
from twinbase_server.capture.tombstones import collect_tombstones
from twinbase_server.feed import generation

WILD = tuple(datetime(year, 1, 1, 6, tzinfo=UTC) for year in (1970, 2012, 2037, 2106))


def moments(rng: Random) -> int:
    """Turns of the event loop until something happens. It turns idly while PostgreSQL works, so a sync has thousands,
    and its first ones are worth as much as its last."""
    return int(10 ** rng.uniform(0, 4))


async def office_writes(sim: Simulation, rng: Random) -> None:
    await sim.office.write(rng)


async def office_opens(sim: Simulation, rng: Random) -> None:
    await sim.office.open_write(rng)


async def office_ends(sim: Simulation, rng: Random) -> None:
    await sim.office.end_write(rng)


async def oldest_writes_last(sim: Simulation, rng: Random) -> None:
    """The number of a transaction says when it began: which of two values is the last one, it does not say."""

    async def read() -> None:
        for mine in sim.mine:
            await sim.sync(mine)

    await sim.office.write_last(rng, read)


async def device_works(sim: Simulation, rng: Random) -> None:
    await sim.work(sim.somebody(rng), rng)


async def device_syncs(sim: Simulation, rng: Random) -> None:
    await sim.sync(sim.somebody(rng))


async def device_works_while_it_syncs(sim: Simulation, rng: Random) -> None:
    """The technician does not wait for a sync: what is typed meanwhile lies on top of what comes."""
    mine = sim.somebody(rng)
    task = asyncio.ensure_future(sim.sync(mine))
    for _ in range(rng.randint(1, 3)):
        for _ in range(moments(rng) // 4):
            await asyncio.sleep(0)
        await sim.work(mine, rng)
    await task


async def device_renames_a_key(sim: Simulation, rng: Random) -> None:
    """Refused where it is typed: at the office it would be a deletion, and what hangs on the row would go."""
    mine = sim.somebody(rng)
    if await renames(mine, rng):
        sim.surprises.append(f"{mine.device.name}: a key was changed, and the office is told of a deletion")


async def network_goes(sim: Simulation, rng: Random) -> None:
    mine = sim.somebody(rng)
    mine.device.wire.up = not mine.device.wire.up


async def time_passes(sim: Simulation, rng: Random) -> None:
    """Hours for everybody; the windows of scopes move."""
    span = timedelta(hours=rng.choice((1, 5, 30, 24 * 12)))
    sim.clock.now += span
    sim.office.now += span
    for mine in sim.mine:
        mine.clock.now += span


async def clock_jumps(sim: Simulation, rng: Random) -> None:
    """A device's clock is set wrong by up to two days."""
    sim.somebody(rng).clock.advance(hours=rng.randint(-48, 48))


async def device_clock_goes_wild(sim: Simulation, rng: Random) -> None:
    """A battery was empty, or somebody set the year; or the clock is right again."""
    mine = sim.somebody(rng)
    mine.clock.now = rng.choice((*WILD, sim.clock.now))


async def server_clock_is_wrong(sim: Simulation, rng: Random) -> None:
    """For one sync the server is decades away, and then it is right again."""
    mine, right = sim.somebody(rng), sim.clock.now
    sim.clock.now = rng.choice(WILD)
    await sim.sign_in(mine)
    await sim.sync(mine)
    sim.clock.now = right
    mine.unheard.clear()
    await sim.sign_in(mine)


async def device_enrols(sim: Simulation, rng: Random) -> None:
    if len(sim.mine) < DEVICES_MAX:
        await sim.enrol(rng.choice(PEOPLE))


async def salt_is_noted(sim: Simulation, rng: Random) -> None:
    await generation.note_milestone(sim.office.connection, sim.clock.now)


async def tombstones_are_collected(sim: Simulation, rng: Random) -> None:
    """Any age is allowed: repair finds what a device has missed, and of an edit that was settled its id stays."""
    await generation.note_milestone(sim.office.connection, sim.clock.now)
    await collect_tombstones(sim.office.connection, sim.clock.now)
    await forget_entries(sim.office.connection, sim.clock.now + timedelta(days=1))


async def claims_go_missing(sim: Simulation, rng: Random) -> None:
    """An account is garbled for a while: whoever syncs meanwhile must keep what they have (H10)."""
    mine = sim.somebody(rng)
    logs = len(await mine.device.sql("SELECT id FROM logs"))
    await sim.claims(mine.person, {})
    await sim.sign_in(mine)
    await sim.sync(mine)
    await sim.claims(mine.person, {"person": mine.person})
    await sim.sign_in(mine)
    if len(await mine.device.sql("SELECT id FROM logs")) < logs:
        sim.surprises.append(f"{mine.device.name}: an identity without claims has erased rows")
