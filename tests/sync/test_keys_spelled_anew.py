"""A key that PostgreSQL calls the same and a device does not: 0.5 and 0.500, "Par" and "PAR", one day and 24 hours.

A device that holds the old spelling compares the table, and is told why: nothing of it is a fault of the engine.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import MetaData, Numeric, Text
from sqlmodel import Field, SQLModel

from twinbase import Mirror, Plugins, hookimpl
from twinbase.clock import utc_now
from twinbase.testing.world import World
from twinbase_server import accounts
from twinbase_server.capture.status import TableCapture, read_capture_status
from twinbase_server.capture.watched import captured_tables
from twinbase_server.setup import init_database

CASELESS = "CREATE COLLATION caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"


class Base(SQLModel):
    metadata = MetaData()


class Rate(Base, table=True):
    __tablename__ = "rate"
    code: Decimal = Field(primary_key=True, sa_type=Numeric())
    name: str | None = None


class Town(Base, table=True):
    __tablename__ = "town"
    code: str = Field(primary_key=True, sa_type=Text)
    name: str | None = None


@dataclass(frozen=True)
class Spelled:
    """A table, the type of its key, one key in three spellings, another key, and what spells all its keys anew."""

    model: type[Any]
    type: str
    spellings: tuple[str, str, str]
    other: str
    anew: str

    @property
    def table(self) -> str:
        return str(self.model.__tablename__)

    def fill(self, statement: str) -> str:
        one, two, three = self.spellings
        return statement.format(table=self.table, one=one, two=two, three=three, other=self.other, anew=self.anew)


RATES = Spelled(Rate, "numeric", ("0.5", "0.500", "0.50"), "1", "code * 1.000")
TOWNS = Spelled(Town, "text COLLATE caseless", ("'Par'", "'PAR'", "'par'"), "'Annecy'", "upper(code)")
KINDS = pytest.mark.parametrize("kind", [RATES, TOWNS], ids=["numeric", "caseless"])
WAYS = {
    "an update": ["UPDATE {table} SET code = {two} WHERE code = {one}"],
    "an update of all": ["UPDATE {table} SET code = {anew}"],
    "an update that says more": ["UPDATE {table} SET code = {two}, name = 'more' WHERE code = {one}"],
    "a row that is made again": [
        "DELETE FROM {table} WHERE code = {one}",
        "INSERT INTO {table} VALUES ({two}, 'first')",
    ],
    "a row that is made again and written": [
        "DELETE FROM {table} WHERE code = {one}",
        "INSERT INTO {table} VALUES ({two}, 'first')",
        "UPDATE {table} SET name = 'second'",
    ],
    "a row that takes the key of another": [
        "DELETE FROM {table} WHERE code = {one}",
        "UPDATE {table} SET code = {two}",
    ],
    "a reload": [
        "CREATE TABLE kept AS TABLE {table}",
        "TRUNCATE {table}",
        "INSERT INTO {table} SELECT {anew}, name FROM kept",
    ],
    "a row that was gone before a reload": [
        "DELETE FROM {table}",
        "TRUNCATE {table}",
        "INSERT INTO {table} VALUES ({two}, 'first')",
    ],
    "a load of many rows": [
        "DELETE FROM {table}",
        "INSERT INTO {table} SELECT code, n::text FROM generate_series(1, 2000) n, LATERAL (SELECT {many}) AS x (code)"
        " UNION ALL SELECT {two}, 'first'",
    ],
}  # fmt: skip


class Shop:
    def __init__(self, kind: Spelled) -> None:
        self._kind = kind

    @hookimpl
    def twinbase_mirrors(self) -> Iterable[Mirror]:
        yield Mirror(self._kind.model, direction="both")


@asynccontextmanager
async def open_shop(kind: Spelled, database_url: str, folder: Path) -> AsyncIterator[World]:
    plugins = Plugins(Shop(kind), accounts)
    office = await asyncpg.connect(database_url)
    try:
        if kind is TOWNS:
            await office.execute(CASELESS)
        await office.execute(f"CREATE TABLE {kind.table} (code {kind.type} PRIMARY KEY, name text)")
        await office.execute(kind.fill("INSERT INTO {table} VALUES ({one}, 'first'), ({other}, 'other')"))
    except asyncpg.FeatureNotSupportedError as error:
        pytest.skip(f"this PostgreSQL was built without ICU: {error}")
    finally:
        await office.close()
    await init_database(database_url, plugins, utc_now())
    async with World.open(database_url, plugins, folder, prepared=True) as world:
        yield world


async def write(world: World, kind: Spelled, *statements: str) -> None:
    """In one transaction of the office."""
    office = await asyncpg.connect(world.database_url)
    many = "n + 0.25" if kind is RATES else "'t' || n"
    try:
        async with office.transaction():
            for statement in statements:
                await office.execute(kind.fill(statement.replace("{many}", many)))
    finally:
        await office.close()


async def spelled(world: World, kind: Spelled) -> set[str]:
    """The keys as the office spells them."""
    return {row[0] for row in await world.sql(f"SELECT code::text FROM {kind.table}")}


@KINDS
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("together", [True, False], ids=["in one transaction", "in several"])
async def test_a_key_that_is_spelled_anew_is_no_fault(
    database_url: str, tmp_path: Path, kind: Spelled, way: str, together: bool
) -> None:
    async with open_shop(kind, database_url, tmp_path) as world:
        late, often = await world.device("anna"), await world.device("bob")
        await late.sync()
        await often.sync()
        for statements in [WAYS[way]] if together else [[one] for one in WAYS[way]]:
            await write(world, kind, *statements)
        assert (await often.sync()).unexplained == []
        again = "UPDATE {table} SET code = {three} WHERE code = {one}"
        await write(world, kind, "UPDATE {table} SET name = 'x' WHERE code = {one}", again)
        await write(world, kind, "UPDATE {table} SET name = 'y' WHERE code = {one}")
        for device in (often, late, await world.device("carla")):
            report = await device.sync()
            assert report.is_proven and report.unexplained == []
            assert {str(row.code) for row in await device.all(kind.model)} == await spelled(world, kind)


@KINDS
async def test_only_who_has_not_seen_the_new_spelling_compares(
    database_url: str, tmp_path: Path, kind: Spelled
) -> None:
    async with open_shop(kind, database_url, tmp_path) as world:
        anna = await world.device("anna")
        await anna.sync()
        await write(world, kind, "UPDATE {table} SET code = {two} WHERE code = {one}")
        assert (await anna.sync()).repaired
        await write(world, kind, "UPDATE {table} SET name = 'later'")
        report = await anna.sync()
        assert report.is_proven and not report.repaired
        await write(world, kind, "DELETE FROM {table} WHERE code = {one}")
        report = await anna.sync()
        assert report.is_proven and not report.repaired
        assert {str(row.code) for row in await anna.all(kind.model)} == await spelled(world, kind)


@KINDS
async def test_it_is_no_gap_that_an_operator_must_close(database_url: str, tmp_path: Path, kind: Spelled) -> None:
    async with open_shop(kind, database_url, tmp_path) as world:
        await write(world, kind, "UPDATE {table} SET code = {two} WHERE code = {one}")
        assert await world.sql("SELECT respelled FROM twinbase.capture_gap") == [(True,)]
        before = await world.sql("SELECT base FROM twinbase.capture")
        (status,) = await read_status(world)
        assert status.captured
        await init_database(database_url, Plugins(Shop(kind), accounts), utc_now())
        assert await world.sql("SELECT base FROM twinbase.capture") == before


@KINDS
async def test_a_key_that_keeps_its_spelling_is_not_noted(database_url: str, tmp_path: Path, kind: Spelled) -> None:
    async with open_shop(kind, database_url, tmp_path) as world:
        await write(world, kind, "UPDATE {table} SET name = 'x', code = code")
        await write(world, kind, "DELETE FROM {table} WHERE code = {one}")
        await write(world, kind, "INSERT INTO {table} VALUES ({one}, 'again')")
        await write(world, kind, "UPDATE {table} SET code = {three} || '7' WHERE code = {one}" if kind is TOWNS
                    else "UPDATE {table} SET code = code + 1 WHERE code = {one}")  # fmt: skip
        assert await world.sql("SELECT * FROM twinbase.capture_gap") == []


async def read_status(world: World) -> list[TableCapture]:
    office = await asyncpg.connect(world.database_url)
    try:
        return await read_capture_status(office, captured_tables(world.plugins.registry))
    finally:
        await office.close()
