"""Rows made up from their tables: types, lengths, enums, foreign keys, and what the plugin says beside."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, Table

from twinbase.testing.conformance.values import Values, values_of

RowValues = dict[str, Any]
ReadRows = Callable[[Table], Awaitable[Sequence[Mapping[str, Any]]]]
"""The rows of a table that a foreign key may point at."""
AdjustRow = Callable[[str, RowValues, Mapping[str, Any] | None, Random], RowValues | None]
EMPTY = 0.15


def _settled(constraint: ForeignKeyConstraint, row: Mapping[str, Any], besides: Collection[str] = ()) -> RowValues:
    """What a row says already of the columns of a foreign key."""
    names = (element.parent.name for element in constraint.elements)
    return {name: row[name] for name in names if name in row and name not in besides}


def _agrees(constraint: ForeignKeyConstraint, target: Mapping[str, Any], settled: RowValues) -> bool:
    pairs = ((element.parent.name, element.column.name) for element in constraint.elements)
    return all(target[theirs] == settled[mine] for mine, theirs in pairs if mine in settled)


class RowMaker:
    """Makes rows and changes of rows, by column name. `choices`: "table.column" → the values that it may have."""

    def __init__(self, dice: Random, now: datetime, choices: Mapping[str, Sequence[Any]], adjust: AdjustRow) -> None:
        self.dice, self.now, self.choices, self._adjust = dice, now, choices, adjust
        self._values_of: dict[Column[Any], Values] = {}

    async def make_row(self, table: Table, read: ReadRows, columns: Collection[str] | None = None) -> RowValues | None:
        """A new row, of these columns; None when it would need a row of another table, and there is none."""
        row = await self._values(table, [c for c in table.columns if columns is None or c.name in columns], read, {})
        return None if row is None else self._adjust(table.name, row, None, self.dice)

    async def change_row(
        self, table: Table, was: Mapping[str, Any], read: ReadRows, columns: Collection[str]
    ) -> RowValues | None:
        """New values for some of these columns of a row; None when it stays as it is."""
        keys = {column.name for column in table.primary_key.columns}
        free = [column for column in table.columns if column.name in columns and column.name not in keys]
        some = self.dice.sample(free, min(len(free), self.dice.randint(1, 3)))
        values = await self._values(table, some, read, was) if some else None
        return (values and self._adjust(table.name, values, was, self.dice)) or None

    async def _values(
        self, table: Table, columns: Sequence[Column[Any]], read: ReadRows, was: Mapping[str, Any]
    ) -> RowValues | None:
        row = {column.name: self.make_value(column) for column in columns if not column.foreign_keys}
        wanted = {column.name for column in columns}
        for constraint in sorted(table.foreign_key_constraints, key=lambda one: list(one.column_keys)):
            if wanted & set(constraint.column_keys):
                target = await self._target(
                    constraint, read, _settled(constraint, was, wanted) | _settled(constraint, row)
                )
                if target is None:
                    return None
                row |= {name: value for name, value in target.items() if name in wanted}
        return row | {c.name: self._chosen(c) for c in columns if c.foreign_keys and self._key(c) in self.choices}

    async def _target(self, constraint: ForeignKeyConstraint, read: ReadRows, settled: RowValues) -> RowValues | None:
        """Where a row points; nowhere when that is allowed and the dice say so.

        `settled`: columns of the key that have their values already, as two keys may share one: it points to a row
        that has them too.
        """
        free = [element.parent for element in constraint.elements if element.parent.name not in settled]
        empty: RowValues = settled | {column.name: None for column in free}
        may_be_empty = bool(free) and all(column.nullable for column in free)
        targets = [row for row in await read(constraint.referred_table) if _agrees(constraint, row, settled)]
        if may_be_empty and (not targets or self.dice.random() < EMPTY):
            return empty
        if not targets:
            return None
        target = self.dice.choice(targets)
        return {element.parent.name: target[element.column.name] for element in constraint.elements}

    def make_value(self, column: Column[Any]) -> object:
        """A value for a column that points nowhere."""
        if column.nullable and self.dice.random() < EMPTY:
            return None
        if self._key(column) in self.choices:
            return self._chosen(column)
        return self.find_values(column).ordinary(self.dice)

    def find_values(self, column: Column[Any]) -> Values:
        """What a column may hold."""
        if column not in self._values_of:
            self._values_of[column] = self._found(column)
        return self._values_of[column]

    def _found(self, column: Column[Any]) -> Values:
        if self._key(column) in self.choices:
            return Values(self._chosen_of(column), self.choices[self._key(column)])
        try:
            return values_of(column.type, self.now)
        except TypeError as error:
            raise TypeError(f"{self._key(column)}: {error}") from error

    def _chosen_of(self, column: Column[Any]) -> Callable[[Random], Any]:
        return lambda dice: dice.choice(self.choices[self._key(column)])

    def _chosen(self, column: Column[Any]) -> Any:
        return self.dice.choice(self.choices[self._key(column)])

    @staticmethod
    def _key(column: Column[Any]) -> str:
        return f"{column.table.name}.{column.name}"
