"""What PostgreSQL's catalog says about a table to capture: its partitions, its key, its triggers."""

import json
from dataclasses import dataclass

import asyncpg

from twinbase_server.capture.marks import TRIGGERS, columns_hash_sql, parts_mark_sql, trigger_name
from twinbase_server.capture.tables import CapturedTable, object_name
from twinbase_server.database.connection import Connection


@dataclass(frozen=True)
class KeyColumn:
    """A key column as a version table repeats it: a domain's own type, of the same length, the same collation."""

    name: str
    type: str
    collation: str | None
    ours: bool  # whether its type is an ordinary one, which needs nothing but pg_catalog to be compared
    exact: bool  # whether two values that PostgreSQL calls equal have one text

    def definition_sql(self) -> str:
        return f"{self.type} COLLATE {self.collation}" if self.collation else self.type


@dataclass(frozen=True)
class Relation:
    """The captured table itself, or one of its partitions, and the triggers of ours that it has."""

    relid: int
    name: str
    kind: str
    persistence: str
    columns: frozenset[str]
    virtual: frozenset[str]
    columns_hash: int
    parents: tuple[str, ...]  # the tables that it is a partition of, or inherits from
    policed: bool  # whether a policy of row security may hide rows from the role that asks
    triggers: tuple[tuple[str, str, str | None, str], ...]  # (name, enabled, argument, function)

    def is_armed_by(self, table: CapturedTable) -> bool:
        """Whether all triggers are there, fire for every writer, and know the columns as they are."""
        wanted = {(trigger_name(kind), "A", str(self.columns_hash), _function(table, kind)) for kind in TRIGGERS}
        return wanted == set(self.triggers)


@dataclass(frozen=True)
class Facts:
    """A table as it stands. `relations` holds the table first, then everything below it; `parts_mark` is another text
    once a part was taken out or hung in."""

    relations: tuple[Relation, ...]
    parts_mark: str
    key: tuple[KeyColumn, ...]
    key_is_unique: bool
    subscribed: bool

    @property
    def root(self) -> Relation:
        return self.relations[0]

    @property
    def key_is_exact(self) -> bool:
        """Whether one key has one spelling only."""
        return all(column.exact for column in self.key)


@dataclass(frozen=True)
class Installed:
    """What was captured when capture was last installed on a table of this name."""

    relid: int
    base: int
    key: tuple[str, ...]
    columns: tuple[str, ...]
    fingerprint: str


async def read_facts(connection: Connection, table: CapturedTable) -> Facts | None:
    """The table as it stands, or None when there is none of that name."""
    rows = await connection.fetch(
        _RELATIONS.replace("{shape}", columns_hash_sql("c.oid", table)), table.schema, table.name
    )
    if not rows:
        return None
    relid = rows[0]["oid"]
    key = await connection.fetch(_KEY, relid, list(table.key))
    return Facts(
        relations=tuple(_relation(row) for row in rows),
        parts_mark=await connection.fetchval(f"SELECT {parts_mark_sql('$1::bigint')}", relid),
        key=tuple(KeyColumn(row["name"], row["type"], row["collation"], row["ours"], row["exact"]) for row in key),
        key_is_unique=await connection.fetchval(_UNIQUE, relid, list(table.key)),
        subscribed=await connection.fetchval(_SUBSCRIBED, [row["oid"] for row in rows]),
    )


async def read_installed(connection: Connection, table: CapturedTable) -> Installed | None:
    """The note that the last installation left, or None."""
    row = await connection.fetchrow(_INSTALLED, table.schema, table.name)
    if row is None:
        return None
    return Installed(row["relid"], row["base"], tuple(row["key_columns"]), tuple(row["columns"]), row["fingerprint"])


def _function(table: CapturedTable, kind: str) -> str:
    return f"twinbase.{object_name(kind, table.schema, table.name)}"


def _relation(row: asyncpg.Record) -> Relation:
    return Relation(
        relid=row["oid"],
        name=row["name"],
        kind=row["relkind"],
        persistence=row["relpersistence"],
        columns=frozenset(row["columns"]),
        virtual=frozenset(row["virtual"]),
        columns_hash=row["shape"],
        parents=tuple(row["parents"]),
        policed=row["policed"],
        triggers=tuple((t[0], t[1], t[2], t[3]) for t in json.loads(row["triggers"])),
    )


_INSTALLED = """
SELECT relid::bigint AS relid, base::text::bigint AS base, key_columns, columns, fingerprint
FROM twinbase.capture WHERE schema_name = $1 AND table_name = $2
"""

# The table first, then its partitions and their partitions.
_RELATIONS = """
WITH RECURSIVE tree (oid, depth) AS (
    SELECT c.oid, 0 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    UNION
    SELECT i.inhrelid, depth + 1 FROM tree JOIN pg_inherits i ON i.inhparent = tree.oid
)
SELECT c.oid::bigint AS oid, format('%I.%I', n.nspname, c.relname) AS name,
    c.relkind::text AS relkind, c.relpersistence::text AS relpersistence, ({shape}) AS shape,
    row_security_active(c.oid) AS policed,
    ARRAY (SELECT format('%s.%s', pn.nspname, p.relname) FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent
           JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE i.inhrelid = c.oid ORDER BY 1) AS parents,
    ARRAY (SELECT attname::text FROM pg_attribute
           WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns,
    ARRAY (SELECT attname::text FROM pg_attribute
           WHERE attrelid = c.oid AND attnum > 0 AND attgenerated::text = 'v') AS virtual,
    (SELECT coalesce(jsonb_agg(jsonb_build_array(t.tgname, t.tgenabled,
                replace(encode(t.tgargs, 'escape'), '\\000', ''), format('%s.%s', pn.nspname, p.proname))), '[]')
     FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace pn ON pn.oid = p.pronamespace
     WHERE t.tgrelid = c.oid AND starts_with(t.tgname, 'twinbase_capture_'))::text AS triggers
FROM (SELECT oid, max(depth) AS depth FROM tree GROUP BY oid) tree
JOIN pg_class c ON c.oid = tree.oid JOIN pg_namespace n ON n.oid = c.relnamespace
ORDER BY tree.depth, c.oid
"""

# The type under all domains, with its modifier (without one, "character" is one letter long), and how two of its values
# are compared. Exact are types that are known to be: 0.5 and 0.500 are one numeric, one day and 24 hours one interval.
_KEY = """
WITH RECURSIVE typed (n, name, type, modifier, sorting, is_domain) AS (
    SELECT k.n, a.attname, a.atttypid, a.atttypmod, a.attcollation, t.typtype = 'd'
    FROM unnest($2::text[]) WITH ORDINALITY k (name, n)
    JOIN pg_attribute a ON a.attrelid = $1 AND a.attname = k.name AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid
    UNION ALL
    SELECT d.n, d.name, t.typbasetype, t.typtypmod, d.sorting, b.typtype = 'd'
    FROM typed d JOIN pg_type t ON t.oid = d.type JOIN pg_type b ON b.oid = t.typbasetype WHERE d.is_domain
)
SELECT k.name::text AS name,
    CASE WHEN tn.nspname = 'pg_catalog' THEN format_type(k.type, k.modifier)
         ELSE format('%I.%I', tn.nspname, t.typname) END AS type,
    (SELECT format('%I.%I', cn.nspname, l.collname) FROM pg_collation l JOIN pg_namespace cn ON cn.oid = l.collnamespace
     WHERE l.oid = k.sorting) AS "collation",
    tn.nspname = 'pg_catalog' OR t.typtype = 'e' AS ours,
    (t.typtype = 'e' OR k.type = ANY ('{smallint,integer,bigint,oid,boolean,uuid,bytea,bit,varbit,text,varchar,name,
        date,time,timestamp,timestamptz}'::regtype[])
        OR k.modifier <> -1 AND k.type = ANY ('{numeric,bpchar}'::regtype[]))
    AND coalesce((SELECT l.collisdeterministic FROM pg_collation l WHERE l.oid = k.sorting), true) AS exact
FROM typed k JOIN pg_type t ON t.oid = k.type JOIN pg_namespace tn ON tn.oid = t.typnamespace
WHERE NOT k.is_domain ORDER BY k.n
"""

_UNIQUE = """
SELECT EXISTS (
    SELECT FROM pg_index
    WHERE indrelid = $1 AND indisunique AND indisvalid AND indpred IS NULL AND indexprs IS NULL
    AND $2::text[] @> (SELECT array_agg(attname::text) FROM pg_attribute
                       WHERE attrelid = indrelid AND attnum = ANY ((indkey::int2[])[0:indnkeyatts - 1])))
"""

_SUBSCRIBED = "SELECT EXISTS (SELECT FROM pg_subscription_rel WHERE srrelid = ANY ($1::oid[]))"
