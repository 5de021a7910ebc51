"""The foreign keys of a twin: which columns point where."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Table

from twinbase.codecs import Codec, codec_for
from twinbase.registry import Registry, Twin


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """`columns` of a twin point at `target_columns` of a table, which may be a twin."""

    columns: tuple[str, ...]
    table: Table
    target: Twin | None
    target_columns: tuple[str, ...]

    @property
    def codecs(self) -> list[Codec]:
        return [codec_for(self.table.columns[name].type) for name in self.target_columns]

    def values_of(self, written: Any) -> tuple[Any, ...] | None:
        """Where a row points; None when a column is empty, for then it points nowhere."""
        values = tuple(written.get(column) for column in self.columns)
        return None if None in values else values


@lru_cache(maxsize=1024)
def foreign_keys_of(registry: Registry, twin: Twin) -> tuple[ForeignKey, ...]:
    """The foreign keys whose columns all travel."""
    constraints = sorted(twin.table.foreign_key_constraints, key=lambda c: [e.parent.name for e in c.elements])
    return tuple(_foreign_key(registry, c) for c in constraints if set(c.column_keys) <= set(twin.columns))


@lru_cache(maxsize=1024)
def foreign_key_columns(registry: Registry, twin: Twin) -> frozenset[str]:
    """The columns of those foreign keys."""
    return frozenset(column for key in foreign_keys_of(registry, twin) for column in key.columns)


def _foreign_key(registry: Registry, constraint: ForeignKeyConstraint) -> ForeignKey:
    table = constraint.referred_table
    target = next((twin for twin in registry if twin.table is table), None)
    return ForeignKey(
        tuple(element.parent.name for element in constraint.elements),
        table,
        target,
        tuple(element.column.name for element in constraint.elements),
    )
