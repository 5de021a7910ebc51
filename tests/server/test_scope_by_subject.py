"""A scope may ask who signed in, without a claim: everybody has their own rows and writes no others."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlmodel import Field, SQLModel, col

from twinbase import Identity, Mirror, Plugins, Who, hookimpl
from twinbase.errors import MirrorError
from twinbase.registry import build_registry
from twinbase.testing import World
from twinbase_server import accounts
from twinbase_server.explain.scope import explain

S = {"schema": "diary"}


class Entry(SQLModel, table=True):
    __tablename__ = "entry"
    __table_args__ = S
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    author: str
    text: str = ""


class Badge(SQLModel, table=True):
    __tablename__ = "badge"
    __table_args__ = S
    id: UUID = Field(primary_key=True)
    holder: UUID


class Diary:
    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(Entry, direction="both", scope=lambda who: col(Entry.author) == who.subject)


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with World.open(database_url, Plugins(Diary(), accounts), tmp_path) as world:
        yield world


async def test_everybody_has_their_own_rows_and_the_proof_holds(world: World) -> None:
    await world.sql(
        "INSERT INTO diary.entry SELECT gen_random_uuid(), 'anna@example.org', i FROM generate_series(1, 3) i"
    )
    await world.sql("INSERT INTO diary.entry VALUES (gen_random_uuid(), 'bob@example.org', 'b')")
    anna, bob = await world.device("anna"), await world.device("bob")
    first = [await anna.sync(), await bob.sync()]
    assert (len(await anna.all(Entry)), len(await bob.all(Entry))) == (3, 1)

    await world.sql("UPDATE diary.entry SET author = 'bob@example.org' WHERE text = '2'")
    then = [await anna.sync(), await bob.sync()]

    assert (len(await anna.all(Entry)), len(await bob.all(Entry))) == (2, 2)
    assert all(report.is_proven and not report.unexplained for report in (*first, *then))


async def test_a_row_under_another_name_is_refused(world: World) -> None:
    anna = await world.device("anna")
    await anna.sync()
    await anna.save(Entry(author="bob@example.org", text="not mine"))
    report = await anna.sync()
    assert report.outcomes == {"refused": 1} and await world.sql("SELECT * FROM diary.entry") == []


async def test_explain_says_it_in_words(world: World) -> None:
    await world.sql("INSERT INTO diary.entry VALUES (:id, 'anna@example.org', 'a')", id=(key := uuid4()))
    connection = await asyncpg.connect(world.database_url)
    twin = world.plugins.registry["entry"]
    try:
        for subject, has in (("anna@example.org", True), ("bob@example.org", False)):
            said = await explain(connection, twin, [str(key)], Identity(subject), datetime.now(UTC))
            assert said.has is has and [reason.text for reason in said.reasons] == ["author = the subject"]
    finally:
        await connection.close()


async def test_a_subject_that_is_a_uuid_is_compared_as_one(database_url: str, tmp_path: Path) -> None:
    class Badges:
        @hookimpl
        def twinbase_mirrors(self) -> Iterator[Mirror]:
            yield Mirror(Badge, scope=lambda who: col(Badge.holder) == who.subject)

    async with World.open(database_url, Plugins(Badges(), accounts), tmp_path) as world:
        connection = await asyncpg.connect(database_url)
        holder, key = uuid4(), uuid4()
        await connection.execute("INSERT INTO diary.badge VALUES ($1, $2)", key, holder)
        twin = world.plugins.registry["badge"]
        said = await explain(connection, twin, [str(key)], Identity(str(holder).upper()), datetime.now(UTC))
        await connection.close()
        assert said.has


def test_a_subject_is_no_list_and_no_value_of_python() -> None:
    with pytest.raises(MirrorError, match=r"who\.subject"):
        build_registry([Mirror(Entry, scope=lambda who: col(Entry.author).in_(who.subject))], {"server_wins": _never})
    with pytest.raises(TypeError, match="SQL"):
        bool(Who().subject == "anna")


def _never(_: object) -> Any:
    raise AssertionError
