"""The server's own writers, in plain statements: what an ERP does while devices are away."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, and_, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from twinbase.testing.conformance.rows import RowMaker, RowValues
from twinbase.testing.world import World

ENOUGH = 60
"""Rows of a table: more are deleted rather than added."""


class Office:
    """Writes to `tables`. Rows of `kept` are there from the start and never changed."""

    def __init__(self, world: World, tables: Sequence[Table], maker: RowMaker, untouched: Collection[str]) -> None:
        self.world, self.maker = world, maker
        self.tables = list(tables)
        self.written = [table for table in tables if table.name not in untouched]
        self._kept: dict[Table, set[tuple[Any, ...]]] = {}

    async def read_rows(self, table: Table) -> Sequence[Mapping[str, Any]]:
        """All rows, in the order of their keys."""
        async with self.world.engine.connect() as connection:
            found = await connection.execute(select(table).order_by(*table.primary_key.columns))
            return [{column.name: row[position] for position, column in enumerate(table.columns)} for row in found]

    async def keep(self, rows: Sequence[SQLModel]) -> None:
        """Put rows there that stay as they are, in this order."""
        for row in rows:
            mapper: Any = row.__mapper__  # type: ignore[attr-defined]
            table = mapper.local_table
            values = {c.name: getattr(row, mapper.get_property_by_column(c).key) for c in table.columns}
            async with self.world.engine.begin() as connection:
                await connection.execute(table.insert().values(_named(table, values)))
            self._kept.setdefault(table, set()).add(key_of(table, values))

    async def fill(self, count: int) -> None:
        """So many rows in every table, those that are pointed at first."""
        waiting = list(self.written)
        for _ in self.written:
            waiting = [table for table in waiting if not await self._fill(table, count)]
        if waiting:
            names = ", ".join(table.name for table in waiting)
            raise AssertionError(
                f"No row of {names} could be made: give `choices` or `adjust_row` for what its rules want."
            )

    async def _fill(self, table: Table, count: int) -> bool:
        done = [await self.insert(table) for _ in range(count)]
        return any(done) or bool(await self.read_rows(table))

    async def write(self) -> None:
        """One random write, which the database's own rules may refuse."""
        if not self.written:
            return
        table = self.maker.dice.choice(self.written)
        chance = self.maker.dice.random()
        rows = await self.read_rows(table)
        if chance < 0.35 and len(rows) < ENOUGH:
            await self.insert(table)
        elif chance < 0.85 or len(rows) < 3:
            await self._update(table, rows)
        else:
            await self._delete(table, rows)

    async def insert(self, table: Table) -> bool:
        """A new row; whether the database has taken it."""
        row = await self.maker.make_row(table, self.read_rows)
        return row is not None and await self._run(table.insert().values(_named(table, row)))

    async def _update(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        if (row := self._one(table, rows)) is None:
            return
        names = {column.name for column in table.columns}
        if values := await self.maker.change_row(table, row, self.read_rows, names):
            await self._run(table.update().where(row_condition(table, row)).values(_named(table, values)))

    async def _delete(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        if (row := self._one(table, rows)) is not None:
            await self._run(table.delete().where(row_condition(table, row)))

    def _one(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
        free = [row for row in rows if key_of(table, row) not in self._kept.get(table, ())]
        return self.maker.dice.choice(free) if free else None

    async def _run(self, statement: Any) -> bool:
        try:
            async with self.world.engine.begin() as connection:
                await connection.execute(statement)
        except DBAPIError:
            return False
        return True


def key_of(table: Table, row: Mapping[str, Any]) -> tuple[Any, ...]:
    """The key of a row."""
    return tuple(row[column.name] for column in table.primary_key.columns)


def row_condition(table: Table, row: Mapping[str, Any]) -> Any:
    """The condition that names one row."""
    return and_(*(column == row[column.name] for column in table.primary_key.columns))


def _named(table: Table, row: RowValues) -> dict[Any, Any]:
    """By column, whatever its attribute is called. A key that the database counts is left to it."""
    counted = table.autoincrement_column
    left = {counted.name} if counted is not None and row.get(counted.name) is None else set()
    return {table.columns[_key(table, name)]: value for name, value in row.items() if name not in left}


def _key(table: Table, name: str) -> str:
    return next(column.key for column in table.columns if column.name == name)
