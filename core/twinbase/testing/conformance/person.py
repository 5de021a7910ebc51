"""What a person does on a device: whatever its mirrors allow, in sessions like those of an app."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError

from twinbase.registry import Twin
from twinbase.testing.conformance.rows import ReadRows, RowMaker
from twinbase.testing.device import Device


@dataclass(frozen=True)
class Person:
    """Somebody who signs in with the built-in accounts: a name, and the claims that scopes ask."""

    name: str
    claims: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Mine:
    """A person's device."""

    person: Person
    device: Device


async def read_rows(device: Device, twin: Twin) -> Sequence[Mapping[str, Any]]:
    """The rows of a twin as a screen reads them, by column, in the order of their keys."""
    return [row_of(twin, row) for row in await device.all(twin.model)]


def row_of(twin: Twin, row: object) -> dict[str, Any]:
    """The columns of a row that travel."""
    return {name: getattr(row, attribute_of(twin, name)) for name in twin.columns}


def attribute_of(twin: Twin, column: str) -> str:
    """What the class calls a column."""
    mapper: Any = twin.model.__mapper__
    return str(mapper.get_property_by_column(twin.table.columns[_key(twin, column)]).key)


def _key(twin: Twin, column: str) -> str:
    return next(each.key for each in twin.table.columns if each.name == column)


class RandomWork:
    """Random work on one device. Foreign keys point at rows that are on it, else at those that `elsewhere` gives."""

    def __init__(self, device: Device, maker: RowMaker, elsewhere: ReadRows) -> None:
        self.device, self.maker, self._elsewhere = device, maker, elsewhere

    async def do(self) -> None:
        """One or two edits, each a local transaction; nothing, where the device's own rules refuse it."""
        twins = [twin for twin in self.device.plugins.registry if twin.operations and twin.schema != "twinbase"]
        if not twins:
            return
        dice = self.maker.dice
        edits = [(dice.choice(twins), dice.random()) for _ in range(dice.randint(1, 2))]
        try:
            for twin, chance in edits:
                await self._edit(twin, chance)
        except (DBAPIError, StaleDataError):
            pass

    async def _edit(self, twin: Twin, chance: float) -> None:
        operations = sorted(twin.operations)
        operation = operations[int(chance * len(operations))]
        if operation == "insert":
            await self.add(twin)
        elif (key := await self._key_of_one(twin)) is None:
            return
        elif operation == "update":
            await self.change(twin, key, twin.writable)
        else:
            await self.device.delete(twin.model, key)

    async def add(self, twin: Twin) -> None:
        """A new row, filled as far as a device may."""
        row = await self.maker.make_row(twin.table, self._read, twin.insertable)
        if row is not None:
            await self.device.save(twin.model(**{attribute_of(twin, name): value for name, value in row.items()}))

    async def change(self, twin: Twin, key: object, columns: Collection[str]) -> bool:
        """Change some of these columns; whether any has another value now."""
        row = await self.device.read(twin.model, key)
        was = row_of(twin, row)
        values = await self.maker.change_row(twin.table, was, self._read, columns)
        if not values or all(was.get(name) == value for name, value in values.items()):
            return False
        await self.device.change(twin.model, key, **{attribute_of(twin, name): value for name, value in values.items()})
        return True

    async def _key_of_one(self, twin: Twin) -> Any:
        rows = await read_rows(self.device, twin)
        row = self.maker.dice.choice(rows) if rows else None
        return row and tuple(row[name] for name in twin.key)

    async def _read(self, table: Table) -> Sequence[Mapping[str, Any]]:
        twin = self.device.plugins.registry.find_by_table(table)
        return await self._elsewhere(table) if twin is None else await read_rows(self.device, twin)
