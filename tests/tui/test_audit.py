"""Nothing is cut off: every place and every sheet, in a small terminal and in a wide one, in French and English."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len
from tests.tui.terminal import NARROW, WIDE, DayTerminal, open_terminal
from textual.widget import Widget
from textual.widgets import Checkbox, Label, Static

from twinbase_textual.day.edge_lines import HeadLine, KeysLine, PlacesLine
from twinbase_textual.day.pane_lines import PaneLine, PaneList, compose_line, measure_widths

SETTINGS_SHEETS = ("c", "r", "x")
SHEETS = ("c", "p", "r", "g", "n", "o", "f", "x", "question_mark")


def find_cuts(terminal: DayTerminal) -> list[str]:
    """What is not whole on the screen as it is now."""
    screen = terminal.app.screen
    widgets = [widget for widget in screen.walk_children(Widget) if widget.size.area and widget.is_on_screen]
    return [cut for widget in widgets for cut in _cuts_of(widget, terminal)]


def _cuts_of(widget: Widget, terminal: DayTerminal) -> Iterator[str]:
    if isinstance(widget, HeadLine | PlacesLine | KeysLine):
        yield from _words_not_drawn(widget)
    elif isinstance(widget, PaneList):
        yield from _lines_that_are_longer(widget)
    elif isinstance(widget, Checkbox):
        if cell_len(str(widget.label)) + 4 > widget.size.width:
            yield f"a box: {widget.label}"
    elif isinstance(widget, Static | Label):
        needed = widget.get_content_height(terminal.app.size, terminal.app.size, widget.size.width)
        if needed > widget.size.height or not _is_inside(widget, terminal):
            yield f"a text: {widget.render()}"


def _words_not_drawn(line: HeadLine | PlacesLine | KeysLine) -> Iterator[str]:
    """At an edge, words that must be there: how the sync stands, where one is, and the keys."""
    rows = [line.render_line(number).text for number in range(line.size.height)]
    drawn = "\n".join(rows)
    for row in line.render().split("\n"):
        if row.cell_length > line.size.width:
            yield f"an edge: {row.plain}"
    if isinstance(line, HeadLine):
        yield from (word.text for word in line.words if word.text not in drawn)
    if isinstance(line, PlacesLine):
        yield from (label for label in line.labels if label not in drawn)
    if isinstance(line, KeysLine):
        left, right = line.list_shown()
        yield from (entry.text for entry in (*left, *right) if entry.text not in drawn)
        if line.has_entries and not left:
            yield "no key at all"


def _lines_that_are_longer(list_: PaneList) -> Iterator[str]:
    """Titles may be shortened; times, states and sentences are whole."""
    widths = measure_widths(list_.items, list_.line_width)
    for item in list_.items:
        if isinstance(item, PaneLine):
            first = compose_line(item, widths).plain.split("\n")[0]
            if cell_len(first) > list_.line_width or item.lead not in first or item.end not in first:
                yield f"a line: {first}"


def _is_inside(widget: Widget, terminal: DayTerminal) -> bool:
    """What is in something that scrolls can be seen; everything else has to be on the screen."""
    if any(parent.allow_vertical_scroll for parent in widget.ancestors if isinstance(parent, Widget)):
        return True
    return terminal.app.screen.region.contains_region(widget.region)


@pytest.mark.parametrize(("size", "language"), [(NARROW, "fr"), (WIDE, "en")])
async def test_every_place_and_every_sheet_is_whole(anna: Path, size: tuple[int, int], language: str) -> None:
    async with open_terminal(anna, size, language) as terminal:
        await terminal.until(lambda: len(terminal.desk.acts) > 5)
        found = {}
        for key in ("1", "2", "3", "4", "5", "6", "7", "8", "9"):
            await terminal.press(key)
            await terminal.until(lambda: bool(terminal.desk.view and terminal.desk.view.list.chosen))
            found[key] = find_cuts(terminal)
        for place, sheets in (("9", SETTINGS_SHEETS), ("1", SHEETS)):
            await terminal.press(place)
            await terminal.until(lambda: len(terminal.desk.acts) > 5)
            for key in sheets:
                await terminal.press(key)
                await terminal.until(lambda: terminal.app.screen is not terminal.desk)
                await terminal.pilot.pause()
                found[place + key] = find_cuts(terminal)
                await terminal.press("escape")
        assert {key: cuts for key, cuts in found.items() if cuts} == {}


async def test_the_audit_sees_what_is_cut(anna: Path) -> None:
    async with open_terminal(anna, NARROW, "fr") as terminal:
        await terminal.until(lambda: len(terminal.desk.acts) > 5)
        assert find_cuts(terminal) == []
        await terminal.pilot.resize_terminal(30, 10)
        await terminal.pilot.pause()
        cuts = find_cuts(terminal)
        assert "Hors ligne depuis 07:42" in " ".join(cuts) and any(cut.startswith("a line") for cut in cuts)
