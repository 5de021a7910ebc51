"""The app in a real window: a finger, a keyboard and the picture go through the system that a technician has."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer

import pytest
from PIL import Image
from tests.kivy.day import VISIT, copy_day, make_day_once, open_day
from tests.system_packages import describe_missing
from tests.window.display import SECONDS_MAX, SIZE, Display, open_display

from twinbase.replica import Replica
from twinbase.testing.databases import Databases
from twinbase_mobile.tables import Intervention

ROOT = Path(__file__).parents[2]
GREEN, AMBER_TINT, GROUND = (0x29, 0x6B, 0x2A), (0xFF, 0xE4, 0xC8), (0xF2, 0xF4, 0xF7)
"""Of the light theme: what finishes, what has to be known before the door, and what is behind it all."""
MISSING = describe_missing("xvfb", "xdotool", "libegl1", "libgl1", "libgles2", "libgl1-mesa-dri")

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"no real window was opened: {MISSING}")


@dataclass
class RealWindow:
    """The app as it is on the screen: where somebody is, and where what can be touched lies."""

    display: Display
    process: subprocess.Popen[str]
    pages: list[str] = field(default_factory=list)
    targets: dict[str, list[float]] = field(default_factory=dict)

    def wait_until(self, holds: Callable[["RealWindow"], bool]) -> None:
        """Read what it draws until that holds; fail where it ends, or takes minutes."""
        assert self.process.stdout is not None
        timer = Timer(SECONDS_MAX, self.process.kill)
        timer.start()
        try:
            while not holds(self):
                line = self.process.stdout.readline()
                assert line, f"it ended at {self.pages} with {sorted(self.targets)}"
                said = json.loads(line)
                self.pages, self.targets = said["pages"], said["targets"]
        finally:
            timer.cancel()

    def find(self, name: str) -> tuple[float, float]:
        """The middle of the first that has this in its words."""
        left, top, width, height = next(place for known, place in self.targets.items() if name in known)
        return left + width / 2, top + height / 2

    def shows(self, name: str) -> bool:
        """Whether something that has this in its words can be touched without scrolling."""
        return any(name in known for known in self.targets) and 0 < self.find(name)[1] < SIZE[1]

    def touch(self, name: str) -> None:
        """Once it can be seen, put a finger on it."""
        self.wait_until(lambda seen: seen.shows(name))
        self.display.touch(*self.find(name))


@pytest.fixture(scope="module")
def display() -> Iterator[Display]:
    with open_display() as display:
        yield display


@pytest.fixture(scope="module")
def made_day(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_day_once(databases, tmp_path_factory.mktemp("anna"))


@pytest.fixture
def anna(made_day: Path, tmp_path: Path) -> Path:
    """A copy of her file, of the test's own."""
    return copy_day(made_day, tmp_path)


@pytest.fixture
def window(display: Display, anna: Path) -> Iterator[RealWindow]:
    window = start_window(display, anna)
    yield window
    stop_window(window)


def start_window(display: Display, file: Path) -> RealWindow:
    """Her app on this screen, come to its first page."""
    # A test of this process may have chosen a Kivy without a window.
    own = {name: value for name, value in os.environ.items() if not name.startswith(("KIVY_", "SDL_"))}
    own |= {"DISPLAY": display.name, "LIBGL_ALWAYS_SOFTWARE": "1", "SDL_VIDEODRIVER": "x11"}
    command = [sys.executable, "-m", "tests.window.app", str(file)]
    window = RealWindow(display, subprocess.Popen(command, cwd=ROOT, env=own, stdout=subprocess.PIPE, text=True))
    window.wait_until(lambda seen: seen.shows("Entretien annuel"))
    return window


def stop_window(window: RealWindow) -> None:
    """At once, as a battery does."""
    window.process.kill()
    window.process.wait()
    if window.process.stdout is not None:
        window.process.stdout.close()


def test_what_a_finger_opens_is_drawn_in_the_colours_of_the_theme(window: RealWindow) -> None:
    window.touch("Entretien annuel")
    window.wait_until(lambda seen: seen.pages[-1] == f"visit/{VISIT}" and seen.shows("Finish"))
    left, top, width, height = window.targets["Finish"]
    picture = window.display.wait_for_picture(lambda picture: find_most(picture, left, top, width, height) == GREEN)
    colours = {colour for _, colour in picture.getcolors(2**24) or []}
    assert picture.size == SIZE and {AMBER_TINT, GROUND} <= colours and len(colours) > 100


def find_most(picture: Image.Image, left: float, top: float, width: float, height: float) -> object:
    """The colour that most of this part of a picture has."""
    part = picture.crop((round(left), round(top), round(left + width), round(top + height)))
    return max(part.getcolors(2**24) or [(0, None)])[1]


def test_keys_of_a_real_keyboard_move_search_and_come_back(window: RealWindow) -> None:
    window.touch("Entretien annuel")
    window.wait_until(lambda seen: seen.pages[-1] == f"visit/{VISIT}")
    window.display.press("Escape")
    window.wait_until(lambda seen: seen.pages[-1] == "today")
    window.touch("More")
    window.wait_until(lambda seen: seen.pages[-1] == "more" and seen.shows("Jobs"))
    window.touch("Jobs")
    window.wait_until(lambda seen: seen.pages[-1] == "jobs" and seen.shows("Panne"))
    window.display.press("ctrl+f")
    window.display.type("baie")
    window.wait_until(lambda seen: not seen.shows("Panne") and seen.shows("Mise en service"))


async def test_what_a_finger_has_done_is_there_after_a_kill(window: RealWindow, anna: Path) -> None:
    window.touch("Entretien annuel")
    window.wait_until(lambda seen: seen.pages[-1] == f"visit/{VISIT}")
    window.touch("Pause")
    window.wait_until(lambda seen: seen.shows("Go on"))
    stop_window(window)
    day = await open_day(anna)
    try:
        visit = await day.runner.ask(read_visit)
    finally:
        await asyncio.to_thread(day.runner.close)
    assert visit is not None and visit.status == "paused"


async def read_visit(replica: Replica) -> Intervention | None:
    """The visit, as the file has it."""
    async with replica.read() as session:
        return await session.get(Intervention, VISIT)
