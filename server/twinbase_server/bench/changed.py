"""A pull of a few changed rows: when they are on the device's tables, and when they are proven."""

import random
from collections.abc import Mapping
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import httpx2

from twinbase.replica.replica import Replica
from twinbase_server.bench.floors import FloorFile, conversions_of, convert_rows, copy_all, typed_select_sql
from twinbase_server.bench.pairs import Pairs, Result, make_limit_result, time_work
from twinbase_server.bench.process import ServerProcess, make_plugins
from twinbase_server.bench.testbed import Testbed

BAR = 3.0
PROVEN_MS_MAX = 60.0
_CHANGE = "UPDATE bench.job SET status = $2, minutes = $3, updated_at = now() WHERE id = ANY($1::uuid[])"


class ChangedRows:
    """Pairs of a sync that finds changed rows and of the same rows fetched and written by hand."""

    def __init__(self, testbed: Testbed, server: ServerProcess, replica: Replica, rows: int) -> None:
        self._testbed, self._replica, self._rows = testbed, replica, rows
        self._twin = make_plugins().registry["job"]
        self._chance = random.Random(rows)
        self._client = httpx2.AsyncClient(base_url=server.url)
        self._file = FloorFile(testbed.folder / f"{uuid4().hex}.floor", make_plugins().registry)
        self._keys: list[UUID] = []
        self._changed: list[UUID] = []
        self.pairs = Pairs()
        self.proven: list[float] = []

    async def begin(self) -> None:
        await copy_all(self._testbed.connection, make_plugins().registry, self._file)
        self._keys = [row[0] for row in await self._testbed.connection.fetch("SELECT id FROM bench.job ORDER BY id")]

    async def measure_pair(self) -> None:
        self._changed = self._chance.sample(self._keys, self._rows)
        await self._testbed.connection.execute(
            _CHANGE, self._changed, self._chance.choice("abcdefgh"), self._chance.randrange(10**6)
        )
        await self.pairs.measure(self._product, self._floor)

    async def _product(self) -> float:
        """From the call of sync() to the moment when a screen is told which rows changed."""
        noted: list[float] = []
        self._replica.syncing.observers[:] = [lambda keys: _note(noted, keys)]
        start = perf_counter()
        report = await self._replica.sync()
        end = perf_counter()
        assert report.pulled == self._rows and report.is_proven, report.as_dict()
        self.proven.append((end - noted[-1]) * 1000)
        return noted[-1] - start

    async def _floor(self) -> float:
        return await time_work(self._by_hand())

    async def _by_hand(self) -> None:
        (await self._client.get("/api/v1/health")).raise_for_status()
        rows = await self._testbed.connection.fetch(
            typed_select_sql(self._twin, "WHERE id = ANY($1::uuid[])"), self._changed
        )
        self._file.connection.execute("BEGIN IMMEDIATE")
        self._file.write(self._twin, convert_rows(rows, conversions_of(self._twin)), upsert=True)
        self._file.connection.execute("COMMIT")

    async def close(self) -> None:
        self._replica.syncing.observers.clear()
        self._file.close()
        await self._client.aclose()

    def make_results(self) -> list[Result]:
        what = f"pull of {self._rows} changed rows, a twin of {len(self._keys):,}, applied"
        later = "the same, from applied to proven"
        return [
            self.pairs.make_result("changed", what, BAR),
            make_limit_result("changed proven", later, median(self.proven), PROVEN_MS_MAX, "ms", len(self.proven)),
        ]


def _note(noted: list[float], keys: Mapping[str, Any]) -> None:
    noted.append(perf_counter())
