"""An honest device: it pulls and pushes, and the time that it takes is measured, with an attack and without."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

import httpx2
import msgspec
from tests.attack import attackers
from tests.attack.attackers import Target
from tests.crash.processes import Killable, _context
from tests.server.depot import BOB, Device

from twinbase.protocol import batch_hash

RATIO_MAX = 2.0


@dataclass
class Bystander:
    """A device of Bob's. `cursor` is that of its last pull; batches follow one another."""

    device: Device
    cursor: str = ""
    n: int = 0
    hash: str = ""

    async def begin(self) -> None:
        self.cursor = (await self.device.initial()).end["cursor"]

    async def sync(self) -> None:
        """A batch of one change, and a pull."""
        answer = await self.device.http.post("sync/mark-synced", content=self._batch(), headers=self.device.headers())
        assert answer.status_code == 200 and answer.json()["outcomes"][0]["status"] == "applied", answer.text
        self.cursor = (await self.device.pending(self.cursor)).end["cursor"]

    def _batch(self) -> bytes:
        key = str(uuid4())
        row = {"id": key, "lead_id": str(BOB), "title": "honest", "starts_at": None}
        mutation = {
            "id": str(uuid4()), "tx": self.n, "twin": "job", "op": "insert", "key": [key], "base": None, "old": {},
            "new": row, "at": "2030-05-01T12:00:00+00:00",
        }  # fmt: skip
        self.n += 1
        body = msgspec.json.encode({"n": self.n, "previous": self.hash, "offset_ms": 0, "mutations": [mutation]})
        self.hash = batch_hash(self.device.replica, self.device.epoch, body)
        return body

    async def time_syncs(self, count: int) -> float:
        """The median of so many, in seconds."""
        times = []
        for _ in range(count):
            start = time.perf_counter()
            await self.sync()
            times.append(time.perf_counter() - start)
        return statistics.median(times)


async def measure_ratio(
    bystander: Bystander, attack: Callable[[], AbstractAsyncContextManager[None]], *, turns: int, syncs: int
) -> tuple[float, str]:
    """How much longer a sync takes under attack than just before it: the median of some turns, and a line that says it.

    Both are of one run and alternate, so that whatever else the machine does is in both.
    """
    ratios, quiet, attacked = [], [], []
    for _ in range(turns):
        quiet.append(await bystander.time_syncs(syncs))
        async with attack():
            attacked.append(await bystander.time_syncs(syncs))
        ratios.append(attacked[-1] / quiet[-1])
    times = [1000 * statistics.median(one) for one in (quiet, attacked)]
    ratio = statistics.median(ratios)
    return ratio, f"others are served within {ratio:.2f} x the normal time ({times[0]:.1f} ms, {times[1]:.1f} ms)"


@asynccontextmanager
async def attacked(name: str, target: Target) -> AsyncIterator[None]:
    """The attack goes on inside the block."""
    ready = _context().Event()
    attacker = Killable(attackers.run, name, target, ready)
    try:
        async with asyncio.timeout(30):
            while not ready.is_set():
                await asyncio.sleep(0.01)
        yield
    finally:
        attacker.kill()


def open_client(port: int) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}{attackers.API}/", timeout=30)
