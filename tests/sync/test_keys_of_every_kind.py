"""Keys whose equality is not that of their text, or whose type needs its length: char(n), bit(n), citext, numeric.

Public databases have them everywhere: a currency is char(3), a warehouse char(2).
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import CHAR, MetaData
from sqlmodel import Field, SQLModel, col

from twinbase import Mirror, Plugins, hookimpl
from twinbase.clock import utc_now
from twinbase.testing.world import World
from twinbase_server import accounts
from twinbase_server.setup import init_database

DDL = """
CREATE TABLE currency (code char(3) PRIMARY KEY, name text);
CREATE TABLE warehouse (code char(2) PRIMARY KEY, name text);
CREATE TABLE price (id int PRIMARY KEY, currency char(3) REFERENCES currency, warehouse char(2) REFERENCES warehouse);
INSERT INTO currency VALUES ('EUR', 'Euro'), ('F', 'Franc');
INSERT INTO warehouse VALUES ('A', 'Annecy'), ('BB', 'Bourg');
INSERT INTO price VALUES (1, 'F', 'A');
"""


class Base(SQLModel):
    metadata = MetaData()


class Currency(Base, table=True):
    """Declared as the table is."""

    __tablename__ = "currency"
    code: str = Field(primary_key=True, sa_type=CHAR(3))
    name: str | None = None


class Warehouse(Base, table=True):
    """Declared as text, which the table is not."""

    __tablename__ = "warehouse"
    code: str = Field(primary_key=True)
    name: str | None = None


class Price(Base, table=True):
    __tablename__ = "price"
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    currency: str | None = Field(default=None, sa_type=CHAR(3), foreign_key="currency.code")
    warehouse: str | None = Field(default=None, foreign_key="warehouse.code")


class Shop:
    @hookimpl
    def twinbase_mirrors(self) -> Iterable[Mirror]:
        yield Mirror(Currency, direction="both")
        yield Mirror(Warehouse, direction="both")
        yield Mirror(Price, direction="both", scope=lambda who: col(Price.currency) == who["currency"])


@asynccontextmanager
async def open_shop(database_url: str, folder: Path) -> AsyncIterator[World]:
    plugins = Plugins(Shop(), accounts)
    office = await asyncpg.connect(database_url)
    try:
        await office.execute(DDL)
    finally:
        await office.close()
    await init_database(database_url, plugins, utc_now())
    async with World.open(database_url, plugins, folder, prepared=True) as world:
        yield world


@pytest.mark.parametrize("model", [Currency, Warehouse])
async def test_a_padded_key_is_one_key_on_both_sides(database_url: str, tmp_path: Path, model: type[Any]) -> None:
    table = model.__tablename__
    async with open_shop(database_url, tmp_path) as world:
        anna = await world.device("anna", claims={"currency": "F"})
        assert (await anna.sync()).is_proven
        short = "F" if model is Currency else "A"
        await anna.change(model, short, name="typed on the way")
        await anna.save(model(code="Z", name="new"))
        await world.sql(f"UPDATE {table} SET name = 'office' WHERE code <> '{short}'")
        report = await anna.sync()
        assert report.outcomes == {"applied": 2} and report.is_proven
        rows = {(row[0].strip(), row[1]) for row in await world.sql(f"SELECT code, name FROM {table}")}
        assert (short, "typed on the way") in rows and ("Z", "new") in rows
        assert {(row.code, row.name) for row in await anna.all(model)} == rows
        await anna.delete(model, "Z")
        assert (await anna.sync()).outcomes == {"applied": 1}
        assert await world.sql(f"SELECT count(*) FROM {table} WHERE code = 'Z'") == [(0,)]
        assert (await anna.sync()).is_proven


async def test_a_padded_value_leads_where_it_points_and_chooses_rows(database_url: str, tmp_path: Path) -> None:
    async with open_shop(database_url, tmp_path) as world:
        anna = await world.device("anna", claims={"currency": "F"})
        await anna.sync()
        assert [(row.currency, row.warehouse) for row in await anna.all(Price)] == [("F", "A")]
        await anna.save(Price(id=2, currency="F", warehouse="BB"))
        report = await anna.sync()
        assert report.outcomes == {"applied": 1} and report.is_proven


async def test_spaces_at_the_end_are_no_part_of_a_padded_key(database_url: str, tmp_path: Path) -> None:
    async with open_shop(database_url, tmp_path) as world:
        anna = await world.device("anna", claims={"currency": "F"})
        await anna.sync()
        await anna.save(Currency(code="Y  ", name="yen"))
        assert (await anna.sync()).is_proven
        assert "Y" in {row.code for row in await anna.all(Currency)}
