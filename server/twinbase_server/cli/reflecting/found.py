"""What there is in a database: tables with their columns and keys, and what is none."""

import re
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Numeric, String, inspect, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

from twinbase_server.database.connection import open_engine
from twinbase_server.sql.names import TableName

KINDS = {"v": "a view, and has no key", "m": "a materialized view, and has no key", "f": "a foreign table"}


@dataclass(frozen=True)
class FoundColumn:
    """A column. `kind`: the type as PostgreSQL writes it; `type`: what is under its domain; `default`: as it is written
    there. `counted`: the database counts it up. `generated`: computed from others, "s" when kept, "v" when not."""

    name: str
    kind: str
    type: TypeEngine[Any]
    nullable: bool
    default: str
    counted: bool
    generated: str
    several_dimensions: bool


@dataclass(frozen=True)
class FoundKey:
    """A foreign key: these columns point at those of another table. `actions`: what is done where that row goes."""

    columns: tuple[str, ...]
    target: TableName
    referred: tuple[str, ...]
    actions: Mapping[str, str]


@dataclass(frozen=True)
class FoundTable:
    """A table as it stands. `problem`: why it cannot be mirrored whatever its columns are; "" when it can."""

    schema: str
    name: str
    problem: str
    comment: str
    columns: tuple[FoundColumn, ...]
    key: tuple[str, ...]
    foreign_keys: tuple[FoundKey, ...]

    @property
    def label(self) -> str:
        return f"{self.schema}.{self.name}"


async def find_tables(url: str, schemas: Collection[str], names: Collection[str]) -> list[FoundTable]:
    """Everything in these schemas (all, without any), or what is named: TABLE or SCHEMA.TABLE. Nothing is changed."""
    async with open_engine(url) as engine, engine.connect() as connection:
        return list(await connection.run_sync(_find, set(schemas), set(names)))


def _find(connection: Connection, schemas: set[str], names: set[str]) -> list[FoundTable]:
    rows: list[Any] = [row._mapping for row in connection.execute(text(_RELATIONS))]
    wanted = [
        row
        for row in rows
        if (not schemas or row["schema"] in schemas)
        and (not names or row["name"] in names or f"{row['schema']}.{row['name']}" in names)
    ]
    return [table for schema in sorted({row["schema"] for row in wanted}) for table in _of(connection, schema, wanted)]


def _of(connection: Connection, schema: str, rows: Sequence[Any]) -> Iterator[FoundTable]:
    """The tables of one schema, read together."""
    here = {row["name"]: row for row in rows if row["schema"] == schema}
    written = {(one.table, one.column): one for one in connection.execute(text(_COLUMNS), {"schema": schema})}
    names, inspector = sorted(here), inspect(connection)
    options: Any = {"schema": schema, "filter_names": names}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of types that SQLAlchemy does not know: they are said by us
        columns = inspector.get_multi_columns(**options)
    keys, foreign = inspector.get_multi_pk_constraint(**options), inspector.get_multi_foreign_keys(**options)
    for name in names:
        at = (schema, name)
        found = tuple(_column(each, written[name, each["name"]]) for each in columns.get(at, ()))
        yield FoundTable(
            schema,
            name,
            here[name]["problem"] or KINDS.get(here[name]["kind"], ""),
            here[name]["comment"] or "",
            found,
            tuple(keys[at]["constrained_columns"] if keys.get(at) else ()),
            tuple(_foreign_key(each) for each in foreign.get(at, ())),
        )


def _column(reflected: Any, written: Any) -> FoundColumn:
    type_, not_null = reflected["type"], not reflected["nullable"]
    while isinstance(type_, postgresql.DOMAIN):
        not_null = not_null or bool(type_.not_null)
        type_ = _measured(type_.data_type, written.base)
    default = reflected.get("default") or ""
    return FoundColumn(
        name=str(reflected["name"]),
        kind=written.kind,
        type=type_,
        nullable=not not_null,
        default=default,
        counted=bool(reflected.get("identity")) or default.startswith("nextval("),
        generated=written.generated,
        several_dimensions=written.dimensions > 1,
    )


def _measured(type_: Any, base: str) -> Any:
    """With its length or its digits, which SQLAlchemy does not see through a domain over a domain."""
    numbers = [int(number) for number in re.findall(r"\d+", base.partition("(")[2])]
    if numbers and isinstance(type_, Numeric) and type_.precision is None:
        return Numeric(numbers[0], numbers[1] if len(numbers) > 1 else 0)
    if numbers and isinstance(type_, String) and type_.length is None:
        return type(type_)(numbers[0])
    return type_


def _foreign_key(reflected: Any) -> FoundKey:
    target = (reflected["referred_schema"] or "public", reflected["referred_table"])
    options = reflected.get("options") or {}
    actions = {name: options[name] for name in ("ondelete", "onupdate") if options.get(name)}
    return FoundKey(tuple(reflected["constrained_columns"]), target, tuple(reflected["referred_columns"]), actions)


_RELATIONS = """
SELECT n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS kind, obj_description(c.oid) AS comment,
    CASE
        WHEN c.relispartition THEN 'a partition of ' || parent.name || ', which is mirrored instead'
        WHEN parent.name IS NOT NULL THEN 'a child of ' || parent.name || ', which is mirrored instead'
        WHEN EXISTS (SELECT FROM pg_inherits JOIN pg_class f ON f.oid = inhrelid
                     WHERE inhparent = c.oid AND f.relkind = 'f') THEN 'the parent of a foreign table'
        WHEN c.relpersistence = 'u' THEN 'unlogged: PostgreSQL empties it after a crash, and nobody is told'
        WHEN EXISTS (SELECT FROM pg_subscription_rel s WHERE s.srrelid = c.oid)
            THEN 'filled by logical replication, which fires no statement triggers'
        ELSE '' END AS problem
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN LATERAL (
    SELECT min(format('%s.%s', pn.nspname, p.relname)) AS name FROM pg_inherits i
    JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE i.inhrelid = c.oid
) parent ON true
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
    AND n.nspname NOT IN ('twinbase', 'information_schema') AND NOT starts_with(n.nspname, 'pg_')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1, 2
"""

_COLUMNS = """
WITH RECURSIVE typed (relation, number, type, modifier) AS (
    SELECT a.attrelid, a.attnum, a.atttypid, a.atttypmod FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = :schema AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT d.relation, d.number, t.typbasetype, t.typtypmod FROM typed d
    JOIN pg_type t ON t.oid = d.type WHERE t.typtype = 'd'
)
SELECT c.relname::text AS table, a.attname::text AS column, format_type(a.atttypid, a.atttypmod) AS kind,
    format_type(b.type, b.modifier) AS base, a.attgenerated::text AS generated, a.attndims AS dimensions
FROM typed b JOIN pg_type t ON t.oid = b.type AND t.typtype <> 'd'
JOIN pg_attribute a ON a.attrelid = b.relation AND a.attnum = b.number JOIN pg_class c ON c.oid = a.attrelid
"""
