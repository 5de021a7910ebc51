"""A database may give its sessions settings that nobody expects: what travels is the same under each of them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import Column, DateTime, Double, Interval, LargeBinary, MetaData
from sqlmodel import Field, SQLModel

from twinbase import Mirror, Plugins, hookimpl
from twinbase.testing import World
from twinbase_server import accounts

# What a customer's own programs write: they have the settings of the database, and a backslash may be an escape there.
WRITTEN = r"'C:\\temp'"


class Base(SQLModel):
    metadata = MetaData()


class Folder(Base, table=True):
    __tablename__ = "odd_folders"
    path: str = Field(primary_key=True)
    note: str = ""
    at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    took: timedelta | None = Field(default=None, sa_column=Column(Interval()))
    size: float | None = Field(default=None, sa_column=Column(Double()))
    seal: bytes | None = Field(default=None, sa_column=Column(LargeBinary()))


class File(Base, table=True):
    __tablename__ = "odd_files"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    folder: str = Field(foreign_key="odd_folders.path")


class Folders:
    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(Folder, direction="both", conflict="device_wins")
        yield Mirror(File, direction="both")


@pytest.mark.parametrize(
    "setting",
    [
        "standard_conforming_strings = off",
        "search_path = ''",
        "search_path = odd, public",
        "default_transaction_isolation = 'serializable'",
        "datestyle = 'German, DMY'",
        "intervalstyle = 'sql_standard'",
        "bytea_output = 'escape'",
        "timezone = 'Asia/Kolkata'",
        "extra_float_digits = -10",
        "row_security = off",
        "session_replication_role = 'origin'",
        "default_transaction_deferrable = on",
        "array_nulls = off",
        "transform_null_equals = on",
        "check_function_bodies = off",
        "quote_all_identifiers = on",
    ],
)
async def test_rows_go_both_ways_whatever_the_sessions_of_a_database_are_set_to(
    setting: str, database_url: str, tmp_path: Path
) -> None:
    office = await asyncpg.connect(database_url)
    name = await office.fetchval("SELECT current_database()")
    await office.execute(f'CREATE SCHEMA odd; ALTER DATABASE "{name}" SET {setting}')
    await office.close()
    seal, took, at = (
        bytes(range(256)),
        timedelta(days=1, hours=-3, microseconds=7),
        datetime(2026, 3, 29, 1, tzinfo=UTC),
    )
    async with World.open(database_url, Plugins(Folders(), accounts), tmp_path) as world:
        anna = await world.device("anna")
        office = await asyncpg.connect(database_url)
        await office.execute(f"INSERT INTO public.odd_folders (path, note) VALUES ({WRITTEN}, 'theirs')")
        await anna.save(Folder(path="D:\\new\n'x", note="it's\\mine", at=at, took=took, size=0.1 + 0.2, seal=seal))
        await anna.save(File(folder="D:\\new\n'x"))
        assert (await anna.sync()).is_proven
        theirs = await office.fetchval("SELECT path FROM public.odd_folders WHERE note = 'theirs'")
        assert {folder.path for folder in await anna.all(Folder)} == {theirs, "D:\\new\n'x"}
        await office.execute("UPDATE public.odd_folders SET note = 'again' WHERE note = 'theirs'")
        await office.execute("DELETE FROM public.odd_files")
        await anna.change(Folder, ("D:\\new\n'x",), note="\\")
        assert (await anna.sync()).is_proven
        mine: Any = await office.fetchrow("SELECT * FROM public.odd_folders WHERE path LIKE 'D:%'")
        assert (mine["note"], mine["at"], mine["took"], mine["size"], mine["seal"]) == ("\\", at, took, 0.1 + 0.2, seal)
        assert sorted(folder.note for folder in await anna.all(Folder)) == ["\\", "again"]
        assert await anna.all(File) == []
        await office.close()
        world.raise_crashes()
