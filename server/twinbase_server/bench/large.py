"""Ten and twenty times as many rows: what must not grow with the table."""

from pathlib import Path
from statistics import median
from uuid import uuid4

from twinbase_server.bench.device import run_device_process
from twinbase_server.bench.empty import measure_empty_pull
from twinbase_server.bench.fill import fill_small, open_connection, settle
from twinbase_server.bench.pairs import Result, make_limit_result
from twinbase_server.bench.sizes import BenchSizes
from twinbase_server.bench.testbed import Testbed, open_signed_in

ONE_CHANGE_MS_MAX = 10.0
MEMORY_BAR = 1.3
Peaks = tuple[int, int]
"""Of the server and of the device, in bytes."""


async def measure_memory(testbed: Testbed, path: Path) -> Peaks:
    """The peaks of a first sync, in fresh processes. The device's file stays at `path`."""
    async with testbed.start_server() as server:
        device = await run_device_process(path, server.url)
        return server.read_peak_bytes(), device


def memory_results(small: Peaks, large: Peaks, sizes: BenchSizes) -> list[Result]:
    results = []
    for who, less, more in zip(("server", "device"), small, large, strict=True):
        what = f"peak memory of the {who}, {sizes.large:,} rows against {sizes.rows:,}"
        detail = {"bytes": more, "bytes_of_fewer_rows": less}
        results.append(
            Result(
                f"memory {who}",
                what,
                more / less,
                MEMORY_BAR,
                1,
                value=more / 1e6,
                limit=less * MEMORY_BAR / 1e6,
                unit="MB",
                detail=detail,
            )
        )
    return results


async def measure_one_change(testbed: Testbed, path: Path, rows: int, many: int) -> Result:
    """One row changed in the office, written on a device that has very many: the time of its apply."""
    taken = []
    async with testbed.start_server() as server, await open_signed_in(path, server.url) as replica:
        await replica.sync()
        for _ in range(many):
            await testbed.connection.execute(
                "UPDATE bench.job SET minutes = minutes + 1, status = 'done' WHERE id = (SELECT id FROM bench.job"
                " WHERE minutes IS NOT NULL ORDER BY random() LIMIT 1)"
            )
            report = await replica.sync()
            assert report.pulled == 1 and report.is_proven, report.as_dict()
            taken.append(report.seconds["apply"] * 1000)
    what = f"one change applied on a device of {rows:,} rows"
    return make_limit_result("one change", what, median(taken), ONE_CHANGE_MS_MAX, "ms", many)


async def measure_empty_pulls(testbed: Testbed, sizes: BenchSizes) -> list[Result]:
    """Over very many rows; and when somebody holds a transaction open that is older than a lot of work."""
    await fill_small(testbed.connection, sizes.huge - sizes.large)
    await settle(testbed.connection)
    async with testbed.start_server() as server:
        what = f"pull with nothing new, 24 mirrors, {sizes.huge:,} rows"
        results = [await measure_empty_pull(server, sizes.empty_pulls, "empty huge", what)]
        holder = await open_connection(testbed.url)
        try:
            async with holder.transaction():
                await holder.fetchval("SELECT pg_current_xact_id()")
                await fill_small(testbed.connection, sizes.late)
                what = f"the same, an old transaction open, {sizes.late:,} rows committed after it"
                results.append(await measure_empty_pull(server, sizes.empty_pulls, "empty held", what))
        finally:
            await holder.close()
    return results


def new_path(testbed: Testbed) -> Path:
    return testbed.folder / f"{uuid4().hex}.twin"
