"""Days on which devices pull when a hint says so, and at the regular interval where it was lost."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from random import Random

from tests.oracle.hints import PATIENCE_SECONDS, ListeningDevice, Treatment
from tests.oracle.simulation import Simulation

from twinbase_server.feed.news.watch import NewsWatch
from twinbase_server.sql.unseen import Snapshot, parse_snapshot

LISTEN_MAX = 2
ROUNDS_MAX = 4
"""What one brings the other hears of, and pushes perhaps; then everybody has everything."""
TREATMENTS: tuple[Treatment, ...] = ("brought", "brought", "lost", "cut")


async def devices_hear_of_news(sim: Simulation, rng: Random) -> None:
    """Some devices pull only when they hear of news. What is brought to all of them leaves nobody behind; whoever comes
    again after his line broke hears of what he has missed; and a hint that is lost costs the regular interval."""
    async with _listening(sim, rng) as those:
        await _take_in_all(sim, those)
        for _ in range(rng.choice((1, 1, 2)) if those else 0):
            treatment = rng.choice(TREATMENTS)
            for one in those:
                one.line.treatment = treatment
            await _do_something(sim, rng, those)
            await _until_looked(sim)
            for one in those:
                if treatment == "lost":
                    await one.let_time_pass()
                if treatment == "lost" and one.report is not None and one.report.files_sent:
                    # That its own bytes have come is news after its pull, and of that the hint was lost as well.
                    await one.let_time_pass()
                # What the others send from now on is no news that was meant.
                one.line.treatment = "brought"
            await _take_in_all(sim, those)
            await _let_copies_come_again(sim, those)
            for one in those:
                said = f"{one.mine.device.name}: its hints were {treatment}, and"
                sim.surprises += [f"{said} {what}" for what in await one.find_wrong()]


@asynccontextmanager
async def _listening(sim: Simulation, rng: Random) -> AsyncIterator[Sequence[ListeningDevice]]:
    """Some of those that have a network, as far as they come to listen."""
    online = [mine for mine in sim.mine if mine.device.wire.up]
    those = [
        ListeningDevice(sim, mine, rng) for mine in rng.sample(online, min(len(online), rng.randint(1, LISTEN_MAX)))
    ]
    try:
        yield [one for one in those if await one.begin()]
    finally:
        for one in those:
            await one.end()
        sim.rewire()


async def _do_something(sim: Simulation, rng: Random, those: Sequence[ListeningDevice]) -> None:
    """The office writes, and somebody sends what he has typed, perhaps, if he is none of those who wait for a hint."""
    for _ in range(rng.randint(1, 3)):
        await sim.office.write(rng)
    if rng.random() < 0.4:
        mine = sim.somebody(rng)
        await sim.work(mine, rng)
        if mine not in [one.mine for one in those]:
            await sim.sync(mine)


async def _let_copies_come_again(sim: Simulation, those: Sequence[ListeningDevice]) -> None:
    """Two devices with one file are one device to the server: what one of them sends is no news to the other, which
    hears of it at the regular interval. The second time nobody has anything to send."""
    for _ in range(2 if any(one.mine.has_copy for one in those) else 0):
        for one in those:
            await one.let_time_pass()
        await _take_in_all(sim, those)


async def _take_in_all(sim: Simulation, those: Sequence[ListeningDevice]) -> None:
    """Until nobody has anything to do."""
    for _ in range(ROUNDS_MAX):
        syncs = sum(one.syncs for one in those)
        await _until_looked(sim)
        for one in those:
            await one.listen_again()
        await _until_looked(sim)
        for one in those:
            await one.take_in()
        if sum(one.syncs for one in those) == syncs:
            return


async def _until_looked(sim: Simulation) -> None:
    """What is committed by now was looked at by everybody to whom somebody listens, and whom it concerns was told."""
    now = parse_snapshot(await sim.office.connection.fetchval("SELECT pg_current_snapshot()::text"))
    watches: list[NewsWatch] = [one.state.serving.news for one in sim.server.running]
    async with asyncio.timeout(PATIENCE_SECONDS):
        while any(len(watch.audience) and not _has_told(watch, now) for watch in watches):
            await asyncio.sleep(0)


def _has_told(watch: NewsWatch, now: Snapshot) -> bool:
    seen = watch.seen
    if seen is None or watch.is_telling or any(one.said for one in watch.audience):
        return False
    return all(seen.sees(xid) for xid in range(min(now.xmin, seen.xmin), now.xmax) if now.sees(xid))
