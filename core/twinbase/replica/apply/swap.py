"""The end of a first sync: filled tables take the place of the twins' own, all in the transaction that is open.

A renaming makes SQLite read every statement of the schema again, some milliseconds with two dozen twins. So a small
table is copied, and the others are renamed while nothing stands in the schema that could be made afterwards.
"""

from collections.abc import Callable, Sequence

from twinbase.quoting import quote_name, quote_names
from twinbase.replica.connection import Connection
from twinbase.replica.file.layout import twin_indexes
from twinbase.replica.file.names import meta_table
from twinbase.replica.file.statements import Shape
from twinbase.replica.outbox.triggers import create_triggers

COPIED_ROWS_MAX = 1000
Named = Callable[[str], str]


def swap_tables(connection: Connection, shapes: Sequence[Shape], staged: Named, staged_meta: Named) -> None:
    """Replace the rows of these twins, and of their meta tables, by what the staged tables of theirs hold."""
    # Renaming must not rewrite what refers to a twin: foreign keys of others, and the triggers, name it on purpose.
    connection.execute("PRAGMA legacy_alter_table = ON")
    renamed = []
    for shape in shapes:
        rows = quote_name(staged(shape.name)), quote_name(shape.name)
        pairs = rows, (quote_name(staged_meta(shape.name)), meta_table(shape.name))
        if all(_is_small(connection, table) for pair in pairs for table in pair):
            _copy(connection, shape, *pairs)
        else:
            renamed.append((shape, pairs))
    for _, pairs in renamed:
        for _, table in pairs:
            connection.execute(f"DROP TABLE {table}")
    for _, pairs in renamed:
        for filled, table in pairs:
            connection.execute(f"ALTER TABLE {filled} RENAME TO {table}")
    for shape, _ in renamed:
        for statement in (*twin_indexes(shape.twin), *create_triggers(shape.twin)):
            connection.execute(statement)


def _is_small(connection: Connection, table: str) -> bool:
    query = f"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT {COPIED_ROWS_MAX + 1})"
    return bool(connection.execute(query).fetchone()[0] <= COPIED_ROWS_MAX)


def _copy(connection: Connection, shape: Shape, rows: tuple[str, str], meta: tuple[str, str]) -> None:
    kept = (shape.columns, (*shape.kept_key, "version", "hash", "applied", "quarantined"))
    for (filled, table), columns in zip((rows, meta), kept, strict=True):
        connection.execute(f"DELETE FROM {table}")
        connection.execute(f"INSERT INTO {table} ({quote_names(columns)}) SELECT {quote_names(columns)} FROM {filled}")
        connection.execute(f"DROP TABLE {filled}")
