"""Rows made up by seeded chance: valid for their types, foreign keys and rules, and no two alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint
from tests.schemas.rules import DRAWN, POINTS, Values

from twinbase.clock import utc_now
from twinbase.registry import Twin
from twinbase.testing.conformance.person import row_of
from twinbase.testing.conformance.values import values_of
from twinbase.testing.device import Device

Key = tuple[Any, ...]
Rows = dict[Key, dict[str, Any]]
EMPTY, EXTREME, TRIES = 0.15, 0.4, 50


def key_of(twin: Twin, row: Values) -> Key:
    return tuple(row[name] for name in twin.key)


def label_of(twin: Twin) -> str:
    """What the table is called in PostgreSQL."""
    return f"{twin.schema}.{twin.table.name}"


@dataclass
class DrawnRows:
    """Values for rows of one device, whose foreign keys point at rows that are on it."""

    device: Device
    dice: Random

    async def read(self, twin: Twin) -> Rows:
        """The rows of a twin, by key."""
        rows = [row_of(twin, row) for row in await self.device.all(twin.model)]
        return {key_of(twin, row): row for row in rows}

    async def make(self, twin: Twin, names: Sequence[str], was: Values) -> dict[str, Any] | None:
        """A row with values for these columns, each another than `was`; None where a foreign key finds no row."""
        row, left = dict(was), list(names)
        for constraint in sorted(twin.table.foreign_key_constraints, key=lambda one: _rank(one, names)):
            free = [name for name in constraint.column_keys if name in left]
            if free and not await self._point(twin, constraint, row, free):
                return None
            left = [name for name in left if name not in free]
        for name in left:
            row[name] = self._value(twin, twin.table.columns[name], row, was)
        return row

    async def _point(
        self, twin: Twin, constraint: ForeignKeyConstraint, row: dict[str, Any], free: Sequence[str]
    ) -> bool:
        """Let a foreign key point at a row, at another than before if there is one; at none where it may."""
        pairs = {element.parent.name: element.column.name for element in constraint.elements}
        found = await self._targets(twin, constraint, {pairs[n]: row[n] for n in pairs if n not in free}, row, free)
        others = [one for one in found if any(one[pairs[name]] != row.get(name) for name in free)] or found
        may_be_empty = all(twin.table.columns[name].nullable for name in free)
        if others and not (may_be_empty and self.dice.random() < EMPTY):
            target = self.dice.choice(others)
            row |= {name: target[pairs[name]] for name in free}
            return True
        row |= dict.fromkeys(free)
        return may_be_empty

    async def _targets(
        self, twin: Twin, constraint: ForeignKeyConstraint, given: Values, row: Values, free: Sequence[str]
    ) -> list[Values]:
        parent = self.device.plugins.registry.find_by_table(constraint.referred_table)
        assert parent is not None, constraint.referred_table
        fits = POINTS.get(f"{label_of(twin)}.{free[-1]}")
        rows = (await self.read(parent)).values()
        return [
            one
            for one in rows
            if all(one[name] == value for name, value in given.items()) and (fits is None or fits(row, one))
        ]

    def _value(self, twin: Twin, column: Column[Any], row: Values, was: Values) -> Any:
        for _ in range(TRIES):
            value = self._any_value(twin, column, row)
            if column.name not in was or value != was[column.name]:
                return value
        raise AssertionError(f"{twin.name}.{column.name} has one value only")

    def _any_value(self, twin: Twin, column: Column[Any], row: Values) -> Any:
        if column.nullable and self.dice.random() < EMPTY:
            return None
        if own := DRAWN.get(f"{label_of(twin)}.{column.name}"):
            return own(self.dice, row)
        values = values_of(column.type, utc_now())
        if values.extremes and self.dice.random() < EXTREME:
            return self.dice.choice(values.extremes)
        return values.ordinary(self.dice)


def _rank(constraint: ForeignKeyConstraint, names: Sequence[str]) -> int:
    """Foreign keys are drawn in the order of their columns."""
    return min((names.index(name) for name in constraint.column_keys if name in names), default=len(names))
