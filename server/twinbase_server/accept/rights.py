"""Where a batch changes what its writer may do: each mutation is judged by the rights that he has when it is its turn.

Rows are read, and looked at afterwards, for many local transactions together. That is as good as one after the other
while none of them writes what a scope of another looks at. So a batch is taken in parts, within which none does.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import Column
from sqlalchemy.sql import visitors
from sqlalchemy.sql.selectable import AliasedReturnsRows

from twinbase.registry import Registry, Twin
from twinbase_server.accept.batch import Change, RowId
from twinbase_server.accept.foreign_keys import foreign_keys_of
from twinbase_server.accept.local_transaction import LocalTransaction

TableKey = tuple[str, str]


def split_by_rights(registry: Registry, transactions: Sequence[LocalTransaction]) -> list[list[LocalTransaction]]:
    """In their order, in as few parts as there have to be; one that changes its own rights is a part by itself."""
    parts: list[list[LocalTransaction]] = []
    now = PartRights(registry)
    for transaction in transactions:
        alone = changes_own_rights(registry, transaction)
        if not parts or alone or now.is_closed or any(now.touches_rights_of(change) for change in transaction.changes):
            now = PartRights(registry, is_closed=alone)
            parts.append([])
        parts[-1].append(transaction)
        for change in transaction.changes:
            now.add_change(change)
    return parts


def changes_own_rights(registry: Registry, transaction: LocalTransaction) -> bool:
    """Whether one of its mutations writes what a scope of another looks at."""
    now = PartRights(registry)
    for change in transaction.changes:
        if now.touches_rights_of(change):
            return True
        now.add_change(change)
    return False


@dataclass
class PartRights:
    """What the mutations of a part have written of what scopes look at, and what theirs look at.

    `columns`: updated, by table; `tables`: that rows came to or left; `moved`: rows whose own columns say whose they
    are; `inserted`: new rows, to which the scope that counts is that after the write.
    """

    registry: Registry
    is_closed: bool = False
    columns: dict[TableKey, set[str]] = field(default_factory=dict)
    tables: set[TableKey] = field(default_factory=set)
    moved: set[RowId] = field(default_factory=set)
    inserted: set[RowId] = field(default_factory=set)
    written: dict[str, Twin] = field(default_factory=dict)

    def add_change(self, change: Change) -> None:
        """This one is of the part."""
        if change.op == "update":
            self.columns.setdefault(_table_of(change.twin), set()).update(change.new)
        else:
            self.tables.add(_table_of(change.twin))
        if _moves(change):
            self.moved.add(change.row_id)
        if change.op == "insert":
            self.inserted.add(change.row_id)
        if change.op != "delete":
            self.written[change.twin.name] = change.twin

    def touches_rights_of(self, change: Change) -> bool:
        """Whether the part changes the rights on this one, or this one those on what the part has written."""
        looked_at = any(self._is_moved(twin, row_id) for twin, row_id in self._watched(change))
        return looked_at or any(_writes_for(change, twin) for twin in self.written.values())

    def _watched(self, change: Change) -> Iterator[tuple[Twin, RowId]]:
        """The row and those that it is going to point at, but for new ones: they are whose they are made."""
        if change.op != "insert" and change.row_id not in self.inserted:
            yield change.twin, change.row_id
        for key in foreign_keys_of(self.registry, change.twin):
            if key.target is None or change.new.keys().isdisjoint(key.columns):
                continue
            target = (key.target.name, tuple(change.new.get(column) for column in key.columns))
            if target not in self.inserted:
                yield key.target, target

    def _is_moved(self, twin: Twin, row_id: RowId) -> bool:
        if not twin.filtered:
            return False
        return row_id in self.moved or any(
            table in self.tables or not self.columns.get(table, set()).isdisjoint(columns)
            for table, columns in _looked_at_beside(twin)
        )


def _writes_for(change: Change, twin: Twin) -> bool:
    """Whether a change writes what the scope of a twin looks at beside its own rows. New rows hide none."""
    if not twin.filtered or change.op == "insert":
        return False
    return any(
        table == _table_of(change.twin) and (change.op == "delete" or not columns.isdisjoint(change.new))
        for table, columns in _looked_at_beside(twin)
    )


def _moves(change: Change) -> bool:
    own = change.twin.reads.columns.get(_table_of(change.twin), frozenset())
    return change.op == "update" and not own.isdisjoint(change.new)


@lru_cache(maxsize=1024)
def _looked_at_beside(twin: Twin) -> tuple[tuple[TableKey, frozenset[str]], ...]:
    """Tables and columns that its scope reads of other rows than the one in question."""
    own = _table_of(twin)
    return tuple((table, columns) for table, columns in twin.reads.columns.items() if table != own or _is_beside(twin))


def _is_beside(twin: Twin) -> bool:
    """Whether a scope looks at other rows of its own table; it needs another name for them."""
    elements: Iterable[object] = () if twin.predicate is None else visitors.iterate(twin.predicate)
    tables = (element.table for element in elements if isinstance(element, Column))
    return any(isinstance(table, AliasedReturnsRows) and table.element is twin.table for table in tables)


def _table_of(twin: Twin) -> TableKey:
    return twin.schema, twin.table.name
