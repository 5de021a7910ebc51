"""What is wrong with a tree of widgets, measured: targets too small, letters cut, boxes that overlap or stick out."""

from collections.abc import Iterator
from itertools import combinations

from kivy.metrics import dp

from twinbase_kivy.boxes import Box
from twinbase_kivy.focus import find_targets
from twinbase_kivy.typesetting import measure_text
from twinbase_kivy.widgets.fields import TypingBox
from twinbase_kivy.widgets.scroller import Scroller
from twinbase_kivy.widgets.sheets import SheetLayer
from twinbase_kivy.widgets.touch import Touchable
from twinbase_kivy.widgets.words import Words
from twinbase_presentation.tokens import SPACE

SLACK = 1.5
"""Pixels are whole: what is half of one too much is none too much."""


def find_faults(root: Box) -> Iterator[str]:
    """Every fault, as a sentence; nothing for a screen that is sound."""
    yield from _small_targets(root)
    for box in _walk(root):
        if isinstance(box, Words):
            yield from _cut_words(box)
        yield from _overlaps(box)


def list_words(root: Box) -> list[str]:
    """All that is written there, in reading order."""
    return [box.text for box in _walk(root) if isinstance(box, Words)]


def _walk(box: Box) -> Iterator[Box]:
    yield box
    for part in box.parts():
        yield from _walk(part)


def _small_targets(root: Box) -> Iterator[str]:
    """44 dp where two lie in one row, 48 for what stands alone in its row; the field of a text is its whole frame."""
    least = dp(SPACE.target_in_row) - SLACK
    for target in find_targets(root):
        box = target.parent.parent.parent if isinstance(target, TypingBox) else target
        if isinstance(target, Touchable) and not target.name:
            yield f"a {target.role} has no name"
        if box.height < least or box.width < least:
            yield f"{target.name!r} is {box.width / dp(1):.0f} x {box.height / dp(1):.0f} dp small"


def _cut_words(words: Words) -> Iterator[str]:
    """No line wider than its box, and no more lines than it is high; … where a text may be cut is no fault."""
    font, size = words._font(), words.find_size()
    lines = words.lines(words.width)
    widest = max((measure_text(line, font, size) for line in lines), default=0)
    if words.text and widest > words.width + SLACK:
        yield f"{words.text!r} is {widest - words.width:.0f} pixels wider than its box"
    if words.text and len(lines) * words.line_height() > words.height + SLACK:
        yield f"{words.text!r} is higher than its box"


def _overlaps(box: Box) -> Iterator[str]:
    """Of the parts of one box, none lies on another one, and none sticks out."""
    parts = [part for part in box.parts() if part.width > 0 and part.height > 0]
    if box.role == "application":
        return
    for one, other in combinations(parts, 2):
        wide = min(one.right, other.right) - max(one.x, other.x)
        high = min(one.top, other.top) - max(one.y, other.y)
        if wide > SLACK and high > SLACK:
            yield f"{_say(one)} lies on {_say(other)}"
    if isinstance(box, Scroller | SheetLayer):
        return
    for part in parts:
        out = max(box.x - part.x, part.right - box.right, box.y - part.y, part.top - box.top)
        if out > SLACK:
            yield f"{_say(part)} sticks {out / dp(1):.0f} dp out of {_say(box)}"


def _say(box: Box) -> str:
    return f"{type(box).__name__} {box.name!r}".rstrip(" '")
