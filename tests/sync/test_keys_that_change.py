"""A natural key is renamed: nobody's rows go for it. What a device deletes is what a person deleted, and no more.

At the office invoices hang on a country, with ON DELETE CASCADE, and no device has ever heard of them.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import MetaData, Numeric, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel

from twinbase import Mirror, Plugins, hookimpl
from twinbase.clock import utc_now
from twinbase.testing.device import Device
from twinbase.testing.world import World
from twinbase_server import accounts
from twinbase_server.setup import init_database

DDL = """
CREATE TABLE country (code {type} PRIMARY KEY, name text, tax int NOT NULL DEFAULT 19);
CREATE TABLE invoice (number int PRIMARY KEY, country {type} REFERENCES country ON DELETE CASCADE ON UPDATE CASCADE);
INSERT INTO country VALUES ('Par', 'Paris', 20), ('Lyo', 'Lyon', 20);
INSERT INTO invoice VALUES (1, 'Par'), (2, 'Par'), (3, 'Lyo');
CREATE TABLE rate (factor numeric PRIMARY KEY, name text, tax int NOT NULL DEFAULT 19);
CREATE TABLE bill (number int PRIMARY KEY, factor numeric REFERENCES rate ON DELETE CASCADE ON UPDATE CASCADE);
INSERT INTO rate VALUES (1.5, 'half as much again', 20);
INSERT INTO bill VALUES (1, 1.5);
"""
CASELESS = "CREATE COLLATION caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
PLAIN, COLLATED = "text", "text COLLATE caseless"


class Base(SQLModel):
    metadata = MetaData()


class Country(Base, table=True):
    __tablename__ = "country"
    code: str = Field(primary_key=True)
    name: str | None = None


class Rate(Base, table=True):
    """1.5 and 1.50 are one key to PostgreSQL, and two texts."""

    __tablename__ = "rate"
    factor: Decimal = Field(primary_key=True, sa_type=Numeric)
    name: str | None = None


class Shop:
    @hookimpl
    def twinbase_mirrors(self) -> Iterable[Mirror]:
        yield Mirror(Country, direction="both")
        yield Mirror(Rate, direction="both")


@asynccontextmanager
async def open_shop(database_url: str, folder: Path, type_: str) -> AsyncIterator[tuple[World, Device]]:
    plugins = Plugins(Shop(), accounts)
    office = await asyncpg.connect(database_url)
    try:
        if type_ == COLLATED:
            await office.execute(CASELESS)
        await office.execute(DDL.format(type=type_))
    except asyncpg.FeatureNotSupportedError as error:
        pytest.skip(f"this PostgreSQL knows no such collation: {error}")
    finally:
        await office.close()
    await init_database(database_url, plugins, utc_now())
    async with World.open(database_url, plugins, folder, prepared=True) as world:
        anna = await world.device("anna")
        await anna.sync()
        yield world, anna
        world.raise_crashes()


async def _write(device: Device, *statements: str) -> None:
    """These statements in one local transaction."""
    async with device.replica.session() as session:
        for statement in statements:
            await session.execute(text(statement))
        await session.commit()


async def _countries(world: World) -> list[Any]:
    return sorted(await world.sql("SELECT code, name, tax FROM country"), key=lambda row: str(row[1]))


async def _invoices(world: World) -> list[Any]:
    return await world.sql("SELECT number, country FROM invoice ORDER BY number")


@pytest.mark.parametrize("type_", [PLAIN, COLLATED])
@pytest.mark.parametrize("new", ["FR", "PAR", "par "])
async def test_a_rename_is_refused_where_it_is_typed_and_nothing_goes(
    database_url: str, tmp_path: Path, type_: str, new: str
) -> None:
    async with open_shop(database_url, tmp_path, type_) as (world, anna):
        before = await _countries(world), await _invoices(world)
        with pytest.raises(IntegrityError, match="code says which row of country it is and cannot be changed"):
            await anna.change(Country, "Par", code=new)
        assert (await anna.sync()).is_proven
        assert (await _countries(world), await _invoices(world)) == before
        assert {row.code for row in await anna.all(Country)} == {"Par", "Lyo"}


@pytest.mark.parametrize("type_", [COLLATED])
async def test_the_same_key_in_another_spelling_is_the_same_row(database_url: str, tmp_path: Path, type_: str) -> None:
    async with open_shop(database_url, tmp_path, type_) as (world, anna):
        await _write(
            anna,
            "DELETE FROM country WHERE code = 'Par'",
            "INSERT INTO country (code, name) VALUES ('PAR', 'Paris-sur-Seine')",
        )
        report = await anna.sync()
        assert report.outcomes == {"applied": 2}
        assert await _countries(world) == [("Lyo", "Lyon", 20), ("PAR", "Paris-sur-Seine", 20)]
        assert [number for number, _ in await _invoices(world)] == [1, 2, 3]
        assert (await anna.sync()).is_proven
        assert {row.code for row in await anna.all(Country)} == {"PAR", "Lyo"}


async def test_a_number_with_more_zeros_is_the_same_key(database_url: str, tmp_path: Path) -> None:
    async with open_shop(database_url, tmp_path, PLAIN) as (world, anna):
        await _write(
            anna,
            "DELETE FROM rate WHERE factor = '1.5'",
            "INSERT INTO rate (factor, name) VALUES ('1.50', 'with a zero')",
        )
        assert (await anna.sync()).outcomes == {"applied": 2}
        assert await world.sql("SELECT factor::text, name, tax FROM rate") == [("1.50", "with a zero", 20)]
        assert await world.sql("SELECT number FROM bill") == [(1,)]
        assert (await anna.sync()).is_proven
        assert [str(row.factor) for row in await anna.all(Rate)] == ["1.50"]


@pytest.mark.parametrize("type_", [COLLATED])
async def test_deleted_in_one_save_and_added_in_the_next_it_is_there_once(
    database_url: str, tmp_path: Path, type_: str
) -> None:
    async with open_shop(database_url, tmp_path, type_) as (world, anna):
        await _write(anna, "DELETE FROM country WHERE code = 'Par'")
        await _write(anna, "INSERT INTO country (code, name) VALUES ('PAR', 'again')")
        assert (await anna.sync()).outcomes == {"applied": 2}
        assert await _countries(world) == [("Lyo", "Lyon", 20), ("PAR", "again", 19)]
        assert (await anna.sync()).is_proven
        assert {row.code for row in await anna.all(Country)} == {"PAR", "Lyo"}


@pytest.mark.parametrize("type_", [PLAIN, COLLATED])
async def test_a_row_that_is_replaced_keeps_what_hangs_on_it(database_url: str, tmp_path: Path, type_: str) -> None:
    async with open_shop(database_url, tmp_path, type_) as (world, anna):
        await _write(anna, "INSERT OR REPLACE INTO country (code, name) VALUES ('Par', 'replaced')")
        assert (await anna.sync()).outcomes == {"applied": 2}
        assert await _countries(world) == [("Lyo", "Lyon", 20), ("Par", "replaced", 20)]
        assert [number for number, _ in await _invoices(world)] == [1, 2, 3]
        assert (await anna.sync()).is_proven


async def test_a_replaced_row_stays_beside_one_that_the_database_does_not_take(
    database_url: str, tmp_path: Path
) -> None:
    """The local transaction is then tried mutation by mutation, and a deletion alone would take the invoices along."""
    async with open_shop(database_url, tmp_path, PLAIN) as (world, anna):
        await world.sql("CREATE UNIQUE INDEX one_name ON country (name)")
        await _write(
            anna,
            "INSERT OR REPLACE INTO country (code, name) VALUES ('Par', 'Lutetia')",
            "INSERT OR REPLACE INTO country (code, name) VALUES ('Lyo', 'Paris')",
            "INSERT OR REPLACE INTO country (code, name) VALUES ('Par', 'Lyon')",
        )
        assert (await anna.sync()).outcomes == {"applied": 6}
        assert await _countries(world) == [("Par", "Lyon", 20), ("Lyo", "Paris", 20)]
        assert [number for number, _ in await _invoices(world)] == [1, 2, 3]


async def test_what_a_person_deletes_is_deleted(database_url: str, tmp_path: Path) -> None:
    async with open_shop(database_url, tmp_path, PLAIN) as (world, anna):
        await anna.delete(Country, "Par")
        await anna.save(Country(code="FR", name="France"))
        assert (await anna.sync()).outcomes == {"applied": 2}
        assert await _countries(world) == [("FR", "France", 19), ("Lyo", "Lyon", 20)]
        assert await _invoices(world) == [(3, "Lyo")]
