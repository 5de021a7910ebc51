"""The first sync: everything in scope, over HTTP, into an encrypted file, and proven."""

from time import perf_counter
from uuid import uuid4

from twinbase_server.bench.floors import FloorFile, copy_all
from twinbase_server.bench.pairs import Pairs, Result, absolute, timed
from twinbase_server.bench.place import Testbed
from twinbase_server.bench.process import ServerProcess, plugins

BAR = 1.2
WIRE_BYTES_MAX = 11_000_000
FULL_ROWS = 50_000


class FirstSync:
    """Pairs of a whole first sync and of the same rows copied by hand."""

    def __init__(self, place: Testbed, server: ServerProcess, rows: int) -> None:
        self._place, self._server, self._rows = place, server, rows
        self._registry = plugins().registry
        self.pairs = Pairs()
        self._wire = 0

    async def pair(self) -> None:
        await self.pairs.measure(self._product, self._floor)

    async def _product(self) -> float:
        async with self._place.device(self._server) as replica:
            start = perf_counter()
            report = await replica.sync()
            seconds = perf_counter() - start
            assert report.pulled >= self._rows and report.is_proven, report.as_dict()
            self._wire = report.bytes_received
        return seconds

    async def _floor(self) -> float:
        file = FloorFile(self._place.folder / f"{uuid4().hex}.floor", self._registry)
        try:
            return await timed(copy_all(self._place.connection, self._registry, file))
        finally:
            file.close()

    async def results(self) -> list[Result]:
        stored = await self._place.stored_bytes()
        what = f"initial sync of {self._rows:,} rows, {stored / 1e6:.0f} MB in PostgreSQL"
        limit = WIRE_BYTES_MAX * self._rows / FULL_ROWS / 1e6
        return [
            self.pairs.result("initial", what, BAR, stored_bytes=stored),
            absolute("initial wire", "what it takes on the wire", self._wire / 1e6, limit, "MB", 1),
        ]
