"""The statements that make and change the copy of a table, in schema public. Text only; names keep their case."""

from collections.abc import Iterable, Sequence

from twinbase.quoting import quote_name, quote_names
from twinbase_ebp.schema.drift import Drift, key_targets
from twinbase_ebp.schema.spec import ColumnSpec, TableSpec


def qualify_name(target: str) -> str:
    """The copy's name with its schema, quoted."""
    return f"public.{quote_name(target)}"


def create_table(spec: TableSpec) -> str:
    """The copy of a table that is not there yet.

    Only the key may not be NULL: should EBP allow one elsewhere, there is nothing to change. There are no foreign keys.
    """
    columns = [_declared(column) for column in spec.columns]
    key = [f"PRIMARY KEY ({_list(key_targets(spec))})"] if spec.key else []
    return f"CREATE TABLE {qualify_name(spec.target)} ({', '.join(columns + key)})"


def alter_table(drift: Drift) -> list[str]:
    """What brings the columns to what they are to be: one statement, or none."""
    added = [f"ADD COLUMN {_declared(column)}" for column in drift.add]
    widened = [f"ALTER COLUMN {quote_name(column.target)} TYPE {column.pg_type}" for column in drift.widen]
    actions = added + widened
    return [f"ALTER TABLE {qualify_name(drift.copy.spec.target)} {', '.join(actions)}"] if actions else []


def empty_columns(target: str, columns: Sequence[str]) -> str:
    """Forget the values of columns that may not be read any more. Rows that have none are left alone."""
    values = ", ".join(f"{quote_name(name)} = NULL" for name in columns)
    filled = " OR ".join(f"{quote_name(name)} IS NOT NULL" for name in columns)
    return f"UPDATE {qualify_name(target)} SET {values} WHERE {filled}"


def change_key(spec: TableSpec, constraint: str | None, required: Iterable[str]) -> list[str]:
    """Another key. `constraint`: the one there is; `required`: columns that may not be NULL by now.

    Rows that the new key cannot tell apart go; the source has them, and all rows are read again.
    """
    table, key = qualify_name(spec.target), key_targets(spec)
    statements = [f"ALTER TABLE {table} DROP CONSTRAINT {quote_name(constraint)}"] if constraint else []
    loose = [f"ALTER COLUMN {quote_name(name)} DROP NOT NULL" for name in required if name not in key]
    statements += [f"ALTER TABLE {table} {', '.join(loose)}"] if loose else []
    if key:
        null = " OR ".join(f"{quote_name(name)} IS NULL" for name in key)
        same = " AND ".join(f"a.{quote_name(name)} = b.{quote_name(name)}" for name in key)
        statements += [
            f"DELETE FROM {table} WHERE {null}",
            f"DELETE FROM {table} a USING {table} b WHERE a.ctid > b.ctid AND {same}",
            f"ALTER TABLE {table} ADD PRIMARY KEY ({_list(key)})",
        ]
    return statements


def _declared(column: ColumnSpec) -> str:
    return f"{quote_name(column.target)} {column.pg_type}"


def _list(names: Iterable[str]) -> str:
    return quote_names(names)
