"""Where rows point: foreign keys may only lead to rows that exist and that the writer sees (H34)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from twinbase.registry import Registry
from twinbase_server.accept.batch import Change, RowId
from twinbase_server.accept.context import AcceptContext
from twinbase_server.accept.foreign_keys import ForeignKey, foreign_key_columns, foreign_keys_of
from twinbase_server.accept.rows import BatchRow, encode_keys
from twinbase_server.accept.scope import INSIDE, recordset_sql, scoped_rows_sql, typed_columns
from twinbase_server.database.connection import Connection
from twinbase_server.sql.names import column_sql, table_sql
from twinbase_server.sql.scope import Condition, compile_condition, compile_formerly

KeyValues = tuple[Any, ...]
Target = tuple[str, tuple[str, ...]]


@dataclass(slots=True)
class Targets:
    """What foreign keys of a batch may point at: rows found, and rows that the batch itself inserts. `had`: those that
    the writer does not see any more, for new rows that may come late."""

    registry: Registry
    found: dict[Target, set[KeyValues]] = field(default_factory=dict)
    inserted: dict[Target, set[KeyValues]] = field(default_factory=dict)
    had: dict[Target, set[KeyValues]] = field(default_factory=dict)

    def holds(self, key: ForeignKey, values: KeyValues) -> bool:
        """The database has the row, and the writer sees it."""
        return values in self.found.get(_name(key), ())

    def admits(self, key: ForeignKey, values: KeyValues) -> bool:
        """The row is there, or this batch brings it."""
        return self.holds(key, values) or values in self.inserted.get(_name(key), ())

    def admits_late(self, key: ForeignKey, values: KeyValues) -> bool:
        """The database has the row, and the writer has had it, by what the server has noted."""
        return values in self.had.get(_name(key), ())

    def find_missing(self, changes: Iterable[Change], rows: Mapping[RowId, BatchRow]) -> set[RowId]:
        """The keys of twins that are pointed at and not to be found."""
        return {
            (key.target.name, values)
            for change in changes
            for key, values in find_targets(self.registry, change, rows)
            if key.target is not None and key.target_columns == key.target.key and not self.admits(key, values)
        }


def find_targets(
    registry: Registry, change: Change, rows: Mapping[RowId, BatchRow]
) -> list[tuple[ForeignKey, KeyValues]]:
    """The foreign keys that a change writes, and where they will point, as the batch has left the row so far."""
    if foreign_key_columns(registry, change.twin).isdisjoint(change.new):
        return []
    return _pointing_at(registry, change, {**_before(change, rows), **change.new})


def _before(change: Change, rows: Mapping[RowId, BatchRow]) -> dict[str, Any]:
    """The row as it stands. What the device says that it had read counts only where there is no row yet: of a foreign
    key of several columns it would lead the check to another target than the one that is written.
    """
    values = rows[change.row_id].values
    return dict(change.old if values is None else values)


def _pointing_at(registry: Registry, change: Change, written: Mapping[str, Any]) -> list[tuple[ForeignKey, KeyValues]]:
    return [
        (key, values)
        for key in foreign_keys_of(registry, change.twin)
        if not change.new.keys().isdisjoint(key.columns) and (values := key.values_of(written)) is not None
    ]


async def read_targets(
    connection: Connection, accepting: AcceptContext, changes: Sequence[Change], rows: Mapping[RowId, BatchRow]
) -> Targets:
    """One query for each table that the changes point at, one after the other as they will be written."""
    wanted: dict[Target, tuple[ForeignKey, set[KeyValues]]] = {}
    written: dict[RowId, dict[str, Any]] = {}
    for change in changes:
        if foreign_key_columns(accepting.registry, change.twin).isdisjoint(change.new):
            continue
        now = written.setdefault(change.row_id, _before(change, rows))
        now.update(change.new)
        for key, values in [
            *_pointing_at(accepting.registry, change, now),
            *find_targets(accepting.registry, change, rows),
        ]:
            wanted.setdefault(_name(key), (key, set()))[1].add(values)
    targets = Targets(accepting.registry)
    for name, (key, asked) in wanted.items():
        targets.found[name] = await _existing(connection, accepting, key, list(asked))
        if missing := asked - targets.found[name]:
            targets.had[name] = await _find_had(connection, accepting, key, list(missing))
        targets.inserted[name] = {
            tuple(change.new.get(column) for column in key.target_columns)
            for change in changes
            if change.op == "insert" and change.twin is key.target
        }
    return targets


async def _existing(
    connection: Connection, accepting: AcceptContext, key: ForeignKey, values: list[KeyValues]
) -> set[KeyValues]:
    bound = [] if key.target is None else accepting.bind_scope(key.target)
    found = await connection.fetch(_existing_sql(key), *bound, encode_keys(values))
    return {values[ordinal] for (ordinal,) in found}


async def _find_had(
    connection: Connection, accepting: AcceptContext, key: ForeignKey, values: list[KeyValues]
) -> set[KeyValues]:
    """Of rows that the writer does not see: those that he has had."""
    condition = None if key.target is None else compile_formerly(key.target)
    if condition is None:
        return set()
    found = await connection.fetch(_had_sql(key), *accepting.bind(condition), encode_keys(values))
    return {values[ordinal] for (ordinal,) in found}


@lru_cache(maxsize=1024)
def _existing_sql(key: ForeignKey) -> str:
    if key.target is None:
        rows = recordset_sql(key.columns, 1, ordinal=True)
        return f"SELECT _twinbase_r.o FROM {rows} JOIN {table_sql(key.table)} t ON {_same(key, 't')}"
    return _scoped_sql(key, compile_condition(key.target))


@lru_cache(maxsize=1024)
def _had_sql(key: ForeignKey) -> str:
    condition = None if key.target is None else compile_formerly(key.target)
    assert condition is not None
    return _scoped_sql(key, condition)


def _scoped_sql(key: ForeignKey, condition: Condition) -> str:
    assert key.target is not None
    rows = recordset_sql(key.columns, len(condition.names) + 1, ordinal=True)
    scoped = scoped_rows_sql(key.target, _same(key, table_sql(key.table)), condition)
    return f"SELECT _twinbase_r.o FROM {rows} CROSS JOIN {scoped} WHERE t.{INSIDE}"


def _same(key: ForeignKey, alias: str) -> str:
    return " AND ".join(
        f"{column_sql(name, alias)} = {value}"
        for name, value in zip(key.target_columns, typed_columns(key.codecs), strict=True)
    )


def _name(key: ForeignKey) -> Target:
    return table_sql(key.table), key.target_columns
