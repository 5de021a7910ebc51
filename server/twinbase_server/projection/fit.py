"""Fit projections to the sources as they are: what a database lacks costs a feature or a projection, never the rest."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    Alias,
    Boolean,
    ColumnClause,
    Date,
    DateTime,
    FromClause,
    Integer,
    Numeric,
    Select,
    String,
    Table,
    TypeDecorator,
    Uuid,
    cast,
    false,
    null,
    select,
)
from sqlalchemy.sql import ClauseElement, visitors
from sqlalchemy.types import TypeEngine

from twinbase.projection import OPTIONAL, Feeds, Projection
from twinbase_server.database.connection import Connection
from twinbase_server.sql.names import TableName

Catalog = Mapping[TableName, Mapping[str, str]]
"""Schema and name of each table → its columns → their types, as PostgreSQL calls them."""

_NUMBERS = ("smallint", "integer", "bigint")
_TAKES: tuple[tuple[type[TypeEngine[Any]], tuple[str, ...]], ...] = (
    (Uuid, ("uuid",)),
    (Boolean, ("boolean",)),
    (Integer, _NUMBERS),
    (Numeric, (*_NUMBERS, "numeric", "real", "double precision")),
    (DateTime, ("timestamp without time zone", "date")),
    (Date, ("timestamp without time zone", "date")),
    (String, ("text", "character varying", "character")),
)


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that a source lacks: `what` (Customer.Name), how (`missing`, or the type that it has instead), and the
    sentence that says what is lost; None when it is required."""

    what: str
    how: str
    lost: str | None

    @property
    def sentence(self) -> str:
        return f"{self.lost or ''} {self.what} {self.how}.".strip()


@dataclass(frozen=True, slots=True)
class Fitted:
    """A projection as it can run here. `off`: why it cannot run at all, one sentence; "" when it can.

    `lacks`: what it does without. `unsaid`: shared columns of which this source says nothing: the device's stay.
    """

    projection: Projection
    off: str = ""
    lacks: tuple[Lack, ...] = ()
    unsaid: frozenset[str] = frozenset()


async def read_catalog(connection: Connection, tables: Iterable[Table]) -> Catalog:
    """What there is of these tables."""
    table_names = sorted(map(table_name, tables))
    rows = await connection.fetch(_COLUMNS, [schema for schema, _ in table_names], [name for _, name in table_names])
    found: dict[TableName, dict[str, str]] = {}
    for row in rows:
        found.setdefault((row["schema"], row["name"]), {})[row["column"]] = row["type"]
    return found


def source_tables(projections: Iterable[Projection]) -> dict[TableName, Table]:
    """The tables that feed these projections."""
    return {table_name(feed.table): feed.table for projection in projections for feed in projection.feeds}


def table_name(table: Table) -> TableName:
    return table.schema or "public", table.name


def fit(projections: Sequence[Projection], catalog: Catalog) -> list[Fitted]:
    """Each projection without what is not there, or off because it cannot do without."""
    known = source_tables(projections)
    if all(_is_as_declared(table, catalog) for table in known.values()):
        return [Fitted(projection) for projection in projections]
    return [_fit(projection, known, catalog) for projection in projections]


def find_lacks(table: Table, catalog: Catalog) -> list[Lack]:
    """What a declared table lacks here: itself, or columns."""
    if table_name(table) not in catalog:
        return [Lack(table.name, "is missing", table.info.get(OPTIONAL))]
    return [lack for column in table.columns if (lack := _lack(column, catalog))]


def _is_as_declared(table: Table, catalog: Catalog) -> bool:
    return not find_lacks(table, catalog) and not _renamed(table, catalog)


def _renamed(table: Table, catalog: Catalog) -> dict[Any, str]:
    """Columns that go on under another name. A loader keeps a column whose type has changed at the source as it was,
    and what comes from then on as `Name__2`: the newest of them is read."""
    columns = catalog.get(table_name(table), {})
    return {column: newest for column in table.columns if (newest := _newest(column.name, columns)) != column.name}


def _newest(name: str, columns: Iterable[str]) -> str:
    later = [other for other in columns if other.startswith(f"{name}__") and other[len(name) + 2 :].isdigit()]
    return max(later, key=lambda other: int(other[len(name) + 2 :]), default=name)


def _fit(projection: Projection, known: Mapping[TableName, Table], catalog: Catalog) -> Fitted:
    used = list(_used(projection, known))
    absent = [table for table in known.values() if table_name(table) not in catalog]
    found = [lack for table in _tables(used) if table in absent for lack in find_lacks(table, catalog)]
    found += [lack for column in used if column.table not in absent and (lack := _lack(column, catalog))]
    if required := [lack for lack in found if lack.lost is None]:
        return Fitted(projection, f"It cannot run: {' '.join(lack.sentence for lack in required)}", tuple(found))
    if all(_is_as_declared(table, catalog) for table in {*_tables(used), *source_tables([projection]).values()}):
        return Fitted(projection)
    without = _without(known.values(), catalog)
    unsaid = {name for name in projection.shared if _reads(projection.rows.selected_columns[name], without)}
    return Fitted(_adapted(projection, without, catalog), "", tuple(dict.fromkeys(found)), frozenset(unsaid))


def used_columns(projection: Projection, tables: Iterable[Table]) -> list[Any]:
    """The columns of these tables that a projection's rows come from, each once."""
    return list(_used(projection, {table_name(table): table for table in tables}))


def _used(projection: Projection, known: Mapping[TableName, Table]) -> Iterator[Any]:
    seen: dict[Any, None] = {}
    for part in (projection.rows, *projection.only.values()):
        for element in visitors.iterate(part):
            column = _declared(element)
            if column is not None and known.get(table_name(column.table)) is column.table:
                seen[column] = None
    yield from seen


def _tables(columns: Iterable[Any]) -> list[Table]:
    """The tables of these columns, each once."""
    return list(dict.fromkeys(column.table for column in columns))


def _declared(element: Any) -> Any:
    """The column of a declared table that this is, be it through an alias; None for anything else."""
    table = getattr(element, "table", None)
    if isinstance(table, Alias) and isinstance(table.element, Table):
        return table.element.c.get(element.name)
    return element if isinstance(table, Table) else None


def _lack(column: Any, catalog: Catalog) -> Lack | None:
    columns = catalog[table_name(column.table)]
    type_ = columns.get(_newest(column.name, columns))
    lost = column.info.get(OPTIONAL)
    if type_ is None:
        return Lack(f"{column.table.name}.{column.name}", "is missing", lost)
    if not _takes(column.type, type_):
        return Lack(f"{column.table.name}.{column.name}", f"is {type_} here", lost)
    return None


def _takes(declared: TypeEngine[Any], found: str) -> bool:
    """Whether a column of this type can be read as declared. A type that nobody thought of is taken as it is."""
    declared = declared.impl_instance if isinstance(declared, TypeDecorator) else declared
    if isinstance(declared, DateTime) and declared.timezone:
        return found == "timestamp with time zone"
    for kind, names in _TAKES:
        if isinstance(declared, kind):
            return found in names
    return True


@dataclass(frozen=True, slots=True)
class _Without:
    """What to put in the place of what is not there: NULL for a column, no rows for a table; or its other name."""

    columns: frozenset[Any]
    renamed: Mapping[Any, str]
    tables: Mapping[Table, FromClause]

    def __call__(self, element: Any, **_: Any) -> Any:
        if isinstance(element, Table):
            return self.tables.get(element)
        table = getattr(element, "table", None)
        if isinstance(table, Table) and table in self.tables:
            return self.tables[table].c[element.name]
        declared = _declared(element)
        if declared in self.columns:
            return cast(null(), element.type)
        if declared in self.renamed:
            return ColumnClause(self.renamed[declared], element.type, _selectable=table)
        return None

    def replace_in(self, element: Any) -> Any:
        return visitors.replacement_traverse(element, {}, self)

    def is_lacking(self, element: Any) -> bool:
        """Whether this stands for something that is not there."""
        declared = _declared(element)
        return declared is not None and (declared in self.columns or declared.table in self.tables)


def _without(known: Iterable[Table], catalog: Catalog) -> _Without:
    tables = {table: _no_rows(table) for table in known if table_name(table) not in catalog}
    there = [table for table in known if table not in tables]
    renamed = {column: name for table in there for column, name in _renamed(table, catalog).items()}
    columns = frozenset(column for table in there for column in table.columns if _lack(column, catalog))
    return _Without(columns, {column: name for column, name in renamed.items() if column not in columns}, tables)


def _no_rows(table: Table) -> FromClause:
    columns = (cast(null(), column.type).label(column.name) for column in table.columns)
    return select(*columns).where(false()).subquery(table.name)


def _reads(element: ClauseElement, without: _Without) -> bool:
    return any(without.is_lacking(inner) for inner in visitors.iterate(element))


def _adapted(projection: Projection, without: _Without, catalog: Catalog) -> Projection:
    feeds = [_watching(feed, without, catalog) for feed in projection.feeds if _has_key(feed.table, catalog)]
    return replace(
        projection,
        rows=without.replace_in(projection.rows),
        only={sentence: without.replace_in(condition) for sentence, condition in projection.only.items()},
        feeds=tuple(feeds),
    )


def _has_key(table: Table, catalog: Catalog) -> bool:
    return set(table.primary_key.columns.keys()) <= catalog.get(table_name(table), {}).keys()


def _watching(feed: Feeds, without: _Without, catalog: Catalog) -> Feeds:
    """The feed, watching columns that are there."""
    wanted = feed.table.columns.keys() if feed.columns is None else feed.columns
    columns = catalog[table_name(feed.table)]
    there = frozenset(newest for name in wanted if (newest := _newest(name, columns)) in columns)
    return replace(feed, keys=_keys(feed, without), columns=there)


def _keys(feed: Feeds, without: _Without) -> Callable[[FromClause], Select[Any]]:
    def keys(changed: FromClause) -> Select[Any]:
        return without.replace_in(feed.keys(changed))  # type: ignore[no-any-return]

    return keys


_COLUMNS = """
SELECT n.nspname::text AS schema, c.relname::text AS name, a.attname::text AS column,
    format_type(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END, NULL) AS type
FROM unnest($1::text[], $2::text[]) wanted (schema, name)
JOIN pg_namespace n ON n.nspname = wanted.schema
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.name AND c.relkind IN ('r', 'p')
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
"""
