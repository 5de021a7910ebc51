"""A picture of a screen can be taken: every shape, every letter and every icon is drawn."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from tests.system_packages import describe_missing

ROOT = Path(__file__).parents[2]
MISSING = describe_missing("libegl1", "libgl1", "libgles2")


@pytest.mark.skipif(bool(MISSING), reason=f"no picture was taken: {MISSING}")
def test_a_picture_of_today_can_be_taken(anna: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.kivy.pictures", str(tmp_path), "--file", str(anna), "--only", "today-412"]
    # A test of this process may have chosen a Kivy without a window.
    own = {name: value for name, value in os.environ.items() if not name.startswith(("KIVY_", "SDL_"))}
    done = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "today-412-dark-en.png") as picture:
        assert picture.size == (824, 1830)
        colours = picture.convert("RGB").getcolors(2**24)
    assert colours is not None and len(colours) > 100
    ground, surface = (0x0F, 0x14, 0x18), (0x19, 0x20, 0x26)
    assert {colour for _, colour in sorted(colours)[-2:]} == {ground, surface}, "of the dark theme"
