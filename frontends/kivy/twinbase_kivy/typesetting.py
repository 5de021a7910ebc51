"""Words in lines: how wide they are, where they break, and the pictures that are drawn of them.

Kivy's own label breaks and cuts only while it draws, and cannot cut a second line. Here lines are found from the widths
of words alone, without a pixel; a line is drawn in white once, and coloured where it stands: so a list that scrolls and
a theme that changes draw no letter twice.
"""

import re
from functools import lru_cache
from pathlib import Path

from kivy.core.text import Label as LabelPainter
from kivy.graphics.texture import Texture

from twinbase_presentation.tokens import Weight

FONTS = Path(__file__).parent / "fonts"
FILES = {
    400: str(FONTS / "Inter-Regular.ttf"),
    500: str(FONTS / "Inter-Medium.ttf"),
    600: str(FONTS / "Inter-SemiBold.ttf"),
}
ELLIPSIS = "…"
# Babel writes the narrow one into figures, and nothing may break there.
_SPACES = str.maketrans({"\u202f": "\u00a0", "\t": " "})
# What people type has plain spaces where a French line does not break.
_GLUED = re.compile("(?<=«) | (?=[»:;!?€%])")


def clean_text(text: str) -> str:
    """Text as it can be drawn: no character for which there is only a box, no line that begins with a colon."""
    return _GLUED.sub("\u00a0", text.translate(_SPACES))


def find_font(weight: Weight) -> str:
    """The file of Inter of this weight."""
    return FILES[weight]


def measure_text(text: str, font: str, size: float) -> float:
    """How wide a line is, in pixels."""
    return _measure(text, font, size)[0] if text else 0.0


def measure_line(font: str, size: float) -> float:
    """How high the letters of a font stand, from the deepest to the highest."""
    return _measure("Êg", font, size)[1]


def wrap_text(text: str, font: str, size: float, width: float, lines_max: int = 0) -> tuple[str, ...]:
    """The lines of a text in this width. With `lines_max`, the last one ends with … where something is left out."""
    return _wrap(clean_text(text), font, size, int(width), lines_max)


@lru_cache(4096)
def _wrap(text: str, font: str, size: float, width: int, lines_max: int) -> tuple[str, ...]:
    lines = [line for paragraph in text.split("\n") for line in _break_lines(paragraph, font, size, width)]
    if lines_max and len(lines) > lines_max:
        kept = lines[:lines_max]
        kept[-1] = cut_text(f"{kept[-1]} {lines[lines_max]}", font, size, width)
        return tuple(kept)
    return tuple(lines)


def _break_lines(text: str, font: str, size: float, width: float) -> list[str]:
    """Words as long as they fit; a word that is wider than the line breaks inside."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if measure_text(longer, font, size) <= width:
            lines[-1] = longer
            continue
        *whole, rest = _break_word(word, font, size, width)
        lines = [*(lines if lines[-1] else lines[:-1]), *whole, rest]
    return lines


def _break_word(word: str, font: str, size: float, width: float) -> list[str]:
    parts = []
    while len(word) > 1 and measure_text(word, font, size) > width:
        fits = _count_fitting(word, font, size, width)
        parts.append(word[:fits])
        word = word[fits:]
    return [*parts, word]


def cut_text(text: str, font: str, size: float, width: float) -> str:
    """One line with … at its end, if it is too long."""
    if measure_text(text, font, size) <= width:
        return text
    room = width - measure_text(ELLIPSIS, font, size)
    return text[: _count_fitting(text, font, size, room)].rstrip(" ,;·-") + ELLIPSIS


def _count_fitting(text: str, font: str, size: float, width: float) -> int:
    """How many characters fit, one at least."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure_text(text[:middle], font, size) <= width else (low, middle - 1)
    return low


@lru_cache(16384)
def _measure(text: str, font: str, size: float) -> tuple[float, float]:
    wide, high = _find_painter(font, size).get_extents(text)
    return float(wide), float(high)


@lru_cache(64)
def _find_painter(font: str, size: float) -> LabelPainter:
    painter = LabelPainter(font_name=font, font_size=size)
    painter.resolve_font_name()
    return painter


@lru_cache(1024)
def draw_line(text: str, font: str, size: float) -> Texture:
    """A picture of one line in white, to be coloured where it is shown."""
    painter = LabelPainter(text=text, font_name=font, font_size=size, color=(1, 1, 1, 1))
    painter.refresh()
    return painter.texture
