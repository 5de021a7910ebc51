"""A list in a pane: each line in columns as wide as there is room, with what needs more room on lines below."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.cells import cell_len, set_cell_size
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Resize
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from twinbase_presentation.status_line import Tone

TITLE_SHARE = 0.6
BETWEEN = 2


@dataclass(frozen=True, slots=True)
class PaneHeading:
    """A word over the lines that follow."""

    text: str


@dataclass(frozen=True, slots=True)
class PaneNote:
    """A sentence between the lines, that nobody chooses."""

    text: str
    tone: Tone = "grey"


@dataclass(frozen=True, slots=True)
class PaneLine:
    """One line. `lead` stands before the title, `sub` behind it, `end` at the right edge; `more`: below, wrapped.

    `mark`: a glyph before all of it. `title` and `sub` are shortened where there is no room, the others never are.
    """

    id: str
    title: str
    sub: str = ""
    lead: str = ""
    end: str = ""
    end_tone: Tone = "grey"
    mark: str = ""
    mark_tone: Tone = "grey"
    more: tuple[tuple[str, Tone], ...] = ()
    is_strong: bool = False


PaneItem = PaneLine | PaneHeading | PaneNote


@dataclass(frozen=True, slots=True)
class ColumnWidths:
    """How wide each column of a list is, in cells."""

    mark: int
    lead: int
    title: int
    sub: int
    end: int


def measure_widths(items: Sequence[PaneItem], width: int) -> ColumnWidths:
    """What the lines need, and what is left for titles; the words at the right edge are never cut."""
    lines = [item for item in items if isinstance(item, PaneLine)]
    mark, lead, sub, end = (
        max((cell_len(getattr(line, name)) for line in lines), default=0) for name in ("mark", "lead", "sub", "end")
    )
    fixed = sum(column + BETWEEN for column in (lead, end) if column) + (mark + 1 if mark else 0)
    room = max(width - fixed, 8)
    if not sub:
        return ColumnWidths(mark, lead, room, 0, end)
    longest = max(cell_len(line.title) for line in lines)
    title = min(longest, max(int(room * TITLE_SHARE), room - sub - BETWEEN))
    return ColumnWidths(mark, lead, title, room - title - BETWEEN, end)


def shorten_text(text: str, width: int) -> str:
    """The text in so many cells, with an ellipsis where it is longer."""
    return text if cell_len(text) <= width else set_cell_size(text, max(width - 1, 0)).rstrip() + "…"


def compose_line(line: PaneLine, widths: ColumnWidths) -> Content:
    """The line in its columns, and what stands below it."""
    title = f"bold {'$foreground' if line.is_strong else ''}".strip() if line.is_strong else "$foreground"
    cells = (
        (line.mark, widths.mark, f"$tone-{line.mark_tone}", 1),
        (line.lead, widths.lead, "$foreground", BETWEEN),
        (line.title, widths.title, title, BETWEEN),
        (line.sub, widths.sub, "$tone-grey", BETWEEN),
        (line.end, widths.end, f"$tone-{line.end_tone}", BETWEEN),
    )
    parts: list[tuple[str, str]] = []
    for text, width, style, after in cells:
        if width:
            parts.append((set_cell_size(shorten_text(text, width), width) + " " * after, style))
    indent = " " * (widths.mark + 1 if widths.mark else 0)
    below = [Content.assemble("\n", (indent + text, f"$tone-{tone}")) for text, tone in line.more]
    return Content.assemble(*parts).rstrip() + Content("").join(below)


class PaneList(OptionList):
    """The lines of a place. `show` them; the line that was chosen stays chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", show=False),
        Binding("k", "cursor_up", show=False),
        Binding("left", "screen.step(-1)", show=False),
        Binding("right", "screen.step(1)", show=False),
    ]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, compact=True)
        self.items: tuple[PaneItem, ...] = ()
        self._drawn: object = None
        self._wanted = ""

    @property
    def chosen(self) -> str:
        """The id of the line that is chosen, "" for none."""
        option = self.highlighted_option
        return "" if option is None or option.id is None else option.id

    @property
    def line_width(self) -> int:
        """How many cells a line has."""
        return self.scrollable_content_region.width

    def show(self, items: Sequence[PaneItem]) -> None:
        """These in the place of what is there."""
        self.items = tuple(items)
        self._fill()

    def holds(self, id_: str) -> bool:
        """Whether a line is there."""
        return any(isinstance(item, PaneLine) and item.id == id_ for item in self.items)

    def choose(self, id_: str) -> None:
        """Put the cursor on a line; on one that is not drawn yet, when it is."""
        self._wanted = id_
        for number, option in enumerate(self.options):
            if id_ and option.id == id_:
                self._wanted, self.highlighted = "", number

    def on_resize(self, event: Resize) -> None:
        """Other widths have other columns."""
        self._fill()

    def _fill(self) -> None:
        state = (self.items, self.line_width)
        if state == self._drawn or not self.line_width:
            return
        self._drawn, chosen, at = state, self._wanted or self.chosen, self.highlighted
        widths = measure_widths(self.items, self.line_width)
        self.set_options(_list_options(self.items, widths))
        self.choose(chosen)
        if self.highlighted is None and self.options:
            self._choose_near(at or 0)

    def _choose_near(self, at: int) -> None:
        """What was chosen is gone: the next line that can be."""
        can_be = [number for number, option in enumerate(self.options) if not option.disabled]
        if can_be:
            self.highlighted = min(can_be, key=lambda number: abs(number - at))


def _list_options(items: Iterable[PaneItem], widths: ColumnWidths) -> list[Option]:
    """Of what stands there twice, the first can be chosen: two of one id would end the app."""
    seen: set[str] = set()
    options = []
    for item in items:
        option = _option(item, widths)
        if option.id is not None and option.id in seen:
            option = Option(option.prompt, disabled=True)
        seen.add(option.id or "")
        options.append(option)
    return options


def _option(item: PaneItem, widths: ColumnWidths) -> Option:
    if isinstance(item, PaneHeading):
        return Option(Content.styled(item.text, "bold $tone-hint"), disabled=True)
    if isinstance(item, PaneNote):
        return Option(Content.styled(item.text, f"$tone-{item.tone}"), disabled=True)
    return Option(compose_line(item, widths), id=item.id)
