"""Effects: the final state of every row, written set by set; parents first in, children first out."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from twinbase.quoting import quote_name, quote_names
from twinbase.registry import Registry, Twin
from twinbase_server.accept.batch import RowId, server_filled_columns
from twinbase_server.accept.context import AcceptContext
from twinbase_server.accept.rows import BatchRow, encode_keys
from twinbase_server.accept.scope import INSIDE, key_match, recordset_sql, scoped_rows_sql, typed_columns
from twinbase_server.database.connection import Connection
from twinbase_server.sql.names import column_sql, table_sql
from twinbase_server.sql.scope import compile_condition, compile_formerly

Attributes = dict[RowId, dict[str, Any]]


class NotWritten(Exception):
    """The database took a statement and kept fewer rows than it was given: a trigger or a rule of the database."""


async def write_rows(connection: Connection, registry: Registry, rows: Iterable[BatchRow]) -> Attributes:
    """Bring PostgreSQL to the state that the rows have; the answer holds what PostgreSQL filled in by itself."""
    changed = [row for row in rows if row.changes]
    attributes: Attributes = {}
    await _delete(connection, registry, [row for row in changed if row.reborn and row.values is not None])
    for twin, inserted in _by_twin(registry, (row for row in changed if _is_new(row))):
        for columns, group in _by_columns(inserted):
            attributes |= await _insert(connection, twin, columns, group)
    for twin, updated in _by_twin(registry, (row for row in changed if _is_changed(row))):
        for columns, group in _by_columns(updated):
            await _update(connection, twin, columns, group)
    await _delete(connection, registry, [row for row in changed if row.stored is not None and row.values is None])
    return attributes


def _is_new(row: BatchRow) -> bool:
    return row.values is not None and (row.stored is None or row.reborn)


def _is_changed(row: BatchRow) -> bool:
    return row.values is not None and row.stored is not None and not row.reborn and bool(row.written)


def _by_twin(registry: Registry, rows: Iterable[BatchRow]) -> list[tuple[Twin, list[BatchRow]]]:
    """In the registry's order, which puts parents before children."""
    grouped: dict[str, list[BatchRow]] = {}
    for row in rows:
        grouped.setdefault(row.twin.name, []).append(row)
    return [(twin, grouped[twin.name]) for twin in registry if twin.name in grouped]


def _by_columns(rows: Iterable[BatchRow]) -> list[tuple[tuple[str, ...], list[BatchRow]]]:
    """Rows that write the same columns share a statement, so that no column is named which nobody wrote."""
    grouped: dict[tuple[str, ...], list[BatchRow]] = {}
    for row in rows:
        columns = tuple(name for name in row.twin.columns if name in row.written and _is_written(row, name))
        grouped.setdefault(columns, []).append(row)
    return list(grouped.items())


def _is_written(row: BatchRow, column: str) -> bool:
    """Every value but the key, which an update writes only where the same key is spelt otherwise now."""
    if column not in row.twin.key:
        return True
    return _is_changed(row) and (row.values or {})[column] != (row.stored or {}).get(column)


def _values(columns: Sequence[str], rows: Sequence[BatchRow]) -> str:
    """The rows as the JSON that `recordset_sql` reads: the key, then the columns."""
    names = [f"c{i}" for i in range(len(rows[0].key) + len(columns))]
    objects = []
    for row in rows:
        values: Mapping[str, Any] = row.values or {}
        key = row.spelt_key() if _is_new(row) else row.key
        objects.append(dict(zip(names, (*key, *(values[column] for column in columns)), strict=True)))
    return msgspec.json.encode(objects).decode()


async def _insert(connection: Connection, twin: Twin, columns: tuple[str, ...], rows: list[BatchRow]) -> Attributes:
    found = await connection.fetch(_insert_sql(twin, columns), _values(columns, rows))
    if len(found) != len(rows):
        raise NotWritten
    if not _filled(twin, columns):
        return {}
    filled = [msgspec.json.decode(record[0]) for record in found]
    return {(twin.name, tuple(values[name] for name in twin.key)): values for values in filled}


def _filled(twin: Twin, columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        name
        for name in twin.columns
        if name in server_filled_columns(twin) and name not in columns and name not in twin.key
    )


@lru_cache(maxsize=4096)
def _insert_sql(twin: Twin, columns: tuple[str, ...]) -> str:
    names = (*twin.key, *columns)
    values = ", ".join(typed_columns(twin.codecs[name] for name in names))
    returned = "NULL"
    if _filled(twin, columns):
        wire = ", ".join(
            f"{twin.codecs[name].to_wire_sql(column_sql(name, 't'))} AS {quote_name(name)}"
            for name in (*twin.key, *_filled(twin, columns))
        )
        returned = f"(SELECT row_to_json(_twinbase_row) FROM (SELECT {wire}) _twinbase_row)::text"
    return (
        f"INSERT INTO {table_sql(twin.table)} AS t ({quote_names(names)})"
        f" SELECT {values} FROM {recordset_sql(names, 1)} RETURNING {returned}"
    )


async def _update(connection: Connection, twin: Twin, columns: tuple[str, ...], rows: list[BatchRow]) -> None:
    await _expect(connection, _update_sql(twin, columns), _values(columns, rows), len(rows))


@lru_cache(maxsize=4096)
def _update_sql(twin: Twin, columns: tuple[str, ...]) -> str:
    names = (*twin.key, *columns)
    values = typed_columns(twin.codecs[name] for name in names)[len(twin.key) :]
    assigned = ", ".join(f"{quote_name(name)} = {value}" for name, value in zip(columns, values, strict=True))
    return (
        f"UPDATE {table_sql(twin.table)} t SET {assigned} FROM {recordset_sql(names, 1)} WHERE {key_match(twin, 't')}"
    )


async def _delete(connection: Connection, registry: Registry, rows: list[BatchRow]) -> None:
    """Rows that a cascade took already are as gone as asked: no count is expected."""
    for twin, removed in reversed(_by_twin(registry, rows)):
        await connection.execute(_delete_sql(twin), encode_keys([row.key for row in removed]))


@lru_cache(maxsize=1024)
def _delete_sql(twin: Twin) -> str:
    return f"DELETE FROM {table_sql(twin.table)} t USING {recordset_sql(twin.key, 1)} WHERE {key_match(twin, 't')}"


async def _expect(connection: Connection, statement: str, values: str, rows: int) -> None:
    status = await connection.execute(statement, values)
    if int(status.rsplit(" ", 1)[1]) != rows:
        raise NotWritten


async def find_outside(connection: Connection, accepting: AcceptContext, rows: Iterable[BatchRow]) -> list[BatchRow]:
    """The rows that were written and that the writer may not leave where they are now: out of his scope. A new one may
    come late, below a row that he has had."""
    found: list[BatchRow] = []
    checked = (row for row in rows if row.twin.filtered and (_is_new(row) or _is_replaced(row) or _stays(row)))
    for twin, group in _by_twin(accepting.registry, checked):
        outside = await _find_unmet(connection, accepting, twin, group)
        if late := [row for row in outside if twin.mirror.late and row.stored is None]:
            never_had = await _find_unmet(connection, accepting, twin, late, formerly=True)
            outside = [row for row in outside if row.stored is not None] + never_had
        found += outside
    return found


async def _find_unmet(
    connection: Connection, accepting: AcceptContext, twin: Twin, rows: list[BatchRow], *, formerly: bool = False
) -> list[BatchRow]:
    """Of these rows, as they are written by now, those that the writer does not see, or never had."""
    condition = compile_formerly(twin) if formerly else compile_condition(twin)
    if condition is None:
        return rows
    statement = _outside_sql(twin, formerly)
    out = await connection.fetch(statement, *accepting.bind(condition), encode_keys([row.key for row in rows]))
    return [rows[ordinal] for (ordinal,) in out]


def _is_replaced(row: BatchRow) -> bool:
    return row.replaced and _is_changed(row)


def _stays(row: BatchRow) -> bool:
    return row.twin.mirror.check_after and _is_changed(row)


@lru_cache(maxsize=1024)
def _outside_sql(twin: Twin, formerly: bool) -> str:
    condition = (compile_formerly(twin) if formerly else None) or compile_condition(twin)
    rows = recordset_sql(twin.key, len(condition.names) + 1, ordinal=True)
    scoped = scoped_rows_sql(twin, key_match(twin, table_sql(twin.table)), condition)
    return f"SELECT _twinbase_r.o FROM {rows} CROSS JOIN {scoped} WHERE NOT t.{INSIDE}"
