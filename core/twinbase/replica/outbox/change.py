"""The values of one edit, as they travel."""

from typing import Any

from twinbase.replica.connection import Connection, StoredRow, read_any_text
from twinbase.replica.file.statements import Shape

OLD_LETTERS_MAX = 1_000_000
"""What was read of a column is left out when it is longer: beside what was written it would not fit into a batch."""


def read_change(connection: Connection, shape: Shape, seq: int, op: str) -> dict[str, Any]:
    """Key, old and new values of one change, and what is left out of the old ones, in wire form."""
    columns = shape.columns
    row = _sides(connection, shape, seq)
    old = dict(zip(columns, row[: len(columns)], strict=True))
    new = dict(zip(columns, row[len(columns) :], strict=True))
    key = [_wire(shape, name, (new if op == "insert" else old)[name]) for name in shape.key]
    if op == "insert":
        return {"key": key, "old": {}, "new": _wires(shape, new, columns)}
    changed = [name for name in columns if not _same(old[name], new[name])] if op == "update" else columns
    large = [name for name in changed if isinstance(old[name], str | bytes) and len(old[name]) > OLD_LETTERS_MAX]
    said = [name for name in changed if name not in large]
    change = {"key": key, "old": _wires(shape, old, said), "new": _wires(shape, new, changed if op == "update" else ())}
    return change | ({"unsaid": large} if large else {})


def _sides(connection: Connection, shape: Shape, seq: int) -> StoredRow:
    try:
        row: StoredRow = connection.execute(shape.change, (seq,)).fetchone()
    except connection.OperationalError:
        # A text that is no text: it is told from a file that fails by reading it again.
        with read_any_text(connection, "surrogateescape"):
            row = connection.execute(shape.change, (seq,)).fetchone()
    return row


def _same(old: Any, new: Any) -> bool:
    """As SQLite's IS: 1 and 1.0 are the same number in one typed column."""
    return bool(old == new)


def _wires(shape: Shape, values: dict[str, Any], names: Any) -> dict[str, Any]:
    return {name: _wire(shape, name, values[name]) for name in names}


def _wire(shape: Shape, name: str, value: Any) -> Any:
    convert = shape.twin.codecs[name].storage_to_wire
    return value if convert is None or value is None else convert(value)
