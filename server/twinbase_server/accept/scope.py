"""A twin's table as one identity sees it: the SQL that every query of accept reads it through."""

from collections.abc import Iterable, Sequence

from twinbase.codecs import Codec
from twinbase.registry import Twin
from twinbase_server.sql.names import column_sql, table_sql
from twinbase_server.sql.scope import Condition, compile_condition

INSIDE = "twinbase_inside"


def scoped_rows_sql(twin: Twin, match: str, condition: Condition | None = None) -> str:
    """The FROM item `t`: the rows of the twin's table that `match`, with one more column, INSIDE, true for those that
    the identity sees, or that the other `condition` is true of. A scope is asked about these rows alone, whatever
    functions of the customer's it calls.
    """
    table = table_sql(twin.table)
    inside = f"coalesce({(condition or compile_condition(twin)).sql}, false) AS {INSIDE}"
    return f"LATERAL (SELECT {table}.*, {inside} FROM {table} WHERE {match}) t"


def recordset_sql(names: Sequence[str], parameter: int, *, ordinal: bool = False) -> str:
    """The FROM item `_twinbase_r`, the rows of a JSON parameter: `o` if they are numbered, texts `c0`, `c1`, …"""
    columns = [*(["o integer"] if ordinal else []), *(f"c{i} text" for i in range(len(names)))]
    return f"json_to_recordset(${parameter}::json) AS _twinbase_r({', '.join(columns)})"


def typed_columns(codecs: Iterable[Codec]) -> list[str]:
    """The columns of `_twinbase_r` in their own types."""
    return [codec.from_wire_sql(f"_twinbase_r.c{i}") for i, codec in enumerate(codecs)]


def key_match(twin: Twin, alias: str) -> str:
    """`alias` is the row whose key stands in the first columns of `_twinbase_r`."""
    keys = typed_columns(twin.codecs[name] for name in twin.key)
    return " AND ".join(f"{column_sql(name, alias)} = {key}" for name, key in zip(twin.key, keys, strict=True))
