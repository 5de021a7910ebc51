"""The outbox as people see it: what waits for somebody, and the three things to do with it.

How it fills is in triggers.py, how it is sent in batch.py, how it comes to rest in rebase.py. A refused, parked or
conflicting edit stays here with everything that was typed until somebody corrects or discards it; to
correct is to write again, on top of what the server has now.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from twinbase.codecs import Codec
from twinbase.conflict import Conflict, add, is_additive
from twinbase.errors import ReplicaError
from twinbase.mutation import Operation
from twinbase.quoting import quote_name, quote_names, quote_text
from twinbase.registry import Registry, Twin
from twinbase.replica.connection import Connection, read_any_text
from twinbase.replica.file.names import changes_table
from twinbase.replica.outbox.states import NOT_WRITTEN, PARKED, SET_ASIDE_WHOLE, WAITING, keep_back
from twinbase.replica.outbox.triggers import seal

_ROW_GONE = "The row that it changes is not here any more. Discard it."


class EditNotWaiting(ReplicaError):
    """No edit with this id waits for a decision. Look at the list again; it may have been decided meanwhile."""


class RowGone(ReplicaError):
    """The row that this edit changes no longer exists here. Discard the edit."""


@dataclass(frozen=True, slots=True)
class WaitingEdit:
    """An edit that waits for a person. `old` and `new` are Python values; `behind` is the edit that keeps it back."""

    id: UUID
    twin: str
    op: Operation
    key: tuple[Any, ...]
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    state: str
    reason: str
    detail: str
    behind: UUID | None
    at: datetime
    author: str


def list_waiting_edits(connection: Connection, registry: Registry) -> list[WaitingEdit]:
    """Every edit that waits for a person, oldest first."""
    query = f"SELECT seq FROM _twinbase_outbox WHERE {WAITING} ORDER BY seq"
    found = [_waiting(connection, registry, seq) for (seq,) in connection.execute(query).fetchall()]
    return [waiting for waiting in found if waiting is not None]


def correct(
    connection: Connection, registry: Registry, mutation: UUID, values: Mapping[str, Any], now: datetime
) -> None:
    """Write an edit again with other values, on top of the row as it is now; its local transaction goes along whole,
    and so does what was parked behind it."""
    if _waiting(connection, registry, _seq_of(connection, mutation)) is None:
        raise EditNotWaiting(f"Its table is no longer part of the app (edit {mutation}).")
    _write_all_again(connection, registry, _together(connection, mutation), {str(mutation): values})
    seal(connection.execute, now)


def discard(connection: Connection, registry: Registry, mutation: UUID, now: datetime) -> None:
    """Forget an edit; the row keeps what the server has. What was parked behind it is tried without it.

    Where the local transaction was set aside as a whole, it goes as a whole.
    """
    _seq_of(connection, mutation)
    gone = _set_aside_with(connection, mutation) or [str(mutation)]
    behind = [edit for edit in _together(connection, mutation, *gone) if edit[1] not in gone]
    for id_ in gone:
        _forget(connection, id_)
    _write_all_again(connection, registry, behind, {})
    seal(connection.execute, now)


def _write_all_again(
    connection: Connection,
    registry: Registry,
    edits: Sequence[tuple[int, str]],
    corrected: Mapping[str, Mapping[str, Any]],
) -> None:
    """Edits as new local writes, in their order; what finds no row stays, unless it is the one that was corrected."""
    for seq, id_ in edits:
        waiting = _waiting(connection, registry, seq)
        if waiting is not None and _write_again(connection, registry[waiting.twin], waiting, corrected.get(id_, {})):
            _forget(connection, id_)
        elif id_ in corrected:
            raise RowGone(f"Edit {id_} of {waiting.twin if waiting else 'a table'}.")
        else:
            keep_back(connection, seq, "row-gone", _ROW_GONE)


def _seq_of(connection: Connection, mutation: UUID) -> int:
    row = connection.execute(
        f"SELECT seq FROM _twinbase_outbox WHERE id = ? AND {WAITING}", (str(mutation),)
    ).fetchone()
    if row is None:
        raise EditNotWaiting(f"Edit {mutation}.")
    return int(row[0])


def _together(connection: Connection, *mutations: UUID | str) -> list[tuple[int, str]]:
    """(seq, id) of edits that are written again together, in their order: these, what else of their local transactions
    had no effect, and what they keep back, directly or not."""
    listed = json.dumps([str(mutation) for mutation in mutations])
    return list(
        connection.execute(
            "WITH RECURSIVE held(id) AS ("
            " SELECT value FROM json_each(?1)"
            " UNION SELECT o.id FROM _twinbase_outbox o JOIN _twinbase_outbox m ON coalesce(o.tx, -o.seq) = m.tx"
            f" WHERE m.id IN (SELECT value FROM json_each(?1)) AND m.{NOT_WRITTEN} AND o.{NOT_WRITTEN}"
            f" UNION SELECT o.id FROM _twinbase_outbox o JOIN held h ON o.behind = h.id WHERE o.{PARKED})"
            f" SELECT seq, id FROM _twinbase_outbox WHERE id IN (SELECT id FROM held) AND {WAITING} ORDER BY seq",
            (listed,),
        )
    )


def _set_aside_with(connection: Connection, mutation: UUID) -> list[str]:
    """The ids of the local transaction that was set aside as a whole; none when it was not."""
    reasons = ", ".join(quote_text(reason) for reason in SET_ASIDE_WHOLE)
    query = (
        "SELECT o.id FROM _twinbase_outbox o JOIN _twinbase_outbox m ON o.tx = m.tx"
        f" WHERE m.id = ? AND m.reason IN ({reasons}) AND o.{NOT_WRITTEN} ORDER BY o.seq"
    )
    return [id_ for (id_,) in connection.execute(query, (str(mutation),))]


def _forget(connection: Connection, id_: str) -> None:
    seq, twin = connection.execute("SELECT seq, twin FROM _twinbase_outbox WHERE id = ?", (id_,)).fetchone()
    forget(connection, twin, seq)


def forget(connection: Connection, twin: str, seq: int) -> None:
    """Remove an edit with its values."""
    connection.execute(f"DELETE FROM {changes_table(twin)} WHERE seq = ?", (seq,))
    connection.execute("DELETE FROM _twinbase_outbox WHERE seq = ?", (seq,))


def _waiting(connection: Connection, registry: Registry, seq: int) -> WaitingEdit | None:
    """One edit with its values; None when the app no longer declares its twin."""
    id_, name, op, state, reason, detail, behind, at, author = connection.execute(
        "SELECT id, twin, op, state, reason, detail, behind, at, author FROM _twinbase_outbox WHERE seq = ?", (seq,)
    ).fetchone()
    if name not in registry:
        return None
    twin = registry[name]
    old, new = _values(connection, twin, seq)
    side = new if op == "insert" else old
    return WaitingEdit(
        id=UUID(id_),
        twin=name,
        op=op,
        key=tuple(python_value(twin, column, side[column]) for column in twin.key),
        old=_shown(twin, op, old, new, "insert"),
        new=_shown(twin, op, new, old, "delete"),
        state=state,
        reason=reason,
        detail=detail,
        behind=UUID(behind) if behind else None,
        at=datetime.fromisoformat(at),
        author=author or "",
    )


def _values(connection: Connection, twin: Twin, seq: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Old and new of every column, as they are stored."""
    sides = quote_names([side + name for side in ("old_", "new_") for name in twin.columns])
    with read_any_text(connection, "replace"):
        row = connection.execute(f"SELECT {sides} FROM {changes_table(twin.name)} WHERE seq = ?", (seq,)).fetchone()
    middle = len(twin.columns)
    return dict(zip(twin.columns, row[:middle], strict=True)), dict(zip(twin.columns, row[middle:], strict=True))


def _shown(twin: Twin, op: str, side: dict[str, Any], other: dict[str, Any], empty: str) -> dict[str, Any]:
    if op == empty:
        return {}
    names = [name for name in twin.columns if op != "update" or side[name] != other[name]]
    return {name: python_value(twin, name, side[name]) for name in names}


def python_value(twin: Twin, column: str, stored: Any) -> Any:
    """A stored value as Python's; what raw SQL left and no type can read is shown as it is stored."""
    codec = twin.codecs[column]
    try:
        return _read(codec, stored)
    except (ValueError, KeyError, ArithmeticError, RecursionError):
        return stored


def _read(codec: Codec, stored: Any) -> Any:
    return codec.python_from_wire(codec.storage_to_wire(stored) if codec.storage_to_wire else stored)


def _stored(twin: Twin, column: str, value: Any) -> Any:
    """A Python value as SQLite holds it; ValueError says what the column cannot take."""
    codec = twin.codecs[column]
    wire = codec.wire_from_python(value)
    if wrong := codec.check_wire(wire):
        raise ValueError(f"{twin.name}.{column}: {wrong}")
    return codec.wire_to_storage(wire) if codec.wire_to_storage else wire


def _write_again(connection: Connection, twin: Twin, waiting: WaitingEdit, values: Mapping[str, Any]) -> bool:
    """The edit as a new local write, which the triggers record; False when there is no row for it."""
    if unknown := set(values) - set(twin.columns):
        raise ValueError(f"{twin.name} has no column {min(unknown)!r}; it has {', '.join(twin.columns)}.")
    was = [_stored(twin, name, value) for name, value in zip(twin.key, waiting.key, strict=True)]
    key = [
        _stored(twin, name, values[name]) if name in values else old for name, old in zip(twin.key, was, strict=True)
    ]
    there = _is_here(connection, twin, key)
    if key != was:
        _check_new_key(twin, waiting, taken=there)
    where = _where_key(twin)
    if waiting.op == "delete":
        connection.execute(f"DELETE FROM {quote_name(twin.name)} WHERE {where}", key)
        return there
    typed = {**waiting.new, **(_add_up(connection, twin, waiting, key) if there else {}), **values}
    new = {name: _stored(twin, name, value) for name, value in typed.items()}
    changes = {name: value for name, value in new.items() if name not in twin.key}
    if there and changes:
        sets = ", ".join(f"{quote_name(name)} = ?" for name in changes)
        connection.execute(f"UPDATE {quote_name(twin.name)} SET {sets} WHERE {where}", [*changes.values(), *key])
    elif not there and waiting.op == "insert":
        marks = ", ".join("?" * len(new))
        connection.execute(
            f"INSERT INTO {quote_name(twin.name)} ({quote_names(list(new))}) VALUES ({marks})", list(new.values())
        )
    return there or waiting.op == "insert"


def _add_up(connection: Connection, twin: Twin, waiting: WaitingEdit, key: Sequence[Any]) -> dict[str, Any]:
    """Of columns that add up, what the row holds by now with what the edit had added: it was typed on another value."""
    adding = [name for name in waiting.new if waiting.op == "update" and is_additive(twin.strategy, name)]
    sums: dict[str, Any] = {}
    for name in adding:
        query = f"SELECT {quote_name(name)} FROM {quote_name(twin.name)} WHERE {_where_key(twin)}"
        here = python_value(twin, name, connection.execute(query, key).fetchone()[0])
        base, mine, theirs = (
            {name: None if value is None else twin.codecs[name].wire_from_python(value)}
            for value in (waiting.old[name], waiting.new[name], here)
        )
        added = add(Conflict("update", base, mine, theirs, waiting.at, waiting.at)).write
        sums |= {name: twin.codecs[name].python_from_wire(value) for name, value in added.items()}
    return sums


def _check_new_key(twin: Twin, waiting: WaitingEdit, *, taken: bool) -> None:
    """Another key names another row: only a row that was never written may take one, and only one that is free."""
    names = ", ".join(twin.key)
    if waiting.op != "insert":
        raise ValueError(f"{twin.name}: {names} says which row it is; discard the edit and write to the other row.")
    if taken:
        raise ValueError(f"{twin.name}: there is a row with this {names} already; choose another, or change that row.")


def _is_here(connection: Connection, twin: Twin, key: Sequence[Any]) -> bool:
    query = f"SELECT 1 FROM {quote_name(twin.name)} WHERE {_where_key(twin)}"
    return connection.execute(query, key).fetchone() is not None


def _where_key(twin: Twin) -> str:
    return " AND ".join(f"{quote_name(name)} = ?" for name in twin.key)
