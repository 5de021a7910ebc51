"""Syncs over a line that flips one bit of one message: what becomes of each. `python -m tests.sync.flips 10000`."""

import argparse
import asyncio
import logging
import tempfile
from collections import Counter
from pathlib import Path
from random import Random

from tests.sync.shop import Job, Product
from tests.sync.template import make_template, workshop

from twinbase.errors import TwinbaseError
from twinbase.testing import Device, Fault, World, garble_answer, garble_request
from twinbase.testing.databases import Databases
from twinbase_server.embedded import EmbeddedPostgres

ROWS, JOBS = 60, 10
PATHS = ("sync/pending", "sync/pending", "sync/mark-synced", "sync/mark-synced", "sync/initial", "sync/schema")
SHOWN_EVERY = 250
WRONG = "proven, and wrong"


class Company:
    """An office that changes rows, a device that writes some of its own, and what each of them should be."""

    def __init__(self, world: World, rng: Random) -> None:
        self.world, self.rng, self.turn = world, rng, 0
        self.titles: dict[object, str] = {}
        self.anna: Device

    async def begin(self) -> None:
        await self.world.sql(
            "INSERT INTO workshop.product (id, name, price)"
            " SELECT i, 'product ' || i, i / 100.0 FROM generate_series(1, :rows) i",
            rows=ROWS,
        )
        self.anna = await self.world.device("anna", claims={"lead": "anna"})
        jobs = [Job(lead="anna", title=f"job {i}") for i in range(JOBS)]
        self.titles = {job.id: job.title for job in jobs}
        await self.anna.save(*jobs)
        await self.anna.sync()

    async def flip_one(self) -> str:
        """Both sides write, a sync meets one flipped bit, the next ones meet none; answers what became of it."""
        await self._write()
        flip = self.rng.choice((garble_request, garble_answer))(self.rng.random())
        path = self.rng.choice(PATHS)
        if path in ("sync/initial", "sync/schema"):
            await self.anna.sql("UPDATE _twinbase_state SET cursor = '', schema = ''")
            await self.anna.sql("DELETE FROM _twinbase_sync WHERE name = 'agreed'")
        ended = await self._sync(path, flip)
        if ended == WRONG:
            return ended
        self.anna.wire.mend()
        for _ in range(4):
            if await self._sync() == "proven":
                return ended
        raise AssertionError(f"A flipped bit in {path} ({flip}) has left something that no sync mends.")

    async def _write(self) -> None:
        self.turn += 1
        await self.world.sql(
            "UPDATE workshop.product SET name = 'p' || id || ' of turn ' || CAST(:turn AS text),"
            " price = (id * CAST(:turn AS int) % 9999) / 100.0 WHERE id % 5 = :part",
            turn=str(self.turn),
            part=self.turn % 5,
        )
        for key in self.rng.sample(list(self.titles), 3):
            self.titles[key] = f"turn {self.turn}: {self.rng.randbytes(12).hex()}"
            await self.anna.change(Job, key, title=self.titles[key])

    async def _sync(self, path: str = "", *flips: Fault) -> str:
        self.anna.wire.spoil(path, *flips)
        try:
            report = await self.anna.sync()
        except TwinbaseError as error:
            return type(error).__name__
        if not report.is_proven:
            return "unproven"
        return "proven" if await self._is_right() else WRONG

    async def _is_right(self) -> bool:
        there = await self.world.sql("SELECT id, name, price FROM workshop.product ORDER BY id")
        here = [(one.id, one.name, one.price) for one in await self.anna.all(Product)]
        jobs = await self.world.sql("SELECT id, title, lead FROM workshop.job")
        mine = {(one.id, one.title, one.lead) for one in await self.anna.all(Job)}
        wanted = {(id, title, "anna") for id, title in self.titles.items()}
        return here == [tuple(row) for row in there] and wanted == mine == {tuple(row) for row in jobs}


async def flip_bits(world: World, rng: Random, flips: int) -> Counter[str]:
    """So many flips, one after the other; how each sync ended that met one."""
    company, ended = Company(world, rng), Counter[str]()
    await company.begin()
    for number in range(1, flips + 1):
        ended[await company.flip_one()] += 1
        if number % SHOWN_EVERY == 0:
            print(number, dict(ended), flush=True)
    return ended


async def _report(url: str, folder: Path, flips: int, seed: int) -> None:
    async with World.open(url, workshop(), folder, prepared=True, token_seconds=10**8) as world:
        print(dict(await flip_bits(world, Random(seed), flips)))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.sync.flips", description=__doc__)
    parser.add_argument("flips", type=int)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "postgres") as server:
        databases = Databases(server.url)
        url = databases.create(make_template(databases))
        asyncio.run(_report(url, Path(folder), chosen.flips, chosen.seed))


if __name__ == "__main__":
    main()
