"""What of the rows on a screen the server has not taken yet: for a mark beside each of them."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from twinbase.codecs.codec import keep_value
from twinbase.mutation import Operation
from twinbase.quoting import quote_name, quote_text
from twinbase.registry import Twin
from twinbase.replica.file.names import changes_table
from twinbase.replica.outbox.states import AS_SHOWN, NOT_TAKEN, WAITING_STATES, PendingState
from twinbase.replica.outbox.waiting_edits import python_value

ARGUMENTS_MAX = 100
_EXACT: Mapping[str, Callable[[Any], Any]] = {"BLOB": bytes.fromhex, "REAL": float}


@dataclass(frozen=True, slots=True)
class PendingEdit:
    """A local write that is on its way, or that waits for a person (refused, parked, conflict).

    pending: no server has answered it yet, tried or not. sent: the server has, and a pull brings the row.

    `new`: the values that it wrote, as Python values; none for a delete. A refused insert has no row any more: what was
    typed is here. What raw SQL left and no type can read is there as it is stored; bytes that are no text, as �.
    """

    id: UUID
    twin: str
    op: Operation
    key: tuple[Any, ...]
    new: Mapping[str, Any]
    state: PendingState
    reason: str
    detail: str
    at: datetime | None

    @property
    def waits_for_person(self) -> bool:
        """Whether somebody must correct or discard it (`Replica.correct`, `Replica.discard`)."""
        return self.state in WAITING_STATES


def pending_edits_query(twins: Sequence[Twin]) -> str:
    """One statement for all of these twins, oldest write first."""
    return " UNION ALL ".join(_of_twin(twin) for twin in twins) + " ORDER BY 1"


def _of_twin(twin: Twin) -> str:
    sides = ", ".join(_as_json(twin, side) for side in ("old_", "new_"))
    return (
        f"SELECT o.seq, o.id, o.twin, o.op, {AS_SHOWN}, o.reason, o.detail, o.at, {sides}"
        f" FROM _twinbase_outbox AS o JOIN {changes_table(twin.name)} AS c ON c.seq = o.seq"
        f" WHERE o.twin = {quote_text(twin.name)} AND {NOT_TAKEN}"
    )


def _as_json(twin: Twin, side: str) -> str:
    """All values of one side, as arrays of a few: SQLite's functions take a limited number of arguments.

    As bytes: raw SQL may have left text that is no UTF-8, and a driver would raise for all edits at once.
    """
    texts = list(_texts(twin, side))
    groups = [texts[start : start + ARGUMENTS_MAX] for start in range(0, len(texts), ARGUMENTS_MAX)]
    return "CAST(json_array(" + ", ".join(f"json_array({', '.join(group)})" for group in groups) + ") AS BLOB)"


def _texts(twin: Twin, side: str) -> Iterator[str]:
    """Each value as JSON can hold it: a blob as its bytes in hex, a float with all its digits."""
    for name in twin.columns:
        column = "c." + quote_name(side + name)
        exact = {"BLOB": f"hex({column})", "REAL": f"printf('%!.17g', {column})"}.get(twin.codecs[name].storage)
        yield f"CASE WHEN {column} IS NOT NULL THEN {exact} END" if exact else column


def pending_edit_of(twins: Mapping[str, Twin], row: Sequence[Any]) -> PendingEdit:
    """A row of `pending_edits_query`, in Python values."""
    _, id_, name, op, state, reason, detail, at, old, new = row
    twin = twins[name]
    before, after = (list(chain.from_iterable(json.loads(side.decode(errors="replace")))) for side in (old, new))
    key = (after if op == "insert" else before)[: len(twin.key)]
    return PendingEdit(
        id=UUID(id_),
        twin=name,
        op=op,
        key=tuple(_python(twin, *pair) for pair in zip(twin.key, key, strict=True)),
        new={} if op == "delete" else _written(twin, op, before, after),
        state=state,
        reason=reason,
        detail=detail,
        at=datetime.fromisoformat(at) if at else None,
    )


def _written(twin: Twin, op: str, before: list[Any], after: list[Any]) -> dict[str, Any]:
    pairs = zip(twin.columns, before, after, strict=True)
    return {name: _python(twin, name, value) for name, old, value in pairs if op == "insert" or old != value}


def _python(twin: Twin, name: str, stored: Any) -> Any:
    value = stored if stored is None else _EXACT.get(twin.codecs[name].storage, keep_value)(stored)
    return python_value(twin, name, value)
