"""What PostgreSQL's catalog says about the tables of twins: columns, their types under all domains, keys, capture."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import asyncpg

from twinbase_server.database.connection import Connection
from twinbase_server.sql.names import TableName


@dataclass(frozen=True)
class CatalogColumn:
    """A column as it is. `type` is for people, `kind` the type's own name (of an array: of its items), under domains.

    `modifier`: length or precision and scale, as PostgreSQL packs them; -1 without. `counted`: a sequence or an
    identity gives its numbers. `filled`: PostgreSQL gives a value where an insert gives none.
    """

    name: str
    type: str
    kind: str
    modifier: int
    array: bool
    required: bool
    filled: bool
    counted: bool
    generated: bool
    labels: tuple[str, ...]

    @property
    def length(self) -> int | None:
        """The most letters of a varchar(n) or char(n)."""
        return self.modifier - 4 if self.modifier >= 4 else None

    @property
    def digits(self) -> tuple[int, int] | None:
        """(precision, scale) of a numeric that has them."""
        if self.modifier < 4:
            return None
        scale = (self.modifier - 4) & 0x7FF
        return (self.modifier - 4) >> 16, scale - 0x800 if scale >= 0x400 else scale


@dataclass(frozen=True)
class CatalogTable:
    """A table as it is. `signature` changes with whatever of its columns a statement or a codec depends on.

    `keys`: the sets of columns that are unique together. `captured`: its changes are noted, or were.
    """

    columns: Mapping[str, CatalogColumn] = field(default_factory=dict)
    keys: tuple[frozenset[str], ...] = ()
    captured: bool = False
    signature: int = 0


CatalogTables = Mapping[TableName, CatalogTable]


async def read_tables(connection: Connection, names: Iterable[TableName]) -> CatalogTables:
    """What there is of these tables; those that are not there are left out."""
    wanted = sorted(set(names))
    schemas, tables = [schema for schema, _ in wanted], [name for _, name in wanted]
    columns: dict[TableName, dict[str, CatalogColumn]] = {}
    for row in await connection.fetch(_COLUMNS, schemas, tables):
        columns.setdefault((row["schema"], row["table"]), {})[row["name"]] = _column(row)
    facts = {(row["schema"], row["table"]): row for row in await connection.fetch(_TABLES, schemas, tables)}
    return {
        name: CatalogTable(
            columns.get(name, {}),
            tuple(frozenset(json.loads(key)) for key in row["keys"]),
            row["captured"],
            row["signature"],
        )
        for name, row in facts.items()
    }


def _column(row: asyncpg.Record) -> CatalogColumn:
    names = ("name", "type", "kind", "modifier", "array", "required", "filled", "counted", "generated")
    return CatalogColumn(**{name: row[name] for name in names}, labels=tuple(row["labels"]))


def signature_sql(relid: str) -> str:
    """One number for the columns of a relation: positions, names, types, whether they may be empty, who fills them."""
    return (
        "(SELECT coalesce(bit_xor(hashtextextended(attname::text, (attnum::bigint << 32 | atttypid::bigint)"
        " # (atttypmod::bigint << 16) # attnotnull::int # ascii(attidentity::text) * 2 # ascii(attgenerated::text) * 4"
        f")), 0) FROM pg_catalog.pg_attribute WHERE attrelid = {relid} AND attnum > 0 AND NOT attisdropped)"
    )


_WANTED = """
wanted AS (
    SELECT c.oid AS relid, t.schema, t.name FROM unnest($1::text[], $2::text[]) AS t (schema, name)
    JOIN pg_namespace n ON n.nspname = t.schema
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
)"""

# A default is looked at as the catalog holds it: to have it written out takes a lock on its table, which somebody may
# keep to himself for hours.
_NEXTVAL = "'pg_catalog.nextval(regclass)'::regprocedure::oid"

_COLUMNS = f"""
WITH RECURSIVE {_WANTED},
typed (relid, attnum, type, modifier, required, level) AS (
    SELECT w.relid, a.attnum, a.atttypid, a.atttypmod, a.attnotnull, 0
    FROM wanted w JOIN pg_attribute a ON a.attrelid = w.relid AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT d.relid, d.attnum, t.typbasetype, t.typtypmod, d.required OR t.typnotnull, d.level + 1
    FROM typed d JOIN pg_type t ON t.oid = d.type WHERE t.typtype = 'd'
)
SELECT w.schema, w.name AS "table", a.attname::text AS name, format_type(d.type, d.modifier) AS type,
    coalesce(i.typname, t.typname)::text AS kind, d.modifier, i.oid IS NOT NULL AS "array", d.required,
    a.atthasdef OR a.attidentity::text <> '' AS filled, a.attgenerated::text <> '' AS generated,
    a.attidentity::text <> '' OR coalesce(f.adbin::text LIKE '%:funcid ' || {_NEXTVAL} || ' %', false) AS counted,
    ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = coalesce(i.oid, t.oid) ORDER BY e.enumsortorder)
        AS labels
FROM typed d JOIN wanted w ON w.relid = d.relid
JOIN pg_attribute a ON a.attrelid = d.relid AND a.attnum = d.attnum
JOIN pg_type t ON t.oid = d.type AND t.typtype <> 'd'
LEFT JOIN pg_type i ON i.oid = t.typelem AND t.typcategory = 'A'
LEFT JOIN pg_attrdef f ON f.adrelid = d.relid AND f.adnum = d.attnum
ORDER BY w.schema, w.name, a.attnum
"""

_TABLES = f"""
WITH {_WANTED}
SELECT w.schema, w.name AS "table", {signature_sql("w.relid")} AS signature,
    EXISTS (SELECT FROM twinbase.capture c WHERE (c.schema_name, c.table_name) = (w.schema, w.name)) AS captured,
    ARRAY(SELECT (SELECT json_agg(k.attname::text)::text FROM pg_attribute k
                  WHERE k.attrelid = x.indrelid AND k.attnum = ANY ((x.indkey::int2[])[0:x.indnkeyatts - 1]))
          FROM pg_index x WHERE x.indrelid = w.relid AND x.indisunique AND x.indisvalid AND x.indpred IS NULL
          AND x.indexprs IS NULL) AS keys
FROM wanted w
"""
