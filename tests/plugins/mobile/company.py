"""A company of random rows in `mobile`: times on the edges of every window, NULLs wherever they may be."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Enum, Table, TypeDecorator, UniqueConstraint, Uuid
from sqlalchemy.ext.asyncio import AsyncConnection

from twinbase import Plugins
from twinbase_mobile.tables.office import ProjectMember, Sector

AS_OF = datetime(2030, 3, 31, 1, tzinfo=UTC)  # the night in which Paris puts its clocks forward
PLUGINS = Plugins("mobile")
REGISTRY = PLUGINS.registry
TABLES: list[Table] = [twin.table for twin in REGISTRY]
ROWS = {
    "interventions": 60, "customers": 25, "customer_sites": 40, "intervention_notes": 250, "tickets": 60,
    "documents": 80, "colleagues": 12, "timesheets": 60, "expenses": 60, "stock_levels": 40,
}  # fmt: skip
TICK = timedelta(microseconds=1)
EDGES = [
    AS_OF + sign * timedelta(days=days) + tick
    for days in (0, 29, 30, 31, 200)
    for sign in (1, -1)
    for tick in (-TICK, timedelta(0), TICK)
]
DAYS = [AS_OF.date() + timedelta(days=days) for days in (0, -1, -29, -30, -31, -364, -365, -366, 5)]
ZIPS = ["75011", "75012", "69001", "6900", "2A004", "", "13001"]


class Dice:
    """Random rows; the same seed gives the same company."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self.ids: dict[str, list[UUID]] = {}

    def uuid(self) -> UUID:
        return UUID(int=self._chance.getrandbits(128), version=4)

    async def fill(self, connection: AsyncConnection) -> None:
        """Rows in every table: ids first, so that a column may point at any row of any table."""
        for table in TABLES:
            self.ids[table.name] = [self.uuid() for _ in range(ROWS.get(table.name, 30))]
        for table in TABLES:
            rows = [self._row(table, id) for id in self.ids[table.name]]
            await connection.execute(table.insert(), _unique(table, rows))
        await connection.execute(_table(Sector).insert(), self._sectors())
        await connection.execute(_table(ProjectMember).insert(), self._members())

    async def reassign(self, connection: AsyncConnection) -> None:
        """Anything may move to anybody: a few rows of every table get new values."""
        for table in TABLES:
            for id in self._chance.sample(self.ids[table.name], 4):
                columns = [c for c in table.columns if c.name not in ("id", "role", "colleague_id", "intervention_id")]
                changed = {c.name: self._value(table, c) for c in columns if self._chance.random() < 0.5}
                if changed:
                    await connection.execute(table.update().where(table.c.id == id).values(**changed))

    def _row(self, table: Table, id: UUID) -> dict[str, Any]:
        return {"id": id} | {c.name: self._value(table, c) for c in table.columns if c.name != "id"}

    def _value(self, table: Table, column: Any) -> Any:
        if column.nullable and self._chance.random() < 0.15:
            return None
        if isinstance(column.type, Uuid):
            return self._id(table, column)
        if column.name in ("zip_code", "sector", "code"):
            return self._chance.choice(ZIPS if column.name == "zip_code" else ["A", "B", "C", "D"])
        return self._of_type(column.type)

    def _id(self, table: Table, column: Any) -> UUID:
        targets = [key.column.table.name for key in column.foreign_keys]
        if table.name == "documents":
            targets = [self._chance.choice(["interventions", "projects", "customer_equipment"])]
        target = targets[0] if targets else "colleagues"
        return self._chance.choice(self.ids[target][:3] if target == "colleagues" else self.ids[target])

    def _of_type(self, type_: Any) -> Any:
        if isinstance(type_, Enum):
            return self._chance.choice(list(type_.enum_class or type_.enums))
        kind = type_.impl.python_type if isinstance(type_, TypeDecorator) else type_.python_type
        makers: dict[Any, Callable[[], Any]] = {
            str: lambda: self._chance.choice("ABC"),
            bool: lambda: self._chance.random() < 0.5,
            int: lambda: self._chance.randrange(5),
            float: lambda: self._chance.random(),
            Decimal: lambda: Decimal(self._chance.randrange(400, 550)) / 10,
            datetime: lambda: self._chance.choice(EDGES),
            date: lambda: self._chance.choice(DAYS),
        }
        return makers[kind]() if kind in makers else {}

    def _sectors(self) -> list[dict[str, Any]]:
        return [
            {
                "code": code,
                "zip_prefixes": self._some(["7", "75011", "69", "2A", ""]),
                "caption": None,
                "colleague_codes": self._some(["A", "B"]),
            }
            for code in "ABC"
        ]

    def _some(self, of: Sequence[str]) -> list[str]:
        return self._chance.sample(of, self._chance.randrange(len(of) + 1))

    def _members(self) -> list[dict[str, Any]]:
        projects, people = self._chance.sample(self.ids["projects"], 5), self.ids["colleagues"]
        return [
            {"id": self.uuid(), "project_id": project, "colleague_id": self._chance.choice(people)}
            for project in projects
        ]


def _table(model: Any) -> Table:
    found: Table = model.__table__
    return found


def _unique(table: Table, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows that no unique constraint of the table objects to."""
    columns = [tuple(c.columns.keys()) for c in table.constraints if isinstance(c, UniqueConstraint)]
    kept = rows
    for names in columns:
        kept = list({tuple(row[name] for name in names): row for row in kept}.values())
    return kept
