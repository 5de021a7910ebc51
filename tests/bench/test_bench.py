"""`twinbase bench` measures every line of the speed table; how fast they are is not asked here."""

import json
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROWS = [
    "initial", "initial wire", "empty", "idle", "changed", "changed proven", "push", "news", "news late",
    "news many", "listener memory", "capture insert", "capture reload",
    "capture update", "one change", "memory server", "memory device", "empty huge", "empty held",
]  # fmt: skip


@pytest.mark.timeout(240)
def test_a_quick_run_measures_every_line_of_the_table(database_url: str, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = [sys.executable, "-m", "twinbase_server.bench", "--quick", "--json", str(figures)]
    done = subprocess.run([*command, "--database-url", database_url], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    results = json.loads(figures.read_text())["results"]
    assert [result["name"] for result in results] == ROWS
    assert all(result["ratio"] > 0 and result["bar"] >= 1 and result["pairs"] >= 1 for result in results)
    assert "bars met" in done.stdout


def test_the_command_is_found_by_its_entry_point() -> None:
    found = {entry.name: entry.value for entry in entry_points(group="twinbase.commands")}
    assert found["bench"] == "twinbase_server.bench.command:command"
