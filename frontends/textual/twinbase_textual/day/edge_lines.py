"""The lines at the edges of the window: where one is and how the sync stands, the places, what was said, the keys."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from twinbase_presentation.status_line import Tone
from twinbase_textual.day.glyphs import SEPARATOR, say_key

EDGE = 1


@dataclass(frozen=True, slots=True)
class EdgeWord:
    """Some words in a colour."""

    text: str
    tone: Tone = "grey"
    is_strong: bool = False

    @property
    def style(self) -> str:
        return f"bold $tone-{self.tone}" if self.is_strong else f"$tone-{self.tone}"


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A key and what it does. `badge`: a count behind it."""

    key: str
    label: str
    badge: int = 0

    @property
    def text(self) -> str:
        return f"{say_key(self.key)} {self.label}" + (f" ({self.badge})" if self.badge else "")


class HeadLine(Widget):
    """At the left what is shown, at the right how the sync stands; of the left as many parts as there is room for."""

    def __init__(self) -> None:
        super().__init__()
        self._left: tuple[str, ...] = ()
        self.words: tuple[EdgeWord, ...] = ()

    def show(self, left: Sequence[str], right: Sequence[EdgeWord]) -> None:
        """These from now on."""
        if (tuple(left), tuple(right)) != (self._left, self.words):
            self._left, self.words = tuple(left), tuple(right)
            self.refresh()

    def render(self) -> Content:
        right = Content.styled(SEPARATOR, "$tone-hint").join(
            [Content.styled(word.text, word.style) for word in self.words]
        )
        room = self.size.width - right.cell_length - 2 * EDGE
        left = _fit(self._left, room - 2)
        between = " " * max(room - cell_len(left), 0)
        return Content.assemble(" " * EDGE, (left, "bold $foreground"), between, right, " " * EDGE)


class PlacesLine(Widget):
    """The places, each with its number; the one that is shown stands out."""

    class PlaceClicked(Message):
        """A place was clicked."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self) -> None:
        super().__init__()
        self.labels: tuple[str, ...] = ()
        self._here = 0

    def show(self, labels: Sequence[str], here: int) -> None:
        """These from now on."""
        self.labels, self._here = tuple(labels), here
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One row, or as many as the places need: none is left out."""
        return len(self._list_rows(width))

    def render(self) -> Content:
        rows = []
        for row in self._list_rows(self.size.width):
            parts = []
            for number, text in row:
                style = "bold reverse $tone-primary" if number == self._here else "$tone-grey"
                parts.append(Content.styled(f" {text} ", style))
            rows.append(Content.assemble(*parts))
        return Content("\n").join(rows)

    def on_click(self, event: Click) -> None:
        """Go there."""
        rows, at = self._list_rows(self.size.width), 0
        for number, text in rows[event.y] if event.y < len(rows) else ():
            at += cell_len(text) + 2
            if event.x < at:
                self.post_message(self.PlaceClicked(number))
                return

    def _list_rows(self, width: int) -> list[list[tuple[int, str]]]:
        """The places with their numbers, as many in a row as there is room for."""
        rows: list[list[tuple[int, str]]] = [[]]
        room = width
        for number, label in enumerate(self.labels):
            text = f"{number + 1} {label}"
            if rows[-1] and cell_len(text) + 2 > room:
                rows.append([])
                room = width
            rows[-1].append((number, text))
            room -= cell_len(text) + 2
        return rows


class SaidLine(Static):
    """What became of the last act, or why it was not done. It is not there while nothing is to be said."""

    def tell(self, text: str, tone: Tone = "green") -> None:
        """This from now on; "" for nothing."""
        self.display = bool(text)
        self.update(Content.styled(text, f"$tone-{tone}"))


class KeysLine(Widget):
    """The keys that do something now. What there is no room for is left out whole, and stands in the palette."""

    class KeyClicked(Message):
        """A key was clicked."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self) -> None:
        super().__init__()
        self._entries: tuple[KeyEntry, ...] = ()
        self._last: tuple[KeyEntry, ...] = ()

    def show(self, entries: Sequence[KeyEntry], last: Sequence[KeyEntry]) -> None:
        """These from now on; `last` stand at the right edge, whatever there is before them."""
        if (tuple(entries), tuple(last)) != (self._entries, self._last):
            self._entries, self._last = tuple(entries), tuple(last)
            self.refresh()

    @property
    def has_entries(self) -> bool:
        """Whether there is anything to do."""
        return bool(self._entries)

    def list_shown(self) -> tuple[list[KeyEntry], list[KeyEntry]]:
        """What there is room for, at the left and at the right."""
        room = self.size.width - 2 * EDGE - sum(cell_len(entry.text) + 2 for entry in self._last)
        shown: list[KeyEntry] = []
        for entry in self._entries:
            room -= cell_len(entry.text) + 2
            if room < 0:
                break
            shown.append(entry)
        return shown, list(self._last)

    def render(self) -> Content:
        left, right = (_draw(entries) for entries in self.list_shown())
        between = max(self.size.width - 2 * EDGE - left.cell_length - right.cell_length, 0)
        return Content.assemble(" " * EDGE, left, " " * between, right, " " * EDGE)

    def on_click(self, event: Click) -> None:
        """As if the key were pressed."""
        left, right = self.list_shown()
        at = EDGE
        for entry in left:
            if at <= event.x < at + cell_len(entry.text):
                self.post_message(self.KeyClicked(entry.key))
            at += cell_len(entry.text) + 2
        at = self.size.width - EDGE - _draw(right).cell_length
        for entry in right:
            if at <= event.x < at + cell_len(entry.text):
                self.post_message(self.KeyClicked(entry.key))
            at += cell_len(entry.text) + 2


def _draw(entries: Sequence[KeyEntry]) -> Content:
    drawn = []
    for entry in entries:
        key = say_key(entry.key)
        drawn.append(Content.assemble((key, "bold $tone-primary"), (entry.text[len(key) :], "$foreground")))
    return Content("  ").join(drawn)


def _fit(parts: Sequence[str], room: int) -> str:
    """As many of the parts as there is room for, from the first one on."""
    for number in range(len(parts), 0, -1):
        text = SEPARATOR.join(parts[:number])
        if cell_len(text) <= room:
            return text
    return ""
