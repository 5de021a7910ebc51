"""The copies as PostgreSQL has them: which there are, and of what columns."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from twinbase.postgres import PostgresConnection
from twinbase_ebp.schema.drift import Copy
from twinbase_ebp.schema.spec import TableSpec

_CANONICAL = {
    "boolean": "bool", "smallint": "int16", "integer": "int32", "bigint": "int64", "double precision": "float64",
    "uuid": "uuid", "text": "text", "date": "date", "time without time zone": "time",
    "timestamp without time zone": "timestamp", "timestamp with time zone": "timestamptz",
}  # fmt: skip
_SIZED = {"character varying": "text", "numeric": "decimal"}
_WRITTEN = re.compile(r"([a-z ]+?)(\(\d+(?:,\d+)?\))?")


@dataclass(frozen=True, slots=True)
class TargetTable:
    """A table as it stands in public. `columns`: canonical type by name, "" for a type that is none of ours."""

    columns: dict[str, str]
    key: tuple[str, ...]
    constraint: str | None
    required: tuple[str, ...]
    captured: bool

    def as_copy(self, found: TableSpec) -> Copy:
        """What is known of a table that somebody else has made: the columns of its that EBP has too, and the others."""
        ours = {column.target: column for column in found.columns if self.columns.get(column.target)}
        names = {target: column.name for target, column in ours.items()}
        columns = tuple(type(column)(column.name, self.columns[target]) for target, column in ours.items())
        key = tuple(names.get(target, target) for target in self.key)
        stale = {name: type_ for name, type_ in self.columns.items() if name not in ours}
        return Copy(TableSpec(found.name, columns, key), stale)


async def list_targets(connection: PostgresConnection) -> Collection[str]:
    """The names of the tables in public."""
    return {row["relname"] for row in await connection.fetch(_EXISTING)}


async def read_target(connection: PostgresConnection, target: str) -> TargetTable | None:
    """The table of that name, or None."""
    row = await connection.fetchrow(_TARGET, target)
    if row is None:
        return None
    columns = {name: canonical_name(type_) for name, type_ in zip(row["names"], row["types"], strict=True)}
    return TargetTable(columns, tuple(row["key"]), row["constraint"], tuple(row["required"]), row["captured"])


def canonical_name(written: str) -> str:
    """The canonical type of what PostgreSQL writes, or ""."""
    found = _WRITTEN.fullmatch(written)
    if found and found[1] in _SIZED:
        return f"{_SIZED[found[1]]}{found[2] or ''}"
    return _CANONICAL.get(written, "")


_EXISTING = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
_TARGET = """
SELECT
    ARRAY (SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
           ORDER BY attnum) AS names,
    ARRAY (SELECT format_type(atttypid, atttypmod) FROM pg_attribute
           WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum) AS types,
    ARRAY (SELECT a.attname::text FROM pg_constraint k, unnest(k.conkey) WITH ORDINALITY u (n, place)
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.n
           WHERE k.conrelid = c.oid AND k.contype = 'p' ORDER BY u.place) AS key,
    (SELECT conname::text FROM pg_constraint WHERE conrelid = c.oid AND contype = 'p') AS "constraint",
    ARRAY (SELECT attname::text FROM pg_attribute
           WHERE attrelid = c.oid AND attnum > 0 AND attnotnull AND NOT attisdropped) AS required,
    EXISTS (SELECT FROM pg_trigger WHERE tgrelid = c.oid AND starts_with(tgname, 'twinbase_capture_')) AS captured
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relname = $1 AND c.relkind IN ('r', 'p')
"""
