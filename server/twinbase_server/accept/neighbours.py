"""The rows that rules look at beside a mutation: read once for a batch, and seen as the batch has left them so far."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from twinbase.errors import DeclarationError
from twinbase.mutation import IncomingMutation
from twinbase.quoting import quote_name
from twinbase.registry import Registry, Twin
from twinbase_server.accept.batch import Change, RowId
from twinbase_server.accept.context import AcceptContext
from twinbase_server.accept.decide import is_same
from twinbase_server.accept.plugins import translate_plugin_errors
from twinbase_server.accept.rows import BatchRow, encode_keys
from twinbase_server.accept.scope import recordset_sql, typed_columns
from twinbase_server.database.connection import Connection
from twinbase_server.sql.names import column_sql, table_sql

Asked = tuple[str, str, Any]


class Neighbours:
    """`rows` are those that the batch touches, `stored` what the database holds of the others."""

    def __init__(self, registry: Registry, rows: Mapping[RowId, BatchRow]) -> None:
        self._registry, self._rows = registry, rows
        self.stored: dict[Asked, list[Mapping[str, Any]]] = {}

    def __call__(self, twin: str, column: str, value: Any, /) -> Sequence[Mapping[str, Any]]:
        if value is None:
            return []  # As in SQL: no row is beside nothing.
        if (twin, column, value) not in self.stored:
            raise DeclarationError(f"A rule looks at {twin}.{column}, which its twinbase_neighbours did not ask for.")
        key = self._registry[twin].key
        others = [one for one in self.stored[twin, column, value] if self._row_id(twin, key, one) not in self._rows]
        return others + self._touched(twin, key, column, value)

    def _row_id(self, twin: str, key: tuple[str, ...], row: Mapping[str, Any]) -> RowId:
        return twin, tuple(row[name] for name in key)

    def _touched(self, twin: str, key: tuple[str, ...], column: str, value: Any) -> list[Mapping[str, Any]]:
        """Of the batch's own rows, those that are there now and have the value."""
        if key == (column,):
            found = self._rows.get((twin, (value,)))
            return [] if found is None or found.values is None else [found.values]
        touched = [row.values for row in self._rows.values() if row.twin.name == twin and row.values is not None]
        return [values for values in touched if is_same(self._registry[twin], column, value, values.get(column))]


async def read_neighbours(
    connection: Connection, accepting: AcceptContext, changes: Sequence[Change], rows: Mapping[RowId, BatchRow]
) -> Neighbours:
    """One query for each column that rules ask by."""
    registry, plugins = accepting.registry, accepting.plugins
    neighbours = Neighbours(registry, rows)
    if not plugins.has_neighbours:
        return neighbours
    wanted: dict[tuple[str, str], dict[Any, None]] = {}
    for change in changes:
        written = IncomingMutation(change.twin.name, change.op, change.key, rows[change.row_id].values, change.new)
        with translate_plugin_errors("twinbase_neighbours"):
            asked = plugins.collect_neighbours(written)
        for one in asked:
            if one.value is not None and one.twin in registry:
                wanted.setdefault((one.twin, one.column), {})[one.value] = None
    for (name, column), values in wanted.items():
        await _read(connection, registry[name], column, list(values), neighbours)
    return neighbours


async def _read(connection: Connection, twin: Twin, column: str, values: Sequence[Any], neighbours: Neighbours) -> None:
    """PostgreSQL says which row belongs to which value: 5 and 5.00 are one number, and two texts."""
    found = await connection.fetchval(_read_sql(twin, column), encode_keys([(value,) for value in values]))
    for value in values:
        neighbours.stored[twin.name, column, value] = []
    for row_id, row in msgspec.json.decode(found):
        neighbours.stored[twin.name, column, values[row_id]].append(row)


@lru_cache(maxsize=256)
def _read_sql(twin: Twin, column: str) -> str:
    wire = ", ".join(
        f"{twin.codecs[name].to_wire_sql(column_sql(name, 't'))} AS {quote_name(name)}" for name in twin.columns
    )
    (value,) = typed_columns([twin.codecs[column]])
    row = f"(SELECT row_to_json(_twinbase_row) FROM (SELECT {wire}) _twinbase_row)"
    return (
        f"SELECT coalesce(json_agg(json_build_array(_twinbase_r.o, {row})), '[]')::text"
        f" FROM {recordset_sql([column], 1, ordinal=True)}"
        f" JOIN {table_sql(twin.table)} t ON {column_sql(column, 't')} = {value}"
    )
