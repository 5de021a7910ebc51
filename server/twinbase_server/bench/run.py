"""The whole table, part by part."""

import os
import platform
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from twinbase.clock import utc_now
from twinbase.replica.replica import Replica
from twinbase_server.bench import large
from twinbase_server.bench.captured import CaptureCost
from twinbase_server.bench.changed import ChangedRows
from twinbase_server.bench.empty import measure_empty_pull
from twinbase_server.bench.first import FirstSync
from twinbase_server.bench.idle import IdleSyncs
from twinbase_server.bench.news import NewsBench
from twinbase_server.bench.pairs import Result
from twinbase_server.bench.process import ServerProcess
from twinbase_server.bench.push import PushedWork
from twinbase_server.bench.sizes import BenchSizes
from twinbase_server.bench.testbed import Testbed

SYNCED = ("idle", "changed", "push", "news")
"""The parts that need a device which has synced."""


class Pairwise(Protocol):
    """Something that is measured pair by pair."""

    async def measure_pair(self) -> None: ...


class BegunPairwise(Pairwise, Protocol):
    """Something that is begun before it is measured, and closed after it."""

    async def begin(self) -> None: ...

    async def close(self) -> None: ...


@dataclass
class Progress:
    """Where the run is; `say` and `step` are for whoever shows it."""

    say: Callable[[str, int], None] = lambda what, steps: None
    step: Callable[[], None] = lambda: None

    @contextmanager
    def show_part(self, what: str, steps: int = 1) -> Iterator[None]:
        self.say(what, steps)
        yield
        self.step()


@dataclass
class BenchRun:
    """One run: what to measure, how large, over which PostgreSQL (an administrator's URL), in which folder."""

    sizes: BenchSizes
    parts: Collection[str]
    admin_url: str
    folder: Path
    progress: Progress = field(default_factory=Progress)
    results: list[Result] = field(default_factory=list)

    async def measure_all(self) -> list[Result]:
        """Everything that was asked for, in the order of the table."""
        if set(self.parts) - {"large"}:
            await self._of_one_device()
        if "large" in self.parts:
            await self._of_large_tables()
        return self.results

    async def _of_one_device(self) -> None:
        self.progress.say(f"loading {self.sizes.rows:,} rows", 1)
        async with Testbed.make(self.admin_url, self.folder, self.sizes.rows) as testbed:
            if set(self.parts) & {"initial", "empty", *SYNCED}:
                await self._with_server(testbed)
            if "capture" in self.parts:
                cost = CaptureCost(testbed, self.sizes.captured)
                await cost.begin()
                await self._pairs(f"capture of {self.sizes.captured:,} rows", cost)
                self.results += cost.make_results()

    async def _with_server(self, testbed: Testbed) -> None:
        sizes = self.sizes
        async with testbed.start_server() as server:
            if "initial" in self.parts:
                first = FirstSync(testbed, server, sizes.rows)
                await self._pairs("first sync", first)
                self.results += await first.make_results()
            if "empty" in self.parts:
                self.progress.say("pulls with nothing new", 1)
                what = f"pull with nothing new, 24 mirrors, {sizes.rows:,} rows"
                self.results.append(await measure_empty_pull(server, sizes.empty_pulls, "empty", what))
            if set(self.parts) & set(SYNCED):
                async with testbed.open_device(server) as replica:
                    await replica.sync()
                    await self._with_device(testbed, server, replica)

    async def _with_device(self, testbed: Testbed, server: ServerProcess, replica: Replica) -> None:
        sizes = self.sizes
        if "idle" in self.parts:
            idle = IdleSyncs(testbed, server, replica)
            await self._begun("syncs with nothing new", idle)
            self.results += idle.make_results(sizes.rows)
        if "changed" in self.parts:
            changed = ChangedRows(testbed, server, replica, sizes.changed)
            await self._begun("pull of changed rows", changed)
            self.results += changed.make_results()
        if "push" in self.parts:
            pushed = PushedWork(testbed, server, replica, sizes)
            await self._begun("push", pushed)
            self.results += pushed.make_results()
        if "news" in self.parts:
            self.progress.say(f"news, with {sizes.listeners} others that listen", 1)
            self.results += await NewsBench(testbed, server, replica, sizes).measure()

    async def _begun(self, what: str, measured: BegunPairwise) -> None:
        await measured.begin()
        await self._pairs(what, measured)
        await measured.close()

    async def _of_large_tables(self) -> None:
        sizes, say = self.sizes, self.progress.say
        say(f"memory at {sizes.rows:,} rows", 1)
        async with Testbed.make(self.admin_url, self.folder, sizes.rows) as testbed:
            small = await large.measure_memory(testbed, large.new_path(testbed))
        say(f"loading {sizes.large:,} rows", 1)
        async with Testbed.make(self.admin_url, self.folder, sizes.large) as testbed:
            path = large.new_path(testbed)
            say(f"memory at {sizes.large:,} rows", 1)
            peaks = await large.measure_memory(testbed, path)
            say("one change on a large device", 1)
            self.results.append(await large.measure_one_change(testbed, path, sizes.large, max(3, sizes.pairs)))
            self.results += large.memory_results(small, peaks, sizes)
            say(f"pulls with nothing new from {sizes.huge:,} rows", 1)
            self.results += await large.measure_empty_pulls(testbed, sizes)

    async def _pairs(self, what: str, measured: Pairwise) -> None:
        """All pairs count: the first one finds the caches cold on both sides."""
        self.progress.say(what, self.sizes.pairs)
        for _ in range(self.sizes.pairs):
            await measured.measure_pair()
            self.progress.step()


def make_document(results: list[Result], sizes: BenchSizes) -> dict[str, Any]:
    """What `--json` writes."""
    return {
        "at": utc_now().isoformat(timespec="seconds"),
        "machine": {"system": platform.platform(), "processors": os.cpu_count(), "python": platform.python_version()},
        "sizes": asdict(sizes),
        "results": [{**_rounded(asdict(result)), "met": result.met} for result in results],
    }


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 6) if isinstance(value, float) else value for name, value in values.items()}
