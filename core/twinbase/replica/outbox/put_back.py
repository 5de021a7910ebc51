"""A value that a decision set aside is taken back: an ordinary new edit, which names the one that it restores."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from twinbase.errors import ReplicaError
from twinbase.quoting import quote_name, quote_names
from twinbase.registry import Registry, Twin
from twinbase.replica.connection import Connection
from twinbase.replica.outbox.decisions import KeptDecision, read_decisions
from twinbase.replica.outbox.states import settle_conflicts
from twinbase.replica.outbox.triggers import seal

Side = Literal["mine", "theirs"]
_WINNER: Mapping[Side, str] = {"mine": "device", "theirs": "server"}


class NoSuchDecision(ReplicaError):
    """No decision with this id is kept on this device. Look at the list again; old ones go."""


class CannotPutBack(ReplicaError):
    """The value cannot be taken back here. It stays in the list of decisions, and at the office."""


def put_back(
    connection: Connection,
    registry: Registry,
    mutation: UUID,
    side: Side,
    columns: Collection[str] | None,
    now: datetime,
) -> UUID | None:
    """Write what this side had where it was not kept; answers the id of the new edit, None where nothing had to be
    written. The edit that met another one waits for nobody any more."""
    kept = next(read_decisions(connection, registry, str(mutation)), None)
    if kept is None:
        raise NoSuchDecision(f"Edit {mutation}.")
    values = _choose_values(kept, side, columns)
    try:
        _write(connection, kept, side, values)
    except connection.IntegrityError as error:
        raise CannotPutBack(f"A rule of {kept.twin.name} does not let it stand: {error}.") from error
    edit = _name_restored(connection, str(mutation))
    settle_conflicts(connection, [str(mutation)])
    seal(connection.execute, now)
    return edit


def _choose_values(kept: KeptDecision, side: Side, columns: Collection[str] | None) -> dict[str, Any]:
    """The columns that are to be written, in wire form."""
    lost = [name for name, who in kept.decided.items() if who != _WINNER[side]]
    if columns is not None and (unknown := set(columns) - set(lost)):
        raise ValueError(f"Of {min(unknown)!r} nothing was set aside on this side; of these it was: {', '.join(lost)}.")
    wanted = [name for name in lost if columns is None or name in columns]
    if not wanted or (side == "mine" and kept.op != "delete" and not set(wanted) & set(kept.mine)):
        raise CannotPutBack("Nothing was set aside on this side.")
    if side == "mine":
        return {name: kept.mine[name] for name in wanted if name in kept.mine}
    if unsaid := [name for name in wanted if name not in kept.theirs]:
        raise CannotPutBack(f"What the server had in {unsaid[0]} is not kept on this device: ask the office for it.")
    return {name: kept.theirs[name] for name in wanted}


def _write(connection: Connection, kept: KeptDecision, side: Side, values: Mapping[str, Any]) -> None:
    """As a person would: the triggers note it, and refuse what may not be written here."""
    twin, key = kept.twin, [_stored(kept.twin, *pair) for pair in zip(kept.twin.key, kept.key, strict=True)]
    is_here = _is_here(connection, twin, key)
    if kept.op == "delete" and side == "mine":
        connection.execute(f"DELETE FROM {quote_name(twin.name)} WHERE {_where_key(twin)}", key)
    elif is_here:
        _update(connection, twin, key, values)
    elif kept.op == "delete":
        _insert(connection, twin, key, values)
    else:
        raise CannotPutBack(f"The row of {twin.name} is not on this device any more: it was deleted, or is not yours.")


def _update(connection: Connection, twin: Twin, key: list[Any], values: Mapping[str, Any]) -> None:
    sets = ", ".join(f"{quote_name(name)} = ?" for name in values)
    stored = [_stored(twin, name, value) for name, value in values.items()]
    connection.execute(f"UPDATE {quote_name(twin.name)} SET {sets} WHERE {_where_key(twin)}", [*stored, *key])


def _insert(connection: Connection, twin: Twin, key: list[Any], values: Mapping[str, Any]) -> None:
    """The row that was deleted, with what a device may fill of it."""
    filled = {name: value for name, value in values.items() if name in twin.insertable}
    stored = [_stored(twin, name, value) for name, value in filled.items()]
    marks = ", ".join("?" * (len(key) + len(stored)))
    connection.execute(
        f"INSERT INTO {quote_name(twin.name)} ({quote_names([*twin.key, *filled])}) VALUES ({marks})", [*key, *stored]
    )


def _name_restored(connection: Connection, mutation: str) -> UUID | None:
    """The edit that was just made names the one whose value it takes back, and that one names it."""
    made = connection.execute("SELECT id FROM _twinbase_outbox WHERE tx IS NULL ORDER BY seq LIMIT 1").fetchone()
    if made is None:
        return None
    connection.execute("UPDATE _twinbase_outbox SET restores = ? WHERE tx IS NULL", (mutation,))
    connection.execute("UPDATE _twinbase_decision SET put_back = ? WHERE id = ?", (made[0], mutation))
    return UUID(made[0])


def _stored(twin: Twin, column: str, wire: Any) -> Any:
    convert = twin.codecs[column].wire_to_storage
    return wire if convert is None or wire is None else convert(wire)


def _is_here(connection: Connection, twin: Twin, key: list[Any]) -> bool:
    query = f"SELECT 1 FROM {quote_name(twin.name)} WHERE {_where_key(twin)}"
    return connection.execute(query, key).fetchone() is not None


def _where_key(twin: Twin) -> str:
    return " AND ".join(f"{quote_name(name)} = ?" for name in twin.key)
