"""One twin as it travels: SQL that makes whole pages of text inside PostgreSQL, so that no row becomes an object here.

A page is one row of a result: the text of all its rows joined, how many they are, where they end, and their digest.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from twinbase.codecs import Codec
from twinbase.digest import HALF_BITS, HALF_MASK
from twinbase.identity import Identity
from twinbase.registry import Twin
from twinbase_server.capture.tables import key_column_sql, version_table
from twinbase_server.sql.names import column_sql, quote_literal, table_sql
from twinbase_server.sql.row_hash import hash_sql_of, row_hash_sql
from twinbase_server.sql.scope import Condition, compile_condition
from twinbase_server.sql.unseen import unseen_sql

# Codecs whose text holds no character that JSON would have to escape, and is never NULL for a value.
_NUMBERS = ("smallint", "integer", "bigint", "interval")
_ROW = "_twinbase_t"  # the row in scope, inside a page's statement
_PLAIN_TEXT = ("uuid", "date", "time", "timestamp", "timestamptz", "numeric", "bytea")
ColumnSql = Callable[[str, str], str]
"""A column's name and its table's, to what SQL writes: `column_sql` or, for a version table, `key_column_sql`."""


@dataclass(frozen=True)
class Statement:
    """SQL whose first parameters are those of the scope; `names` are the ones that follow."""

    sql: str
    names: tuple[str, ...]

    def make_arguments(self, scope: Sequence[Any], values: Mapping[str, Any]) -> list[Any]:
        return [*scope, *(values[name] for name in self.names)]


class Parameters:
    """Numbers for named parameters, after those of a condition."""

    def __init__(self, taken: int) -> None:
        self._taken = taken
        self.names: list[str] = []

    def __call__(self, name: str) -> str:
        if name not in self.names:
            self.names.append(name)
        return f"${self._taken + self.names.index(name) + 1}"


@dataclass(frozen=True)
class FeedShape:
    """The statements of one twin for the columns of one device. `sent` are those that travel, the key first: all of
    them, or fewer when a device fills new columns; the hash is over all in any case. Parameters by name:

    `called`: what the device calls a column, by its name here.

    `base`: the version of rows that were never written; `after0`…: the key to go on from, as text; `xmax`, `xip`: the
    cursor's snapshot; `rows`: how many at most; `mask`, `buckets`: for repair.
    """

    twin: Twin
    columns: tuple[str, ...]
    sent: tuple[str, ...]
    condition: Condition
    called: Mapping[str, str] = field(default_factory=dict)
    _made: dict[tuple[str, bool], Statement] = field(default_factory=dict, repr=False)

    def bind(self, identity: Identity, as_of: datetime) -> list[Any]:
        return self.condition.bind(identity, as_of)

    # -- statements -----------------------------------------------------------------------------------------------

    def page_statement(self, *, resumed: bool) -> Statement:
        """All rows in scope, one page."""
        return self._statement("all", resumed)

    def changed_page_statement(self, *, resumed: bool) -> Statement:
        """Rows in scope that the cursor cannot see, one page."""
        return self._statement("changed", resumed)

    def bucket_page_statement(self, *, resumed: bool) -> Statement:
        """Rows in scope whose hash falls into some buckets, one page."""
        return self._statement("buckets", resumed)

    def removed_statement(self) -> Statement:
        """Keys that the cursor cannot see and that are not in scope (now), as JSON text each."""
        p = Parameters(len(self.condition.names))
        keys = " || ',' || ".join(_json(key_column_sql(k, "_twinbase_v"), self.twin.codecs[k]) for k in self.twin.key)
        named = "".join(f" AND {guard}" for guard in _key_guards(self.twin, "_twinbase_v", key_column_sql))
        sql = (
            f"SELECT '[' || {keys} || ']' AS key FROM {self._versions} _twinbase_v WHERE {_unseen(p)}{named}"
            f" AND NOT EXISTS (SELECT FROM {self.table} WHERE {self._same_key} AND {self.condition.sql})"
            f" LIMIT {p('rows')}::bigint"
        )
        return Statement(sql, tuple(p.names))

    def digest_statement(self) -> Statement:
        """Rows and sums of their hashes, over the scope. OFFSET 0: else the hash is computed for each of its sums."""
        rows = f"SELECT {self._hash} AS _h FROM {self.table} WHERE {self.condition.sql} OFFSET 0"
        sql = f"SELECT {_SUMS} FROM ({rows}) _twinbase_r"
        return Statement(sql, ())

    def bucket_sums_statement(self) -> Statement:
        """The same by bucket."""
        p = Parameters(len(self.condition.names))
        bucket = f"(_h & {p('mask')}::bigint)::int"
        sql = (
            f"SELECT {bucket} AS bucket, {_SUMS}"
            f" FROM (SELECT {self._hash} AS _h FROM {self.table} WHERE {self.condition.sql} OFFSET 0) _twinbase_r"
            " GROUP BY 1 ORDER BY 1"
        )
        return Statement(sql, tuple(p.names))

    # -- how they are made ----------------------------------------------------------------------------------------

    def _statement(self, which: str, resumed: bool) -> Statement:
        made = self._made.get((which, resumed))
        if made is None:
            made = self._made[which, resumed] = self._page(which, resumed)
        return made

    def _page(self, which: str, resumed: bool) -> Statement:
        """The inner query is ordered and limited, and the aggregates take its rows as they come."""
        p = Parameters(len(self.condition.names))
        keys = [f"_k{i}" for i in range(len(self.twin.key))]
        last = ", ".join(f"(array_agg({key}))[count(*)::int] AS {key}" for key in keys)
        sql = (
            "SELECT convert_to(string_agg(_line, ',') FILTER (WHERE _ok), 'UTF8') AS body,"
            " string_agg(_line, ',') FILTER (WHERE NOT _ok) AS quarantine, count(*) FILTER (WHERE NOT _ok) AS held,"
            f" {_SUMS}, {last} FROM ({self._rows(which, resumed, p)}) _twinbase_r"
        )
        return Statement(sql, tuple(p.names))

    def _rows(self, which: str, resumed: bool, p: Parameters) -> str:
        """Rows in the order of the key. A page of all rows is cut out before versions and hashes are looked at, and
        each version is looked up by key: what a page costs is what it holds, not what comes before or after it.
        """
        texts = ", ".join(f"({self._wire(k, _ROW)})::text AS _k{i}" for i, k in enumerate(self.twin.key))
        order = f" ORDER BY {self._key(_ROW)}"
        limit = f" LIMIT {p('rows')}::bigint"
        where = []
        if which == "changed":
            where.append(_unseen(p))
        if which == "changed" and resumed:
            where.append(self._after("_twinbase_v", p, key_column_sql))
        if which == "buckets":
            where.append(f"(_twinbase_x._h & {p('mask')}::bigint) = ANY ({p('buckets')}::bigint[])")
        inside = f" ORDER BY {self._key(self.table)}{limit}" if which == "all" else ""
        return (
            f"SELECT {texts}, _twinbase_x._h, _twinbase_x._ok,"
            f" CASE WHEN _twinbase_x._ok THEN {self._line(p)} ELSE {self._held_line(p)} END AS _line"
            f" FROM ({self._in_scope(resumed, p)}{inside}) {_ROW} {self._version_of_row(which)}"
            f" CROSS JOIN LATERAL (SELECT {self._hash_of(_ROW)} AS _h, {self._carried} AS _ok OFFSET 0) _twinbase_x"
            f"{' WHERE ' + ' AND '.join(where) if where else ''}{order}{'' if inside else limit}"
        )

    def _in_scope(self, resumed: bool, p: Parameters) -> str:
        columns = ", ".join(column_sql(name, self.table) for name in self.columns)
        after = f" AND {self._after(self.table, p)}" if resumed else ""
        return f"SELECT {columns} FROM {self.table} WHERE {self.condition.sql}{after}"

    def _version_of_row(self, which: str) -> str:
        same = " AND ".join(f"{key_column_sql(k, '_twinbase_v')} = {column_sql(k, _ROW)}" for k in self.twin.key)
        if which == "changed":
            return f"JOIN {self._versions} _twinbase_v ON {same}"
        its = f"SELECT _twinbase_v.xid FROM {self._versions} _twinbase_v WHERE {same} LIMIT 1"
        return f"LEFT JOIN LATERAL ({its}) _twinbase_v ON true"

    def _key(self, source: str, called: ColumnSql = column_sql) -> str:
        return ", ".join(called(name, source) for name in self.twin.key)

    def _after(self, source: str, p: Parameters, called: ColumnSql = column_sql) -> str:
        """Rows behind the last one of the page before."""
        start = ", ".join(
            self.twin.codecs[k].from_wire_sql(f"{p(f'after{i}')}::text") for i, k in enumerate(self.twin.key)
        )
        return f"({self._key(source, called)}) > ({start})"

    def _line(self, p: Parameters) -> str:
        values = [_json(column_sql(c, _ROW), self.twin.codecs[c]) for c in self.sent]
        parts = " || ',' || ".join([_version(p), "_twinbase_x._h", *self._was, *values])
        return f"'[' || {parts} || ']'"

    @property
    def _was(self) -> list[str]:
        """In a backfill, the row's hash as the device knew it: without the columns that are new to it."""
        if self.sent == self.columns:
            return []
        new = set(self.sent) - set(self.twin.key)
        return [row_hash_sql([c for c in self.columns if c not in new], hash_sql_of(self.twin), _ROW)]

    def _held_line(self, p: Parameters) -> str:
        """A row with a value that cannot be carried: its key, and which column it is."""
        if not self._guards:
            return "''"
        keys = " || ',' || ".join(_json(column_sql(k, _ROW), self.twin.codecs[k]) for k in self.twin.key)
        reasons = " ".join(
            f"WHEN NOT {guard} THEN {quote_literal(f'{name}: this {codec} value cannot be carried')}"
            for name, codec, guard in self._guards
        )
        return (
            f"'[' || {_version(p)} || ',' || _twinbase_x._h || ',[' || {keys} || '],'"
            f" || to_json(CASE {reasons} END::text)::text || ']'"
        )

    @property
    def _guards(self) -> list[tuple[str, str, str]]:
        found = []
        for name in self.columns:
            guard = self.twin.codecs[name].guard_sql(column_sql(name, _ROW))
            if guard is not None:
                found.append((name, self.twin.codecs[name].name, guard))
        return found

    @property
    def _carried(self) -> str:
        return " AND ".join(f"({guard})" for _, _, guard in self._guards) or "true"

    @property
    def table(self) -> str:
        """The table's name, which is also the alias that the scope's columns are qualified with."""
        return table_sql(self.twin.table)

    @property
    def _versions(self) -> str:
        return version_table(self.twin.schema, self.twin.table.name)

    @property
    def _same_key(self) -> str:
        return " AND ".join(f"{key_column_sql(k, '_twinbase_v')} = {column_sql(k, self.table)}" for k in self.twin.key)

    @property
    def _hash(self) -> str:
        return self._hash_of(self.table)

    def _hash_of(self, source: str) -> str:
        return row_hash_sql(self.columns, hash_sql_of(self.twin), source)

    def _wire(self, name: str, source: str) -> str:
        return self.twin.codecs[name].to_wire_sql(column_sql(name, source))


def make_feed_shape(
    twin: Twin, columns: Sequence[str], maybe_empty: Iterable[str] = (), called: Mapping[str, str] | None = None
) -> FeedShape:
    """The statements of a twin for the columns that one device schema holds.

    `maybe_empty`: parts of the key that PostgreSQL lets be empty; a row without one of them is no row of the twin.
    """
    condition, table = compile_condition(twin), table_sql(twin.table)
    if whole := whole_key_conditions(twin, table, maybe_empty):
        condition = replace(condition, sql=f"({' AND '.join([condition.sql, *whole])})")
    return FeedShape(twin, tuple(columns), tuple(columns), condition, called or {})


def whole_key_conditions(twin: Twin, source: str, maybe_empty: Iterable[str]) -> list[str]:
    """What holds of every row with a key that can be carried; none where all keys can."""
    return [*(f"{column_sql(name, source)} IS NOT NULL" for name in maybe_empty), *_key_guards(twin, source)]


def _key_guards(twin: Twin, source: str, called: ColumnSql = column_sql) -> list[str]:
    """A row whose key cannot be carried has no name by which a device could be told of it: it is left out."""
    guards = (twin.codecs[name].guard_sql(called(name, source)) for name in twin.key)
    return [guard for guard in guards if guard is not None]


_SUMS = (
    f"count(*) AS rows, coalesce(sum(_h >> {HALF_BITS}), 0)::bigint AS high,"
    f" coalesce(sum(_h & {HALF_MASK}), 0)::bigint AS low"
)


def _version(p: Parameters) -> str:
    """Of a row that was never written since capture began: the table's base."""
    return f"coalesce(_twinbase_v.xid::text, {p('base')}::text)"


def _unseen(p: Parameters) -> str:
    return unseen_sql("_twinbase_v.xid", xmax=p("xmax"), xip=p("xip"))


def _json(column: str, codec: Codec) -> str:
    """A column as JSON text. Concatenation, since json_build_array takes 100 values at most and is no faster."""
    value = codec.to_wire_sql(column)
    if codec.name.startswith(_NUMBERS):
        return f"coalesce(({value})::text, 'null')"
    if codec.name == "boolean":
        return f"CASE WHEN {value} THEN 'true' WHEN NOT {value} THEN 'false' ELSE 'null' END"
    if codec.name.startswith(_PLAIN_TEXT):
        return f"coalesce('\"' || ({value})::text || '\"', 'null')"
    return f"coalesce(to_json({value})::text, 'null')"
