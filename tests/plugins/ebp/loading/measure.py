"""How fast the loader is at full size: `python -m tests.plugins.ebp.loading.measure [SCALE]`.

One PostgreSQL holds both databases. Each line: seconds on the clock, and processor seconds of Python and of PostgreSQL,
which tell more on a machine that does other work too. It takes a few minutes and some 2 GB of disk.
"""

import asyncio
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from twinbase.plugins import Plugins
from twinbase_demo.erp import generate, mutate_office_day
from twinbase_ebp.loading.load import load
from twinbase_ebp.loading.table_load import Options
from twinbase_ebp.loading.threads import LoadDatabases
from twinbase_ebp.loading.verify import verify
from twinbase_ebp.settings import EbpSettings
from twinbase_server.embedded import EmbeddedPostgres
from twinbase_server.setup import init_database

DAY = date(2026, 11, 23)
EVENING = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
ROWS = 650_831
WRITTEN = "SELECT coalesce(sum(n_tup_ins), 0)::int FROM pg_stat_user_tables WHERE schemaname = 'public'"


async def measure(url: str, scale: float) -> None:
    source, target = [await _created(url, name) for name in ("erp", "server")]
    await generate(source, scale=scale, today=DAY)
    await init_database(target, Plugins("ebp"), EVENING)
    databases, settings = LoadDatabases.from_urls(source, target), EbpSettings()
    await _timed("first load", load(databases, settings, EVENING))
    await _timed("nothing changed", load(databases, settings, EVENING + timedelta(minutes=5)))
    await _timed("nothing changed, keys compared", load(databases, settings, EVENING + timedelta(hours=1)))
    connection = await asyncpg.connect(source)
    await mutate_office_day(connection, seed=1, changes=1000, today=DAY)
    await connection.close()
    await _timed("a day at the office", load(databases, settings, EVENING + timedelta(hours=1, minutes=5)))
    later = EVENING + timedelta(hours=2)
    await _timed("nothing changed, all rows compared", load(databases, settings, later, options=Options(full=True)))
    verdicts: list[Any] = await _timed("verify", verify(databases, settings, later))
    print("same" if all(verdict.same for verdict in verdicts) else "DIFFERENT", flush=True)
    await _measure_killed(url, source, settings, scale)


async def _measure_killed(url: str, source: str, settings: EbpSettings, scale: float) -> None:
    """A first load that is killed when half of the rows are there, and what it takes to go on."""
    target = await _created(url, "killed")
    await init_database(target, Plugins("ebp"), EVENING)
    await _kill_at(source, target, int(ROWS * scale / 2))
    databases = LoadDatabases.from_urls(source, target)
    await _timed("killed half way, and gone on with", load(databases, settings, EVENING))
    verdicts: list[Any] = await _timed("verify", verify(databases, settings, EVENING))
    print("same" if all(verdict.same for verdict in verdicts) else "DIFFERENT", flush=True)


async def _kill_at(source: str, target: str, rows: int) -> None:
    command = [sys.executable, "-c", "from twinbase_server.cli import main; main()", "ebp", "load"]
    where = ["--source-url", source, "--database-url", target, "--plugins", "ebp"]
    connection = await asyncpg.connect(target)
    with subprocess.Popen([*command, *where], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as loader:
        while loader.poll() is None and (written := await connection.fetchval(WRITTEN)) < rows:
            await asyncio.sleep(0.1)
        loader.kill()
    assert loader.returncode == -signal.SIGKILL, "it had ended before it was killed"
    print(f"killed with {written:,} rows written", flush=True)
    await connection.close()


async def _timed(what: str, work: Awaitable[Any]) -> Any:
    before, started = _processor(), time.perf_counter()
    found = await work
    seconds, used = time.perf_counter() - started, [now - then for now, then in zip(_processor(), before, strict=True)]
    said = "" if isinstance(found, list) else f"{found.sum('read'):,} rows read, {found.sum('changed'):,} changed"
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{what:36} {seconds:6.1f} s  Python {used[0]:5.1f} s  PostgreSQL {used[1]:5.1f} s  {memory} MB  {said}",
        flush=True,
    )
    return found


def _processor() -> tuple[float, float]:
    """Processor seconds so far: ours, and those of the server with the sessions that have ended."""
    own = os.times()
    return own.user + own.system, sum(_of(child) for child in psutil.Process().children())


def _of(server: psutil.Process) -> float:
    times = server.cpu_times()
    alive = sum(_alive(child) for child in server.children())
    return float(times.user + times.system + times.children_user + times.children_system + alive)


def _alive(session: psutil.Process) -> float:
    try:
        return float(sum(session.cpu_times()[:2]))
    except psutil.NoSuchProcess:
        # It ended between being listed and being asked: the server will count it.
        return 0.0


async def _created(url: str, name: str) -> str:
    connection = await asyncpg.connect(url)
    await connection.execute(f'CREATE DATABASE "{name}"')
    await connection.close()
    return f"{url.rsplit('/', 1)[0]}/{name}"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="twinbase-ebp-") as folder, EmbeddedPostgres(Path(folder)) as server:
        asyncio.run(measure(server.url, float(sys.argv[1]) if len(sys.argv) > 1 else 1.0))
