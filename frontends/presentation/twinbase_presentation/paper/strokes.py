"""A signature as lines: drawn, kept as the path of an SVG inside its PNG, and drawn again at any size."""

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

from twinbase_presentation.paper.letters import BOLD, set_letters

Point = tuple[float, float]
PNG_PIXELS, FINER = 600, 3
"""How wide the picture is; and how much finer it is drawn first, so that its lines are smooth."""
STROKE_DP, APART, POINTS_MAX = 2.8, 0.8, 4000
NOTE = "svg"
"""The name of the text in the PNG that holds the path: whoever has the picture has the lines."""
_SVG = re.compile(r'viewBox="0 0 ([\d.]{1,9}) ([\d.]{1,9})".*? d="([ML\d. -]*)"', re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Strokes:
    """Lines on a pad of this size, from its upper left corner. Two points of a line are never at one place."""

    width: float
    height: float
    lines: tuple[tuple[Point, ...], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that could be somebody's name: no line, or dots alone."""
        return sum(_measure(line) for line in self.lines) < self.width / 20

    def start(self, point: Point) -> "Strokes":
        """A pen comes down."""
        return self._with((*self.lines, (self._inside(point),)))

    def go_on(self, point: Point) -> "Strokes":
        """It goes on; what is nearer than can be seen is left out, and so is what nobody writes."""
        if not self.lines or sum(map(len, self.lines)) >= POINTS_MAX:
            return self
        *before, line = self.lines
        inside = self._inside(point)
        if math.dist(line[-1], inside) < APART:
            return self
        return self._with((*before, (*line, inside)))

    def undo(self) -> "Strokes":
        """Without the last line."""
        return self._with(self.lines[:-1])

    def write_path(self) -> str:
        """As the path of an SVG: `M12.5 40 L13 41 …`."""
        return " ".join(" L".join(f"{x:g} {y:g}" for x, y in line).join(("M", "")) for line in self.lines)

    def write_svg(self) -> str:
        """A whole picture of it."""
        style = f'fill="none" stroke="#111" stroke-width="{STROKE_DP}" stroke-linecap="round" stroke-linejoin="round"'
        view = f"0 0 {self.width:g} {self.height:g}"
        return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}"><path {style} d="{self.write_path()}"/></svg>'

    def write_png(self) -> bytes:
        """A picture of 600 pixels, black on white, that holds the lines too."""
        scale = PNG_PIXELS * FINER / self.width
        size = (PNG_PIXELS * FINER, max(round(self.height * scale), FINER))
        picture = Image.new("L", size, 255)
        draw, thick = ImageDraw.Draw(picture), STROKE_DP * scale
        for line in self.lines:
            points = [(x * scale, y * scale) for x, y in line]
            draw.line(points, fill=17, width=round(thick), joint="curve")
            for x, y in (points[0], points[-1]):
                draw.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=17)
        notes = PngImagePlugin.PngInfo()
        notes.add_text(NOTE, self.write_svg())
        out = io.BytesIO()
        small = picture.resize((PNG_PIXELS, max(size[1] // FINER, 1)), Image.Resampling.LANCZOS)
        small.save(out, "PNG", optimize=True, pnginfo=notes)
        return out.getvalue()

    def _with(self, lines: Sequence[tuple[Point, ...]]) -> "Strokes":
        return Strokes(self.width, self.height, tuple(lines))

    def _inside(self, point: Point) -> Point:
        return round(min(max(point[0], 0), self.width), 1), round(min(max(point[1], 0), self.height), 1)


def write_typed_png(name: str) -> bytes:
    """A name that somebody has typed in place of drawing it, as a picture of the same width."""
    size, shown = 72, set_letters(name)
    while size > 12 and ImageFont.truetype(str(BOLD), size).getlength(shown) > PNG_PIXELS - 40:
        size -= 2
    picture = Image.new("L", (PNG_PIXELS, PNG_PIXELS // 3), 255)
    font = ImageFont.truetype(str(BOLD), size)
    ImageDraw.Draw(picture).text((PNG_PIXELS / 2, PNG_PIXELS / 6), shown, fill=17, font=font, anchor="mm")
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def parse_svg(text: str) -> Strokes | None:
    """The lines of what `write_svg` has written; None for anything else."""
    found = _SVG.search(text[: POINTS_MAX * 20])
    if found is None:
        return None
    try:
        lines = tuple(tuple(_parse_points(part)) for part in found[3].split("M") if part.strip())
        width, height = float(found[1]), float(found[2])
    except ValueError:
        return None
    return Strokes(width, height, lines) if width > 0 and height > 0 else None


def read_strokes(png: bytes) -> Strokes | None:
    """The lines that a picture of a signature holds; None where it holds none."""
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
            picture.load()
            return parse_svg(str(getattr(picture, "text", {}).get(NOTE, "")))
    except (OSError, ValueError, SyntaxError):
        return None


def _parse_points(part: str) -> list[Point]:
    numbers = [float(one) for one in part.replace("L", " ").split()]
    if not numbers or len(numbers) % 2:
        raise ValueError("A path has two numbers for each point.")
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _measure(line: Sequence[Point]) -> float:
    return sum(math.dist(one, other) for one, other in pairwise(line))
