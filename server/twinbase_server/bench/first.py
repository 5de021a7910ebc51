"""The first sync: everything in scope, over HTTP, into an encrypted file, and proven."""

from time import perf_counter
from uuid import uuid4

from twinbase_server.bench.floors import FloorFile, copy_all
from twinbase_server.bench.pairs import Pairs, Result, make_limit_result, time_work
from twinbase_server.bench.process import ServerProcess, make_plugins
from twinbase_server.bench.testbed import Testbed

BAR = 1.2
WIRE_BYTES_MAX = 11_000_000
FULL_ROWS = 50_000


class FirstSync:
    """Pairs of a whole first sync and of the same rows copied by hand."""

    def __init__(self, testbed: Testbed, server: ServerProcess, rows: int) -> None:
        self._testbed, self._server, self._rows = testbed, server, rows
        self._registry = make_plugins().registry
        self.pairs = Pairs()
        self._wire = 0

    async def measure_pair(self) -> None:
        await self.pairs.measure(self._product, self._floor)

    async def _product(self) -> float:
        async with self._testbed.open_device(self._server) as replica:
            start = perf_counter()
            report = await replica.sync()
            seconds = perf_counter() - start
            assert report.pulled >= self._rows and report.is_proven, report.as_dict()
            self._wire = report.bytes_received
        return seconds

    async def _floor(self) -> float:
        file = FloorFile(self._testbed.folder / f"{uuid4().hex}.floor", self._registry)
        try:
            return await time_work(copy_all(self._testbed.connection, self._registry, file))
        finally:
            file.close()

    async def make_results(self) -> list[Result]:
        stored = await self._testbed.count_stored_bytes()
        what = f"initial sync of {self._rows:,} rows, {stored / 1e6:.0f} MB in PostgreSQL"
        limit = WIRE_BYTES_MAX * self._rows / FULL_ROWS / 1e6
        return [
            self.pairs.make_result("initial", what, BAR, stored_bytes=stored),
            make_limit_result("initial wire", "what it takes on the wire", self._wire / 1e6, limit, "MB", 1),
        ]
