"""The rows that a batch touches, as the server has them: locked first, then read with their versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec

from twinbase.codecs import Codec
from twinbase.quoting import quote_name
from twinbase.registry import Twin
from twinbase_server.accept.batch import Change, KeyTuple, RowId
from twinbase_server.accept.context import AcceptContext, Origin
from twinbase_server.accept.scope import INSIDE, key_match, recordset_sql, scoped_rows_sql
from twinbase_server.capture import key_column_sql, version_table
from twinbase_server.database.connection import Connection
from twinbase_server.sql.names import column_sql, quote_literal, table_sql
from twinbase_server.sql.scope import compile_condition

SavedRow = tuple[dict[str, Any] | None, bool, frozenset[str], int, bool, bool]


@dataclass(slots=True)
class BatchRow:
    """One row while a batch is worked through: `stored` is what PostgreSQL has, `values` what it will have.

    `own`: this replica's own push was the last to write it. `at`: when it was last written, as far as known; `by`: the
    subject of whose device that was, "" for none.
    `changes`: how many mutations have written it in this round. `reborn`: it was deleted, and later made again.
    `replaced`: one local transaction deleted it and made it again, as INSERT OR REPLACE does: for whoever looks at what
    was committed it never went, and nothing that hangs on it may go.
    """

    twin: Twin
    key: KeyTuple
    stored: dict[str, Any] | None = None
    values: dict[str, Any] | None = None
    version: int | None = None
    inside: bool = True
    own: bool = False
    at: datetime | None = None
    by: str = ""
    written: frozenset[str] = frozenset()
    changes: int = 0
    reborn: bool = False
    replaced: bool = False
    removed_now: dict[str, Any] | None = None

    def save(self) -> "SavedRow":
        """The row as it is now, to go back to when its local transaction is refused. Another one begins."""
        self.removed_now = None
        return self.values, self.inside, self.written, self.changes, self.reborn, self.replaced

    def restore(self, kept: "SavedRow") -> None:
        """Be again what was kept."""
        self.values, self.inside, self.written, self.changes, self.reborn, self.replaced = kept

    def write(self, values: dict[str, Any]) -> None:
        """The row gets these values; it appears if it was not there."""
        before = self.values
        if before is None and self.removed_now is not None:
            before, self.inside, self.replaced = self.removed_now, True, True
        elif before is None:
            self.reborn, self.inside = self.stored is not None, True
        self.values = {**(before or {}), **values}
        self.written = self.written | values.keys()
        self.changes += 1

    def spelt_key(self) -> KeyTuple:
        """The key as whoever made the row wrote it."""
        values = self.values or {}
        return tuple(values.get(name, value) for name, value in zip(self.twin.key, self.key, strict=True))

    def remove(self) -> None:
        """The row goes."""
        self.removed_now = self.values
        self.values, self.written = None, frozenset()
        self.changes += 1


async def read_rows(
    connection: Connection, accepting: AcceptContext, origins: dict[RowId, Origin], changes: Sequence[Change]
) -> dict[RowId, BatchRow]:
    """Every row that the changes name, locked until the batch is done; absent ones have `stored` None.

    Two statements, because the first may wait for another writer and then see his row, but not his version of it.
    """
    rows = {change.row_id: BatchRow(change.twin, change.key) for change in changes}
    by_twin: dict[Twin, list[BatchRow]] = {}
    for row in rows.values():
        by_twin.setdefault(row.twin, []).append(row)
    deleted = {change.twin for change in changes if change.op == "delete"}
    for twin in sorted(by_twin, key=lambda twin: (twin.schema, twin.table.name)):
        await _read(connection, accepting, twin, by_twin[twin], whole=twin in deleted)
    _unite(rows)
    await _recognise(connection, accepting, origins, changes, rows)
    return rows


def _unite(rows: dict[RowId, BatchRow]) -> None:
    """Two spellings of one key are one row: PostgreSQL may call 'Par' and 'PAR' equal (citext, a collation)."""
    found: dict[RowId, BatchRow] = {}
    for row_id, row in rows.items():
        if row.stored is not None:
            key = tuple(row.stored[name] for name in row.twin.key)
            rows[row_id] = found.setdefault((row.twin.name, key), row)


def list_rows(rows: Mapping[RowId, BatchRow]) -> list[BatchRow]:
    """Each row once, however its key is spelt."""
    return list({id(row): row for row in rows.values()}.values())


async def _read(
    connection: Connection, accepting: AcceptContext, twin: Twin, rows: list[BatchRow], *, whole: bool
) -> None:
    keys = encode_keys([row.key for row in rows])
    await connection.fetchval(_lock_sql(twin, whole), keys)
    found = await connection.fetchval(_read_sql(twin), *accepting.bind_scope(twin), keys)
    for ordinal, version, inside, values in msgspec.json.decode(found):
        row = rows[ordinal]
        row.stored = row.values = values
        row.version, row.inside = int(version), inside


def encode_keys(keys: Sequence[Sequence[Any]]) -> str:
    """Keys as the JSON that `recordset_sql` reads."""
    names = ["o", *(f"c{i}" for i in range(len(keys[0])))] if keys else []
    rows = [dict(zip(names, (ordinal, *key), strict=True)) for ordinal, key in enumerate(keys)]
    return msgspec.json.encode(rows).decode()


@lru_cache(maxsize=1024)
def _lock_sql(twin: Twin, whole: bool) -> str:
    """In the order of the key, so that two batches never wait for each other; children may refer to a row meanwhile."""
    order = ", ".join(column_sql(name, "t") for name in twin.key)
    strength = "UPDATE" if whole else "NO KEY UPDATE"
    return (
        f"SELECT count(*) FROM (SELECT FROM {recordset_sql(twin.key, 1, ordinal=True)} JOIN {table_sql(twin.table)} t"
        f" ON {key_match(twin, 't')} ORDER BY {order} FOR {strength} OF t) locked"
    )


def _codecs(twin: Twin) -> list[tuple[str, Codec]]:
    return [(name, twin.codecs[name]) for name in twin.columns]


@lru_cache(maxsize=1024)
def _read_sql(twin: Twin) -> str:
    wire = ", ".join(
        f"{codec.to_wire_sql(column_sql(name, 't'))} AS {quote_name(name)}" for name, codec in _codecs(twin)
    )
    same = " AND ".join(f"{key_column_sql(name, 'v')} = {column_sql(name, 't')}" for name in twin.key)
    at = f"({quote_literal(twin.schema)}, {quote_literal(twin.table.name)})"
    base = f"(SELECT base FROM twinbase.capture WHERE (schema_name, table_name) = {at})"
    parameter = len(compile_condition(twin).names) + 1
    keys = recordset_sql(twin.key, parameter, ordinal=True)
    return f"""SELECT coalesce(json_agg(json_build_array(_twinbase_r.o, coalesce(v.xid, {base})::text, t.{INSIDE},
            (SELECT row_to_json(_twinbase_row) FROM (SELECT {wire}) _twinbase_row))), '[]')::text
        FROM {keys} CROSS JOIN {scoped_rows_sql(twin, key_match(twin, table_sql(twin.table)))}
        LEFT JOIN {version_table(twin.schema, twin.table.name)} v ON {same}"""


async def _recognise(
    connection: Connection,
    accepting: AcceptContext,
    origins: dict[RowId, Origin],
    changes: Sequence[Change],
    rows: Mapping[RowId, BatchRow],
) -> None:
    """Say of every row who wrote it before this batch did."""
    for row_id, row in rows.items():
        if row.version == accepting.xid:
            origin = origins.get(row_id, Origin(None, True, None))
            row.version, row.own, row.at, row.by = origin.version, origin.own, origin.at, origin.by
    moved = {c.row_id for c in changes if rows[c.row_id].version is not None and rows[c.row_id].version != c.base}
    if moved:
        await _ask_ledger(connection, [rows[row_id] for row_id in moved], accepting.caller.replica)
    for row_id, row in rows.items():
        if row.stored is not None:
            origins.setdefault(row_id, Origin(row.version, row.own, row.at, row.by))


async def _ask_ledger(connection: Connection, rows: list[BatchRow], replica: UUID) -> None:
    """Which device wrote these versions, whose and when; of those that no device wrote, by when they were there."""
    keys = [key_text(row.key) for row in rows]
    found = await connection.fetch(_WRITERS, [str(row.version) for row in rows], [r.twin.name for r in rows], keys)
    for row, (_, writer, at, account) in zip(rows, found, strict=True):
        row.own, row.at, row.by = writer == replica, at, account or ""


# The time of a device's write is in the ledger. Of the others a milestone, written every minute, tells the latest
# moment at which they can have begun: in doubt, a write counts as later than it was, and the server's side wins.
_WRITERS = """
SELECT m.ordinal, l.replica, coalesce(
    l.wrote_at, (SELECT s.at FROM twinbase.salt s WHERE s.xid > m.xid::xid8 ORDER BY s.xid LIMIT 1)),
    (SELECT r.account FROM twinbase.replica r WHERE r.id = l.replica)
FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS m(xid, twin, key, ordinal)
LEFT JOIN LATERAL (
    SELECT l.replica, l.wrote_at FROM twinbase.ledger l
    WHERE l.xid = m.xid::xid8 AND l.twin = m.twin AND l.key = m.key AND l.status IN ('applied', 'merged', 'conflict')
    ORDER BY l.wrote_at DESC LIMIT 1
) l ON true
ORDER BY m.ordinal
"""


def key_text(key: KeyTuple) -> str:
    """A key as the ledger holds it."""
    return msgspec.json.encode(key).decode()
