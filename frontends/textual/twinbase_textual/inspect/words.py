"""What the screens say of what was read: a line for each thing, in words."""

from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from twinbase_textual.inspect.edits import ChangedValue, InspectedEdit
from twinbase_textual.inspect.twins import RowFacts
from twinbase_textual.inspect.values import TwinShape, word_value

GLYPHS = {"pending": "↑", "sent": "→", "refused": "✗", "conflict": "≠", "parked": "‖", "applied": "✓", "merged": "✓"}
"""Beside the word, never in its place."""


COLUMN_LETTERS_MAX = 48


def word_state(state: str) -> str:
    return f"{GLYPHS.get(state, '·')} {state}"


def word_moment(text: str) -> str:
    """A moment of the file without its fractions; "never" for none."""
    return text[:19].replace("T", " ") if text else "never"


def measure_columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """How wide each column is drawn: as its longest value, up to COLUMN_LETTERS_MAX. A table that is filled before it
    is shown takes the width of the head alone otherwise."""
    values = zip(head, *rows, strict=True)
    return [min(COLUMN_LETTERS_MAX, max(cell_len(value) for value in column)) for column in values]


def make_facts(facts: Iterable[tuple[str, str]]) -> Table:
    """Names and values, one beside the other."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in facts:
        grid.add_row(name, Text(value))
    return grid


def describe_row(row: RowFacts) -> Iterator[tuple[str, str]]:
    """Where the row comes from, then its values; beside one that differs, the server's."""
    yield "twin", row.twin
    yield "from", _origin(row)
    if row.version is not None:
        yield "version", str(row.version)
        yield "hash", f"{row.hash:012x}"
    if row.quarantined:
        yield "quarantined", row.quarantined
    values, image = row.here or row.image or {}, row.image or {}
    for column, value in values.items():
        form = row.shape.forms.get(column, "")
        there = image.get(column, value)
        beside = "" if there == value else f"   (server: {word_value(there, form)})"
        yield column, word_value(value, form) + beside


def _origin(row: RowFacts) -> str:
    if row.here is None and row.version is None:
        return "it is not in this file"
    if row.here is None:
        return "the server; an edit that is not taken yet deletes it"
    if row.version is None:
        return "this device; the server has not shown it"
    return "the server, and an edit that is not taken yet" if row.image is not None else "the server"


def describe_edit(edit: InspectedEdit, shape: TwinShape, changed: Iterable[ChangedValue]) -> Iterator[tuple[str, str]]:
    """What the edit is, what was said of it, and old → new."""
    yield "edit", f"{edit.seq}  {edit.id}"
    yield "what", f"{edit.op} in {edit.twin}"
    yield "state", word_state(edit.state)
    yield "written", f"{word_moment(edit.at)} by {edit.author or 'nobody signed in'}"
    named = {"batch": edit.batch, "reason": edit.reason, "sentence": edit.detail, "waits for": edit.behind}
    for name, value in {**named, "takes back": edit.restores}.items():
        if value:
            yield name, str(value)
    for one in changed:
        form = shape.forms.get(one.column, "")
        old, new = word_value(one.old, form), word_value(one.new, form)
        yield one.column, new if one.old in (None, one.new) else old if edit.op == "delete" else f"{old} → {new}"
