"""The pictures of the tutorial of a day: `python -m tests.docs.day_pictures [--only today]` makes them anew.

They are of the real app and the real terminal, on a file that a real server has filled, in both languages; each is
small: a palette of few colours is all that a screen of ours has. `python -m tests.system_packages` brings what
Kivy needs of the system to draw.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from PIL import Image
from tests.kivy.pictures import DENSITY, Shot, make_file, take

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "pictures" / "day"
FRONT = FOLDER.parent
"""The two pictures of the README, of a wide window and of a wide terminal: `app.png` and `tui.png`."""
WIDE_SHOT = Shot("today", 1280, 800, "light", "en")
LANGUAGES, COLOURS, FLAT = ("en", "fr"), 128, 24
SCREENS = {
    "today": 640, "visit": 800, "danger": 800, "part": 640, "photos": 560, "written report": 560, "signed": 640,
    "finish": 560, "job map": 640, "new visit form": 640, "hours": 760, "meal": 760, "sync": 1100,
    "correct": 560, "more": 560, "lock": 560,
}  # fmt: skip
"""Each with its height in dp: as much of it as the page speaks of."""
PAGES = {"job map": "job_map", "new visit form": "new_visit_form"}
"""What is no state of the day, and is called otherwise among all pages."""
PLACES = {"1": "terminal", "5": "terminal-sync"}
"""Places of the terminal, by their keys."""
TERMINAL_FONT = "DejaVu Sans Mono"


def list_shots() -> Iterator[Shot]:
    """Every screen of the tutorial in every language; of the app as it is in the light theme, 360 dp wide."""
    for language in LANGUAGES:
        for screen, high in SCREENS.items():
            yield Shot(PAGES.get(screen, screen), 360, high, "light", language)


def name_picture(shot: Shot) -> str:
    return f"{shot.screen.replace(' ', '-').replace('_', '-')}-{shot.language}.png"


def shrink(taken: Path, into: Path, wide: int = 0) -> None:
    """The same picture in fewer colours: those that are most of it as they are, since the grounds of a screen are flat
    and an average tints them; the others spread over what is rare, as red is. `wide`: and so many pixels wide."""
    with Image.open(taken) as picture:
        plain = picture.convert("RGB")
    if wide:
        plain = plain.resize((wide, plain.height * wide // plain.width), Image.Resampling.LANCZOS)
    found: Any = plain.getcolors(plain.width * plain.height)
    frequent = [part for _, colour in sorted(found, reverse=True)[:FLAT] for part in colour]
    spread = plain.quantize(COLOURS - FLAT, method=Image.Quantize.MAXCOVERAGE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette(frequent + spread[: 3 * (COLOURS - FLAT)])
    plain.quantize(palette=palette, dither=Image.Dither.NONE).save(into, optimize=True)


def find_font_files() -> list[str]:
    """The files of the terminal's font, as the system knows them."""
    asked = ["fc-list", f":family={TERMINAL_FONT}", "file"]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    return [line.strip().rstrip(":") for line in said.splitlines()]


async def take_terminal(file: Path, language: str, size: tuple[int, int], pictures: Mapping[str, Path]) -> None:
    """The same file in a terminal: places by their keys, each with where its picture goes."""
    import resvg_py
    from tests.tui.terminal import open_terminal

    fonts = find_font_files()
    async with open_terminal(file, size, language) as terminal:
        for key, into in pictures.items():
            await terminal.press(key)
            await terminal.until(lambda: bool(terminal.desk.view and terminal.desk.view.list.chosen))
            await terminal.until(lambda: len(terminal.desk.acts) > 2)
            await terminal.pilot.pause()
            drawn = terminal.app.export_screenshot().replace("Fira Code", TERMINAL_FONT)
            into.write_bytes(bytes(resvg_py.svg_to_bytes(svg_string=drawn, font_files=fonts)))
            shrink(into, into)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="pictures whose name begins so")
    parser.add_argument("--file", type=Path, help="Anna's file, made before")
    said = parser.parse_args()
    sys.argv[1:] = []
    FOLDER.mkdir(parents=True, exist_ok=True)
    os.environ |= {"SDL_VIDEODRIVER": "offscreen", "KIVY_METRICS_DENSITY": str(DENSITY)}
    with tempfile.TemporaryDirectory() as place:
        make_pictures(Path(place), said.file, said.only)


def make_pictures(place: Path, file: Path | None, only: str) -> None:
    """All of them, or those whose name begins with `only`."""
    from tests.kivy.day import copy_day

    from twinbase_kivy.environment import prepare_kivy

    made = file or make_file(place)
    prepare_kivy(place / "kivy")
    for number, shot in enumerate(list_shots()):
        if name_picture(shot).startswith(only):
            # Each begins with the file as it is: what is done for one picture is on no other.
            (own := place / f"own{number}").mkdir()
            asyncio.run(take([shot], copy_day(made, own), own))
            shrink(own / f"{shot.name}.png", FOLDER / name_picture(shot))
    if "app".startswith(only):
        (own := place / "app").mkdir()
        asyncio.run(take([WIDE_SHOT], copy_day(made, own), own))
        shrink(own / f"{WIDE_SHOT.name}.png", FRONT / "app.png", WIDE_SHOT.width)
    if "terminal".startswith(only):
        for language in LANGUAGES:
            (own := place / f"terminal-{language}").mkdir()
            pictures = {key: FOLDER / f"{name}-{language}.png" for key, name in PLACES.items()}
            asyncio.run(take_terminal(copy_day(made, own), language, (80, 24), pictures))
        (own := place / "tui").mkdir()
        asyncio.run(take_terminal(copy_day(made, own), "en", (140, 36), {"1": FRONT / "tui.png"}))


if __name__ == "__main__":
    main()
