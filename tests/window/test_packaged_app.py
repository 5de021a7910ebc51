"""The package for desktops: the folder that PyInstaller makes, started on a file of Anna's in a real window.

`tox -e package` builds it, and says where it is.
"""

import os
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest
from PIL import Image
from tests.kivy.day import copy_day, make_day_once
from tests.system_packages import describe_missing
from tests.window.display import open_display
from tests.window.test_real_window import GREEN

from twinbase.testing.databases import Databases
from twinbase.testing.world import KEY

PACKAGING = Path(__file__).parents[2] / "frontends" / "kivy" / "packaging"
BUILT = os.environ.get("TWINBASE_TEST_PACKAGE", "")
MISSING = describe_missing("xvfb", "libegl1", "libgl1", "libgles2", "libgl1-mesa-dri")


@pytest.mark.skipif(not BUILT, reason="no package was built: `tox -e package` does")
@pytest.mark.skipif(bool(MISSING), reason=f"no real window was opened: {MISSING}")
def test_the_package_opens_an_encrypted_file_and_shows_the_day(databases: Databases, tmp_path: Path) -> None:
    """With nothing of this Python: neither its packages nor its environment."""
    (tmp_path / "made").mkdir()
    file = copy_day(make_day_once(databases, tmp_path / "made"), tmp_path)
    key = tmp_path / "key"
    key.write_text(KEY.hex())
    with open_display((1280, 800)) as display:
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "DISPLAY": display.name, "LANG": "C.UTF-8"}
        command = [BUILT, str(file), "--key-file", str(key), "--plugins", "mobile,deliveries"]
        app = subprocess.Popen(command, env=environment | {"LIBGL_ALWAYS_SOFTWARE": "1"})
        try:
            picture = display.wait_for_picture(lambda seen: _has_much(seen, GREEN) or app.poll() is not None)
        finally:
            app.kill()
            app.wait()
    picture.save(tmp_path / "seen.png")
    assert _has_much(picture, GREEN), "the button that finishes the visit under way"


def _has_much(picture: Image.Image, colour: tuple[int, int, int]) -> bool:
    """Enough of it for a button."""
    return any(found == colour and count > 2_000 for count, found in picture.getcolors(2**24) or [])


def test_the_entry_for_a_menu_names_the_program_and_its_icon() -> None:
    entry = ConfigParser(interpolation=None, strict=True)
    entry.optionxform = str  # type: ignore[assignment, method-assign]
    entry.read(PACKAGING / "twinbase.desktop", "utf-8")
    said = entry["Desktop Entry"]
    assert said["Exec"] == "twinbase-app" and 'name="twinbase-app"' in (PACKAGING / "twinbase.spec").read_text()
    assert (PACKAGING / f"{said['Icon']}.png").exists() and said["Categories"].endswith(";")
    for name in ("GenericName", "Comment", "Keywords"):
        assert said[name] and said[f"{name}[fr]"] != said[name]
    if shutil.which("desktop-file-validate"):
        subprocess.run(["desktop-file-validate", str(PACKAGING / "twinbase.desktop")], check=True)


def test_the_icon_is_the_mark_of_the_app() -> None:
    with Image.open(PACKAGING / "twinbase.png") as icon:
        assert icon.size == (512, 512) and icon.getpixel((0, 0))[3] == 0  # type: ignore[index]
        assert icon.getpixel((256, 30))[:3] == (0x00, 0x65, 0x8B)  # type: ignore[index]
