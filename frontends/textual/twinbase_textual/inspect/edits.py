"""The edits of a file: what was written on this device, what became of it, and what it changes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from twinbase.quoting import quote_name
from twinbase.replica.connection import Connection, Stored
from twinbase.replica.file.names import changes_table
from twinbase.replica.outbox.states import NOT_TAKEN
from twinbase_textual.inspect.values import TwinShape, read_shape

LISTED_MAX = 2_000


@dataclass(frozen=True, slots=True)
class ChangedValue:
    """One column of an edit, as the file stores it."""

    column: str
    old: Stored
    new: Stored


@dataclass(frozen=True, slots=True)
class InspectedEdit:
    """One line of the outbox. `behind`: the edit for whose decision it waits; `restores`: of which it takes a value
    back; `batch`: in which it went."""

    seq: int
    id: str
    twin: str
    op: str
    state: str
    at: str
    author: str
    batch: int | None
    reason: str
    detail: str
    behind: str | None
    restores: str | None


@dataclass(frozen=True, slots=True)
class InspectedDecision:
    """What the server decided about an edit: `said` is its whole answer, `settled` what the office said since."""

    id: str
    twin: str
    op: str
    at: str
    status: str
    said: dict[str, Any]
    settled: dict[str, Any]
    put_back: str | None


_EDITS = """
SELECT seq, id, twin, op, state, coalesce(at, ''), coalesce(author, ''), n, reason, detail, behind, restores
FROM _twinbase_outbox WHERE {which} ORDER BY seq DESC LIMIT ?
"""
_DECISIONS = """
SELECT id, twin, op, at, said, settled, put_back FROM _twinbase_decision ORDER BY at DESC, id LIMIT ?
"""


def list_edits(connection: Connection, *, taken: bool = False) -> list[InspectedEdit]:
    """The newest first, LISTED_MAX at most. `taken`: those too that the server has, as far as they are kept."""
    return _read_edits(connection, "1" if taken else NOT_TAKEN)


def list_edits_of_row(connection: Connection, twin: str, key: tuple[Stored, ...]) -> list[InspectedEdit]:
    """Those of one row, whatever became of them."""
    shape = read_shape(connection, twin)
    changes = changes_table(twin)
    same = " AND ".join(f"coalesce({quote_name('old_' + k)}, {quote_name('new_' + k)}) IS ?" for k in shape.key)
    return _read_edits(connection, f"twin = ? AND seq IN (SELECT seq FROM {changes} WHERE {same})", twin, *key)


def _read_edits(connection: Connection, which: str, *given: Stored) -> list[InspectedEdit]:
    rows = connection.execute(_EDITS.format(which=which), (*given, LISTED_MAX))
    return [InspectedEdit(*row) for row in rows]


def read_changed_values(connection: Connection, edit: InspectedEdit) -> tuple[TwinShape, list[ChangedValue]]:
    """What the edit writes: of an update the columns that differ, of the others all that are not NULL."""
    shape = read_shape(connection, edit.twin)
    names = [quote_name(side + column) for column in shape.columns for side in ("old_", "new_")]
    query = f"SELECT {', '.join(names)} FROM {changes_table(edit.twin)} WHERE seq = ?"
    row = connection.execute(query, (edit.seq,)).fetchone()
    if row is None:
        return shape, []
    pairs = zip(shape.columns, row[::2], row[1::2], strict=True)
    return shape, [ChangedValue(*pair) for pair in pairs if pair[0] in shape.key or pair[1] != pair[2]]


def list_decisions(connection: Connection) -> list[InspectedDecision]:
    """The newest first, LISTED_MAX at most; none in a file of before there were any."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = '_twinbase_decision'").fetchone() is None:
        return []
    return list(_decisions(connection))


def _decisions(connection: Connection) -> Iterator[InspectedDecision]:
    for id, twin, op, at, said, settled, put_back in connection.execute(_DECISIONS, (LISTED_MAX,)):
        answer = json.loads(said)
        status = str(answer.get("outcome", {}).get("status", ""))
        yield InspectedDecision(id, twin, op, at, status, answer, json.loads(settled), put_back)
