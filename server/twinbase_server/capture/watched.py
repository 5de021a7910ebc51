"""Which tables are captured, and with which columns: what twins send, what scopes ask, what projections read."""

from collections.abc import Sequence

from twinbase.projection import Projection
from twinbase.registry import Registry
from twinbase_server.capture.tables import CapturedTable
from twinbase_server.sql.row_hash import hash_sql_of


def captured_tables(registry: Registry, projections: Sequence[Projection] = ()) -> Sequence[CapturedTable]:
    """Every table to capture, with the columns that matter: of the twins, of their scopes, of projections' sources."""
    keys: dict[tuple[str, str], tuple[str, ...]] = {}
    columns: dict[tuple[str, str], dict[str, None]] = {}
    hashed: dict[tuple[str, str], dict[str, str]] = {}
    for twin in registry:
        table_name = (twin.schema, twin.table.name)
        keys[table_name] = twin.key
        columns.setdefault(table_name, {}).update(dict.fromkeys(twin.columns))
        hashed[table_name] = hash_sql_of(twin)
        for other, names in twin.reads.columns.items():
            columns.setdefault(other, {}).update(dict.fromkeys(sorted(names)))
            keys.setdefault(other, _key_of(registry, other))
    for feed in (feed for projection in projections for feed in projection.feeds):
        table_name = (feed.table.schema or "public", feed.table.name)
        keys.setdefault(table_name, tuple(feed.table.primary_key.columns.keys()))
        watched = feed.table.columns.keys() if feed.columns is None else sorted(feed.columns)
        columns.setdefault(table_name, {}).update(dict.fromkeys(watched))
    return [
        CapturedTable(schema, name, keys[schema, name], tuple(columns[schema, name]), hashed.get((schema, name), {}))
        for schema, name in sorted(columns)
    ]


def _key_of(registry: Registry, table_name: tuple[str, str]) -> tuple[str, ...]:
    """The key of a table that only a scope reads: any twin's metadata knows it."""
    schema, name = table_name
    for twin in registry:
        for table in twin.table.metadata.tables.values():
            if (table.schema or "public", table.name) == (schema, name):
                return tuple(column.name for column in table.primary_key.columns)
    raise LookupError(f"{schema}.{name}, which a scope reads, is not declared as a table.")
