"""How a row stands with the server, as an icon and a word; a row that the server has draws nothing."""

from collections.abc import Mapping

from twinbase_kivy.boxes import Box
from twinbase_kivy.widgets.chips import ChipBox, MarkDot
from twinbase_mobile.reading import Mark
from twinbase_presentation import Language
from twinbase_presentation.languages import later
from twinbase_presentation.tokens import Hue

MARKS: Mapping[str, tuple[str, str, Hue]] = {
    "pending": ("pending", later("To send"), "amber"),
    "sent": ("sent", later("Sent"), "primary"),
    "parked": ("parked", later("Waits"), "amber"),
    "conflict": ("conflict", later("Decide"), "violet"),
    "refused": ("refused", later("Refused"), "red"),
}


def make_mark(state: str, language: Language, *, wide: bool = False, percent: int | None = None) -> Box | None:
    """A round icon where it is narrow, with the word where there is room; None for what is synced."""
    if state not in MARKS:
        return None
    icon, word, hue = MARKS[state]
    said = language.say(word) if percent is None else f"{percent}\u00a0%"
    return ChipBox(icon, said, hue) if wide else MarkDot(icon, said, hue)


def mark_of(mark: Mark, language: Language) -> Box | None:
    """The round icon of a row's mark."""
    return make_mark(mark.state, language)
