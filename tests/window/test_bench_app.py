"""`twinbase bench-app` measures every line of its table in a real window; how quick they are is not asked here."""

import json
import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from tests.system_packages import describe_missing
from tests.window.display import open_display

ROWS = ["start", "scroll", "search", "tap", "sync", "memory"]
MISSING = describe_missing("xvfb", "libegl1", "libgl1", "libgles2", "libgl1-mesa-dri")


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.skipif(bool(MISSING), reason=f"no real window was opened: {MISSING}")
def test_a_quick_run_measures_every_line_of_the_table(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    twinbase = Path(sys.executable).with_name("twinbase")
    command = [str(twinbase), "bench-app", "--quick", "--json", str(figures)]
    own = {name: value for name, value in os.environ.items() if not name.startswith(("KIVY_", "SDL_"))}
    with open_display() as display:
        done = subprocess.run(command, env=own | {"DISPLAY": display.name}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    results = {result["name"]: result for result in json.loads(figures.read_text())}
    assert list(results) == ROWS
    assert all(result["value"] > 0 and result["limit"] > 0 for result in results.values())
    assert results["scroll"]["detail"]["frames"] > 50 and results["scroll"]["detail"]["still"]["median"] > 0
    assert "bars met" in done.stdout


def test_the_command_is_found_by_its_entry_point() -> None:
    found = {entry.name: entry.value for entry in entry_points(group="twinbase.commands")}
    assert found["bench-app"] == "twinbase_demo.app_bench.command:bench_app"
