"""Rows that came, written into a twin: of its indexes only those are touched whose values have changed.

An update that names an indexed column rewrites the index entry even when the value stays; on an encrypted file that is
a page to decrypt and one to encrypt for each row and index. So indexed columns are written apart, where they differ.
"""

from functools import lru_cache

from twinbase.frames import WireRow
from twinbase.quoting import quote_name, quote_names
from twinbase.registry import Twin
from twinbase.replica.connection import Connection
from twinbase.replica.file.layout import indexed_columns
from twinbase.replica.file.statements import FIRST_VALUE, Shape


def write_rows(connection: Connection, shape: Shape, rows: list[WireRow]) -> None:
    """Insert or update rows as they travel, [version, hash, key…, value…], stored."""
    for statement in _statements(shape.twin, shape.columns):
        connection.executemany(statement, rows)


@lru_cache(maxsize=512)
def _statements(twin: Twin, columns: tuple[str, ...]) -> tuple[str, ...]:
    numbers = {name: f"?{FIRST_VALUE + 1 + i}" for i, name in enumerate(columns)}
    indexed = [name for name in columns if name in indexed_columns(twin) and name not in twin.key]
    plain = [name for name in columns if name not in indexed and name not in twin.key]
    sets = ", ".join(f"{quote_name(name)} = excluded.{quote_name(name)}" for name in plain)
    upsert = (
        f"INSERT INTO {quote_name(twin.name)} ({quote_names(columns)}) VALUES ({', '.join(numbers.values())})"
        f" ON CONFLICT ({quote_names(twin.key)}) DO {f'UPDATE SET {sets}' if sets else 'NOTHING'}"
    )
    if not indexed:
        return (upsert,)
    moved = ", ".join(f"{quote_name(name)} = {numbers[name]}" for name in indexed)
    same = " AND ".join(f"{quote_name(name)} = {numbers[name]}" for name in twin.key)
    differs = f"({quote_names(indexed)}) IS NOT ({', '.join(numbers[name] for name in indexed)})"
    # The driver binds the whole row, so the statement has to name its last value too.
    last = numbers[columns[-1]]
    return upsert, f"UPDATE {quote_name(twin.name)} SET {moved} WHERE {same} AND {differs} AND {last} IS {last}"
