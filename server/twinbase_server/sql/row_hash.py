"""The content hash of a row, computed by PostgreSQL from the row as it stands: capture and digest share this text."""

from collections.abc import Iterable, Mapping

from twinbase.registry import Twin
from twinbase_server.sql.names import column_sql

# A hash travels as a JSON number and is summed by SQLite: 48 bits are exact in both (two halves of 24 bits).
MASK = (1 << 48) - 1
# Every PostgreSQL type has a text form, so a column without a codec (one that only a scope reads) can be hashed too.
ANY_TYPE = "({c})::text"


def row_hash_sql(columns: Iterable[str], hash_sql: Mapping[str, str], alias: str = "") -> str:
    """A bigint expression, 0 to 2^48-1, over `columns` of `alias`; `hash_sql` says how each column is hashed."""
    values = ", ".join(hash_sql.get(c, ANY_TYPE).replace("{c}", column_sql(c, alias)) for c in columns)
    return f"(pg_catalog.hash_record_extended(ROW({values}), 0) & {MASK})"


def hash_sql_of(twin: Twin) -> dict[str, str]:
    """How each column of a twin is hashed, with `{c}` for the column."""
    return {name: codec.hash_sql("{c}") for name, codec in twin.codecs.items()}
