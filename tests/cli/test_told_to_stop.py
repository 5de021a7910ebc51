"""SIGTERM ends a command as cleanly as Ctrl-C does: what it started is gone after it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="There is no SIGTERM there.")

SECONDS_MAX = 120


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`twinbase bench --quick`, whose temporary files and database are in this test's folder."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("TWINBASE_")}
    environment |= {"TMPDIR": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}
    environment |= {name: os.environ[name] for name in ("TWINBASE_POSTGRES_BIN",) if name in os.environ}
    program = [sys.executable, "-c", "from twinbase_server.cli.run import main; main()", "bench", "--quick"]
    process = subprocess.Popen(program, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    children = psutil.Process(process.pid).children
    yield process
    if process.poll() is None:
        for child in children(recursive=True):
            child.kill()
        process.kill()
    process.communicate()


def _children(process: subprocess.Popen[bytes]) -> dict[str, psutil.Process]:
    """What it has started, by the name of the program."""
    return {child.name(): child for child in psutil.Process(process.pid).children(recursive=True)}


def _wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS_MAX
    while not holds():
        assert time.monotonic() < end, "It never came to that."
        os.sched_yield()


def test_a_bench_that_is_told_to_stop_leaves_neither_processes_nor_files(
    bench: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    _wait_until(lambda: any(tmp_path.glob("twinbase-bench-*")) and "postgres" in _children(bench))
    children = psutil.Process(bench.pid).children(recursive=True)
    bench.send_signal(signal.SIGTERM)
    _, said = bench.communicate(timeout=SECONDS_MAX)
    assert bench.returncode == -signal.SIGTERM and b"Stopped." in said
    gone, alive = psutil.wait_procs(children, timeout=SECONDS_MAX)
    assert not alive and len(gone) == len(children)
    assert not list(tmp_path.glob("twinbase-bench-*"))
