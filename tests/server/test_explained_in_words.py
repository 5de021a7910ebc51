"""`explain` tells a person in sentences: the words that a plugin gave to the parts of its scopes."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import or_
from sqlmodel import Field, SQLModel, col

from twinbase import Identity, Mirror, Plugins, Who, days, hookimpl, says, within
from twinbase.testing import World
from twinbase_server import accounts
from twinbase_server.explain.scope import Explanation, explain

S = {"schema": "rounds"}
NOW = datetime(2030, 3, 4, 12, tzinfo=UTC)
MONTH = timedelta(days=30)


class Call(SQLModel, table=True):
    __tablename__ = "call"
    __table_args__ = S
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    who: str
    at: datetime | None = None
    urgent: bool = False


class Remark(SQLModel, table=True):
    __tablename__ = "remark"
    __table_args__ = S
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    call_id: UUID | None = Field(default=None, foreign_key="rounds.call.id")


class Picture(SQLModel, table=True):
    __tablename__ = "picture"
    __table_args__ = S
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    remark_id: UUID = Field(foreign_key="rounds.remark.id")
    taken_at: datetime


def my_calls(who: Who) -> Any:
    return says(col(Call.who) == who["nick"], "assigned to them", "assigned to {who}") & or_(
        says(
            col(Call.at) < who.as_of + MONTH,
            "planned on {at}",
            "planned on {at}, more than 30 days from now",
            unknown="not planned yet",
        ),
        says(col(Call.urgent).is_(True), "urgent", "not urgent"),
    )


class Rounds:
    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(Call, scope=my_calls)
        yield Mirror(Remark, scope=within(Call, Remark.call_id))
        yield Mirror(Picture, scope=within(Remark, Picture.remark_id), window=days(Picture.taken_at, back=7))


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with World.open(database_url, Plugins(Rounds(), accounts), tmp_path) as world:
        yield world


async def ask(world: World, twin: str, key: UUID, name: str = "anna") -> Explanation:
    connection = await asyncpg.connect(world.database_url)
    try:
        return await explain(connection, world.plugins.registry[twin], [str(key)], Identity("x", {"nick": name}), NOW)
    finally:
        await connection.close()


async def a_call(world: World, who: str = "anna", at: datetime | None = NOW, urgent: bool = False) -> UUID:
    key = uuid4()
    await world.sql(
        'INSERT INTO rounds."call" (id, who, at, urgent) VALUES (:id, :who, :at, :urgent)',
        id=key,
        who=who,
        at=at,
        urgent=urgent,
    )
    return key


async def a_remark(world: World, call: UUID | None) -> UUID:
    await world.sql("INSERT INTO rounds.remark VALUES (:id, :call)", id=(key := uuid4()), call=call)
    return key


async def test_why_somebody_has_a_row(world: World) -> None:
    said = await ask(world, "call", await a_call(world))
    assert said.has
    assert said.because == "it is in scope: assigned to them; planned on 2030-03-04 12:00 UTC."


async def test_why_somebody_does_not_and_only_what_decides_it(world: World) -> None:
    said = await ask(world, "call", await a_call(world, "bob"))
    assert not said.has and said.because == "it is outside the scope: assigned to bob."


async def test_of_two_ways_in_each_is_said_to_be_closed(world: World) -> None:
    said = await ask(world, "call", await a_call(world, at=NOW + 2 * MONTH))
    assert said.because == (
        "it is outside the scope: planned on 2030-05-03 12:00 UTC, more than 30 days from now; not urgent."
    )


async def test_a_value_that_is_missing_has_words_of_its_own(world: World) -> None:
    said = await ask(world, "call", await a_call(world, at=None))
    assert said.because == "it is outside the scope: not planned yet; not urgent."
    said = await ask(world, "call", await a_call(world, at=None, urgent=True))
    assert said.because == "it is in scope: assigned to them; urgent."


async def test_a_child_is_explained_by_its_parent(world: World) -> None:
    call = await a_call(world, "bob")
    said = await ask(world, "remark", await a_remark(world, call))
    assert said.because == f"it is outside the scope: it belongs to call/{call}: assigned to bob."
    assert said.reasons[0].parts[0].text == "(who = claim nick)"


async def test_so_is_the_child_of_a_child_with_its_own_window(world: World) -> None:
    call = await a_call(world)
    remark = await a_remark(world, call)
    await world.sql(
        "INSERT INTO rounds.picture VALUES (:id, :remark, :at)",
        id=(key := uuid4()),
        remark=remark,
        at=NOW - timedelta(days=8),
    )
    said = await ask(world, "picture", key)
    assert said.because == ("it is outside the scope: its taken at 2030-02-24 12:00 UTC is not from 7 days ago on.")
    assert f"it belongs to remark/{remark}: it belongs to call/{call}: assigned to them" in said.reasons[0].sentence


async def test_a_child_without_a_parent_says_so(world: World) -> None:
    said = await ask(world, "remark", await a_remark(world, None))
    assert said.because == "it is outside the scope: it belongs to no row of call."


async def test_words_change_nothing_of_what_is_sent(world: World) -> None:
    await a_call(world)
    await a_call(world, "bob")
    await a_remark(world, await a_call(world, urgent=True, at=None))
    world.clock.now = NOW
    anna = await world.device("anna", claims={"nick": "anna"})
    report = await anna.sync()
    assert report.is_proven and (len(await anna.all(Call)), len(await anna.all(Remark))) == (2, 1)
