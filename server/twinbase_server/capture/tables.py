"""A table to capture, and the names of what capture makes for it in schema `twinbase`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from twinbase.names import key_column
from twinbase.quoting import quote_name
from twinbase_server.sql.names import column_sql, qualify_name

_NAME_BYTES_MAX = 63
ABSENT = (
    "does not exist in PostgreSQL: create it, by `twinbase db init --create-tables` if it is a mirror's, or take out"
    " what reads it."
)
"""Of a table that something declares, said alike by whoever misses it."""


@dataclass(frozen=True)
class CapturedTable:
    """What to watch: a write that changes one of `columns` gives the row, known by `key`, a new version.

    `hash_sql` says per column how its content is hashed, with `{c}` for the column: `{c}` or `({c})::text`.
    """

    schema: str
    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    hash_sql: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def qualified(self) -> str:
        return qualify_name(self.schema, self.name)

    @property
    def watched(self) -> tuple[str, ...]:
        """Key and columns, each once, key first."""
        return tuple(dict.fromkeys((*self.key, *self.columns)))

    @property
    def version_table(self) -> str:
        """The name of its version table, without schema or quotes."""
        return object_name("v", self.schema, self.name)

    def object_sql(self, kind: str) -> str:
        """Something of ours that belongs to this table, ready for a query: `v`, `stash`, `insert`, …"""
        return f"twinbase.{quote_name(object_name(kind, self.schema, self.name))}"


def version_table(schema: str, name: str) -> str:
    """The version table of a captured table, qualified and quoted, ready for a query."""
    return f"twinbase.{quote_name(object_name('v', schema, name))}"


def key_column_sql(name: str, alias: str = "") -> str:
    """A column of a table's key as the version table has it, quoted, and qualified as `column_sql` does it."""
    return column_sql(key_column(name), alias)


def object_name(kind: str, schema: str, name: str) -> str:
    """`v_mobile.interventions`; cut and told apart by a hash where PostgreSQL would only cut it."""
    whole = f"{kind}_{schema}.{name}"
    if len(whole.encode()) <= _NAME_BYTES_MAX:
        return whole
    start = whole.encode()[: _NAME_BYTES_MAX - 13].decode(errors="ignore")
    return f"{start}_{sha256(whole.encode()).hexdigest()[:12]}"
