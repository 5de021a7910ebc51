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
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from tests.kivy.pictures import DENSITY, Shot, make_file, take

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "pictures" / "day"
LANGUAGES, COLOURS = ("en", "fr"), 96
SCREENS = {
    "today": 640, "visit": 800, "danger": 800, "part": 640, "photos": 560, "written report": 560, "signed": 640,
    "finish": 560, "new visit form": 640, "hours": 760, "meal": 760, "sync": 1100,
    "correct": 560, "more": 560, "lock": 560,
}  # fmt: skip
"""Each with its height in dp: as much of it as the page speaks of."""
PLACES = {"1": "terminal", "5": "terminal-sync"}
"""Places of the terminal, by their keys."""
TERMINAL_FONT = "DejaVu Sans Mono"


def list_shots() -> Iterator[Shot]:
    """Every screen of the tutorial in every language; of the app as it is in the light theme, 360 dp wide."""
    for language in LANGUAGES:
        for screen, high in SCREENS.items():
            yield Shot(screen.replace("new visit form", "new_visit_form"), 360, high, "light", language)


def name_picture(shot: Shot) -> str:
    return f"{shot.screen.replace(' ', '-').replace('_', '-')}-{shot.language}.png"


def shrink(taken: Path, into: Path) -> None:
    """The same picture in few colours."""
    with Image.open(taken) as picture:
        small = picture.convert("RGB").quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        small.save(into, optimize=True)


def find_font_files() -> list[str]:
    """The files of the terminal's font, as the system knows them."""
    asked = ["fc-list", f":family={TERMINAL_FONT}", "file"]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    return [line.strip().rstrip(":") for line in said.splitlines()]


async def take_terminal(file: Path, language: str, into: Path) -> None:
    """The same file in a terminal of 80 columns."""
    import resvg_py
    from tests.tui.terminal import NARROW, open_terminal

    fonts = find_font_files()
    async with open_terminal(file, NARROW, language) as terminal:
        for key, name in PLACES.items():
            await terminal.press(key)
            await terminal.until(lambda: bool(terminal.desk.view and terminal.desk.view.list.chosen))
            await terminal.pilot.pause()
            drawn = terminal.app.export_screenshot().replace("Fira Code", TERMINAL_FONT)
            taken = into / f"{name}-{language}.png"
            taken.write_bytes(bytes(resvg_py.svg_to_bytes(svg_string=drawn, font_files=fonts)))
            shrink(taken, taken)


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
    for language in LANGUAGES:
        if "terminal".startswith(only) or only.startswith("terminal"):
            (own := place / f"terminal-{language}").mkdir()
            asyncio.run(take_terminal(copy_day(made, own), language, FOLDER))


if __name__ == "__main__":
    main()
