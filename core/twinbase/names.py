"""Which names a twin may have: all, but for those that the engine, SQLite or a class would take for another thing."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Table

from twinbase.errors import MirrorError

ENGINES_TABLES = ("_twinbase", "sqlite_")
ENGINES_COLUMNS = ("_twinbase", "twinbase_")
SHADOW_COLUMNS = frozenset({"_present", "_version"})
"""Columns of the engine in the tables where a device keeps the columns of a twin a second time."""
KEY_COLUMNS = frozenset({"xid", "deleted", "hash", "before", "version", "applied", "quarantined"})
"""Columns of the engine in the tables where either side keeps the key of a twin a second time."""


def key_column(name: str) -> str:
    """What a column of a key is called where the engine keeps it beside columns of its own.

    It is its own name, unless that is one of the engine's: then one that no column of a twin may have.
    """
    return f"{ENGINES_COLUMNS[0]}_{name}" if name.lower() in KEY_COLUMNS else name


def check_names(owner: str, table: Table, key: Sequence[str], name: str | None = None) -> None:
    """Raise MirrorError for a name that would be taken for another one, with what to do about it.

    `name`: what the table is called on a device, if it is not its own.
    """
    for problem in _problems(table, key, name or str(table.name)):
        raise MirrorError(f"{owner}: {problem}")


def _problems(table: Table, key: Sequence[str], device_name: str) -> Iterator[str]:
    lower = device_name.lower()
    if lower.startswith(ENGINES_TABLES) or lower == "excluded":
        yield (
            f"a device has another meaning for the name {device_name!r}: give the table another one there, name='…',"
            " or rename the table."
        )
    if table.schema is not None and set("[]") & set(table.schema):
        yield (
            f"SQLAlchemy cannot put a device's table in the place of one in a schema with brackets in its name,"
            f" {table.schema!r}: rename the schema."
        )
    names = [str(column.name) for column in table.columns]
    for column in table.columns:
        if column.key != column.name:
            yield (
                f"column {column.name!r} is declared with key={column.key!r}, and would not travel: take key= out and"
                f" name the attribute instead, {column.key} = Field(sa_column=Column({column.name!r}, …))."
            )
    for name in names:
        if name.lower().startswith(ENGINES_COLUMNS) or name.lower() in SHADOW_COLUMNS:
            yield f"the engine has a column of the name {name!r}: rename it, or leave it out of the class."
    if twice := {name for name in names if [other.lower() for other in names].count(name.lower()) > 1}:
        yield f"{' and '.join(sorted(twice))} are one column to SQLite, which takes A for a: leave one of them out."
