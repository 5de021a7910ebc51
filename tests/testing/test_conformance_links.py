"""The kit works on keys of several columns: link tables, and foreign keys that share a column."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import ForeignKeyConstraint, MetaData, Table
from sqlmodel import Field, SQLModel

from twinbase import Mirror, hookimpl
from twinbase.testing import prepare
from twinbase.testing.conformance import Conformance, Person
from twinbase.testing.conformance.rows import RowMaker
from twinbase.testing.databases import Databases


class Base(SQLModel):
    metadata = MetaData()


class Machine(Base, table=True):
    __tablename__ = "machines"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    place: str


class Product(Base, table=True):
    __tablename__ = "products"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str


class Slot(Base, table=True):
    """What is in a machine: nothing but the two keys."""

    __tablename__ = "slots"
    machine_id: UUID = Field(primary_key=True, foreign_key="machines.id")
    product_id: UUID = Field(primary_key=True, foreign_key="products.id")
    amount: int = 0


class Filling(Base, table=True):
    """Points at a slot, and at its machine once more: both keys hold the machine."""

    __tablename__ = "fillings"
    __table_args__ = (ForeignKeyConstraint(["machine_id", "product_id"], ["slots.machine_id", "slots.product_id"]),)
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    machine_id: UUID = Field(foreign_key="machines.id")
    product_id: UUID
    amount: int = 0


class Vending:
    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(Machine, direction="both")
        yield Mirror(Product, direction="both")
        yield Mirror(Slot, direction="both", conflict="device_wins")
        yield Mirror(Filling, direction="both", conflict="device_wins")


class Links(Conformance):
    """Not collected by pytest: the test below calls its tests."""

    plugins: ClassVar[Any] = (Vending(),)
    people = (Person("anna"), Person("bob"))
    steps = 40


def test_link_tables_conform(databases: Databases, tmp_path: Path) -> None:
    url = databases.create()
    asyncio.run(prepare(url, Links()._cast.plugins, datetime.now(UTC)))
    try:
        Links().test_devices_converge_whatever_happens(url, tmp_path)
    finally:
        databases.drop(url)


async def test_two_foreign_keys_that_share_a_column_agree_on_it() -> None:
    """Each row that is made up could be: its machine is that of the slot that it points at."""
    machines = [{"id": uuid4()} for _ in range(6)]
    slots = [{"machine_id": machine["id"], "product_id": uuid4()} for machine in machines]
    tables: dict[str, Any] = {"machines": machines, "slots": slots}

    async def read(table: Table) -> Any:
        return tables[table.name]

    maker = RowMaker(Random(1), datetime.now(UTC), {}, lambda table, values, was, dice: values)
    table: Table = Filling.__table__  # type: ignore[attr-defined]
    for _ in range(50):
        made = await maker.make_row(table, read)
        assert made is not None
        assert {name: made[name] for name in ("machine_id", "product_id")} in slots
        changed = await maker.change_row(table, made, read, {"machine_id", "product_id", "amount"})
        after = made | (changed or {})
        assert {name: after[name] for name in ("machine_id", "product_id")} in slots
