"""Pictures of every screen: `python -m tests.kivy.pictures FOLDER [--only visit-360]`, offscreen, from a real file.

`python -m tests.system_packages` brings what it needs of the system. A picture of each screen, size, theme and
language, and a contact sheet.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

DENSITY = 2
SHOWN_ON = {
    "danger": "checklist", "forgotten timer": "forgotten",
    "planned week": "planning", "planned month": "planning", "kilometres": "expense", "meal": "expense",
    "written report": "report", "signed": "signature",
    "waits in browser": "sign_in", "waits with code": "sign_in",
}  # fmt: skip
"""Pictures of a page after somebody has done something on it."""
LOBBY_PAGES = (
    "join", "join_code", "join_offer", "join_picture", "join_directory", "join_browser", "join_terminal",
    "join_refused", "code", "passphrase", "lock", "lock_wrong", "lock_waits", "forgotten",
    "accounts", "first_sync", "first_sync_cut", "first_sync_ready",
)  # fmt: skip
FRAMES = 6


@dataclass(frozen=True)
class Shot:
    """One picture: which screen, how large in dp, in which theme, language, and size of letters."""

    screen: str
    width: int
    height: int
    theme: str
    language: str
    scale: float = 1.0
    passed: int = 0

    @property
    def name(self) -> str:
        letters = "" if self.scale == 1 else f"-text{round(self.scale * 100)}"
        below = f"-below{self.passed}" if self.passed else ""
        return f"{self.screen.replace(' ', '_')}-{self.width}-{self.theme}-{self.language}{letters}{below}"


def list_shots() -> Iterator[Shot]:
    """Each screen on a small phone and a laptop; themes, languages and letters crossed over them."""
    for screen in (
        "today", "visit", "sync", "checklist", "hours", "jobs", "stock", "customers", "customer", "more", "expenses",
        "report", "photos", "choose", "signature",
        "expense", "choose_receipt", "planning", "pumps", "pump", "new_visit", "new_visit_form", "request_of_visit",
        "team", "equipment",
        "settings", "sign_in", "job_map",
    ):  # fmt: skip
        yield Shot(screen, 360, 640, "light", "fr")
        yield Shot(screen, 361, 1700, "light", "fr")
        yield Shot(screen, 412, 915, "dark", "en")
        yield Shot(screen, 360, 640, "sun", "fr")
        yield Shot(screen, 360, 640, "light", "fr", 1.3)
        yield Shot(screen, 800, 1280, "dark", "fr")
        yield Shot(screen, 1280, 800, "light", "fr")
        yield Shot(screen, 1280, 800, "dark", "en")
    for page in LOBBY_PAGES:
        yield Shot(page, 360, 640, "light", "fr")
        yield Shot(page, 412, 915, "dark", "en")
        yield Shot(page, 1280, 800, "light", "fr")
    yield Shot("lock", 360, 640, "sun", "fr", 1.3)
    yield Shot("today", 360, 640, "light", "fr", 2.0)
    yield Shot("visit", 360, 640, "light", "fr", 2.0)
    yield Shot("danger", 360, 800, "light", "fr")
    yield Shot("danger", 360, 640, "light", "fr", 1.3)
    for screen in ("planned week", "planned month"):
        yield Shot(screen, 360, 640, "light", "fr")
        yield Shot(screen, 360, 640, "light", "fr", 1.3)
    yield Shot("planned month", 1280, 800, "light", "fr")
    for waits in ("waits in browser", "waits with code"):
        yield Shot(waits, 360, 640, "light", "fr")
        yield Shot(waits, 1280, 800, "dark", "en")
    yield Shot("kilometres", 360, 1500, "light", "fr")
    for sheet in (
        "missing", "finish", "cancel", "correct", "line", "parts", "part", "product", "action", "correction", "access",
        "new", "transfer", "count", "forgotten timer",
        "search", "keys", "notes", "phrases", "together", "photo", "refuse", "summary", "leave", "lock_code", "no_code",
    ):  # fmt: skip
        yield Shot(sheet, 360, 640, "light", "fr")
    yield Shot("missing", 1280, 800, "dark", "fr")


def make_file(folder: Path) -> Path:
    """Anna's file, made by a real server on a PostgreSQL of its own."""
    from tests.kivy.day import PLUGINS, make_day

    from twinbase.testing import prepare
    from twinbase.testing.databases import start_postgresql

    with start_postgresql(folder / "postgresql") as databases:
        url = databases.create()
        asyncio.run(prepare(url, PLUGINS, datetime.now(UTC)))
        return asyncio.run(make_day(url, folder))


async def take(shots: list[Shot], file: Path, into: Path) -> None:
    """All of them, in one window whose size changes."""
    from kivy.core.window import Window
    from tests.kivy.day import open_day

    day = await open_day(file)
    for shot in shots:
        await _take_one(shot, day, Window, into)
    day.runner.close()


async def _take_one(shot: Shot, day: Any, window: Any, into: Path) -> None:
    from kivy.base import EventLoop
    from tests.kivy.day import CLAIMS
    from tests.kivy.showing import DONE_ON_PAGES, WITH_PUMPS, show_screen

    from twinbase_kivy.all_sheets import SHEETS
    from twinbase_kivy.look import look
    from twinbase_kivy.shell import Shell

    look.moves = False
    look.set_theme(shot.theme)  # type: ignore[arg-type]
    look.text_scale = shot.scale
    if shot.screen in LOBBY_PAGES:
        await _take_lobby(shot, day, window, into)
        return
    shell = Shell(day.make_workday(shot.language), WITH_PUMPS, SHEETS, claims=CLAIMS)
    window.add_widget(shell)
    shell.fit(shot.width * DENSITY, shot.height * DENSITY)
    await show_screen(shell, SHOWN_ON.get(shot.screen, shot.screen))
    if shot.screen in SHOWN_ON and shot.screen in DONE_ON_PAGES:
        await DONE_ON_PAGES[shot.screen](shell)
    for _ in range(FRAMES):
        EventLoop.idle()
        await asyncio.sleep(0.01)
    # The window of the offscreen driver keeps its first size: a picture is drawn beside it.
    shell.export_to_png(str(into / f"{shot.name}.png"))
    shell.close()
    await shell.workday.settle()
    window.remove_widget(shell)
    print(shot.name, flush=True)


async def _take_lobby(shot: Shot, day: Any, window: Any, into: Path) -> None:
    """A page before the day."""
    from kivy.base import EventLoop
    from tests.kivy.before_day import open_lobby

    with tempfile.TemporaryDirectory() as place:
        view = await open_lobby(Path(place), shot.screen, day.runner, shot.language, (shot.width, shot.height))
        window.add_widget(view)
        for _ in range(FRAMES):
            EventLoop.idle()
            await asyncio.sleep(0.01)
        view.export_to_png(str(into / f"{shot.name}.png"))
        view.close()
        window.remove_widget(view)
    print(shot.name, flush=True)


def make_sheet(folder: Path) -> Path:
    """All pictures of a folder, small, on one."""
    from PIL import Image

    pictures = [Image.open(path) for path in sorted(folder.glob("*-*.png"))]
    small = [picture.resize((picture.width * 480 // picture.height, 480)) for picture in pictures]
    rows: list[list[Any]] = [[]]
    for one in small:
        if sum(other.width + 8 for other in rows[-1]) + one.width > 2400:
            rows.append([])
        rows[-1].append(one)
    sheet = Image.new("RGB", (2400, 488 * len(rows)), "#808890")
    for number, row in enumerate(rows):
        left = 0
        for one in row:
            sheet.paste(one, (left, 488 * number))
            left += one.width + 8
    path = folder / "contact_sheet.png"
    sheet.save(path)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--file", type=Path, help="Anna's file, made before")
    said = parser.parse_args()
    sys.argv[1:] = []
    said.folder.mkdir(parents=True, exist_ok=True)
    os.environ |= {"SDL_VIDEODRIVER": "offscreen", "KIVY_METRICS_DENSITY": str(DENSITY)}
    from tests.kivy.day import copy_day

    from twinbase_kivy.environment import prepare_kivy

    with tempfile.TemporaryDirectory() as place:
        file = said.file or make_file(Path(place))
        (own_place := Path(place) / "own").mkdir()
        own = copy_day(file, own_place)
        prepare_kivy(Path(place) / "kivy")
        shots = [shot for shot in list_shots() if shot.name.startswith(said.only)]
        asyncio.run(take(shots, own, said.folder))
    print(make_sheet(said.folder))


if __name__ == "__main__":
    main()
