"""A class for a table that has none: association tables are often declared as a bare `Table`."""

from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Table
from sqlalchemy.orm import registry

from twinbase.errors import MirrorError

_CLASSES: WeakKeyDictionary[Table, type] = WeakKeyDictionary()


def map_table(table: Table) -> type:
    """A class whose instances are the rows of a table, always the same one; its name is the table's."""
    if (known := _CLASSES.get(table)) is None:
        if not table.primary_key.columns:
            raise MirrorError(f"{table.name} has no primary key: mark its columns with Column(…, primary_key=True).")
        known = _CLASSES[table] = type(str(table.name), (AssociationRow,), {})
        registry(metadata=table.metadata).map_imperatively(known, table)
    return known


class AssociationRow:
    """A row of a table without a class of its own: its columns are its attributes."""

    def __init__(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self, name, value)
