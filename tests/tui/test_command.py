"""`twinbase tui` as a process: it opens the file with its key, shows the day, and closes it when somebody quits."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from twinbase.testing.world import KEY
from twinbase_server.cli.device_file import NoReplica
from twinbase_textual.day.command import tui

RUN = "import typer; from twinbase_textual.day.command import tui; typer.run(tui)"
HEADLESS = {"TEXTUAL_DRIVER": "textual.drivers.headless_driver:HeadlessDriver", "TEXTUAL_PRESS": "5,ctrl+q"}


def run_tui(*arguments: str, key: bytes = KEY) -> subprocess.CompletedProcess[str]:
    environment = os.environ | HEADLESS | {"TWINBASE_KEY": key.hex(), "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-c", RUN, *arguments], env=environment, capture_output=True, text=True, timeout=60
    )


def test_it_shows_the_day_of_a_file_and_ends_when_somebody_quits(anna: Path) -> None:
    ended = run_tui(str(anna), "--language", "fr", "--plugins", "mobile,deliveries")
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(NoReplica):
        tui(tmp_path / "nobody.twin")
    assert list(tmp_path.iterdir()) == []
