"""A sync with nothing new: what a phone does all day, from the call of `sync()` to its report."""

from time import perf_counter
from uuid import uuid4

from twinbase.replica.replica import Replica
from twinbase_server.bench.empty import RawDevice
from twinbase_server.bench.floors import FloorFile
from twinbase_server.bench.pairs import Pairs, Result, time_work
from twinbase_server.bench.process import ServerProcess, make_plugins
from twinbase_server.bench.testbed import Testbed

BAR = 2.5
_KEEP = "INSERT INTO cursor (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at"


class IdleSyncs:
    """Pairs of a sync that finds nothing new, and of one trivial request and one note in an encrypted file."""

    def __init__(self, testbed: Testbed, server: ServerProcess, replica: Replica) -> None:
        self._replica, self._raw = replica, RawDevice(server)
        self._file = FloorFile(testbed.folder / f"{uuid4().hex}.floor", make_plugins().registry)
        self.pairs = Pairs()

    async def begin(self) -> None:
        """Both sides once, to begin with warm caches; the first sync of a day proves everything."""
        self._file.connection.execute("CREATE TABLE cursor (id INTEGER PRIMARY KEY, at TEXT NOT NULL)")
        await self._raw.begin()
        await self._product()
        await self._by_hand()

    async def measure_pair(self) -> None:
        await self.pairs.measure(self._product, self._floor)

    async def _product(self) -> float:
        start = perf_counter()
        report = await self._replica.sync()
        seconds = perf_counter() - start
        assert report.is_proven and not report.pulled, report.as_dict()
        return seconds

    async def _floor(self) -> float:
        return await time_work(self._by_hand())

    async def _by_hand(self) -> None:
        await self._raw.ask_who()
        self._file.connection.execute("BEGIN IMMEDIATE")
        self._file.connection.execute(_KEEP, (str(uuid4()),))
        self._file.connection.execute("COMMIT")

    async def close(self) -> None:
        self._file.close()
        await self._raw.close()

    def make_results(self, rows: int) -> list[Result]:
        what = f"sync() with nothing new, 24 mirrors, {rows:,} rows"
        return [self.pairs.make_result("idle", what, BAR)]
