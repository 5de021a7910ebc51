"""One value or row that cannot travel stops no other: it is set apart, refused or corrected, and it is counted."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import JSON, Column, Double, Numeric, Text, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from twinbase import Mirror, Plugins, hookimpl
from twinbase.testing import World
from twinbase.testing.databases import Databases
from twinbase_server import accounts
from twinbase_server.database.connection import connect
from twinbase_server.feed.readiness import read_readiness
from twinbase_server.feed.uncarried_keys import find_uncarried_keys

S = {"schema": "odd"}


class Base(SQLModel, registry=registry()):
    """Tables of these tests alone."""


class Reading(Base, table=True):
    """Values of every kind."""

    __table_args__ = S
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str = Field(sa_column=Column(Text, nullable=False))
    exact: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    rough: float | None = Field(default=None, sa_column=Column(Double))
    document: Any = Field(default=None, sa_column=Column(JSON(none_as_null=True)))


class Level(Base, table=True):
    """A number with decimals is the key."""

    __table_args__ = S
    height: Decimal = Field(sa_column=Column(Numeric(8, 2), primary_key=True))


class Word(Base, table=True):
    """A text is the key."""

    __table_args__ = S
    word: str = Field(sa_column=Column(Text, primary_key=True))
    sense: str = Field(default="", sa_column=Column(Text, nullable=False))


class Odd:
    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        for model in (Reading, Level, Word):
            yield Mirror(model, direction="both", conflict="merge_columns")


PLUGINS = Plugins(Odd(), accounts)


DIGITS = "7" * 5_000
DEEP = "[" * 1_500 + "]" * 1_500
ROWS = {
    "NaN": "'NaN', NULL, NULL",
    "endless": "'Infinity', NULL, NULL",
    "rough NaN": "NULL, 'NaN', NULL",
    "rough endless": "NULL, '-Infinity', NULL",
    "long": f"{DIGITS}, NULL, NULL",
    "long in JSON": f"NULL, NULL, '[{DIGITS}]'",
    "deep": f"NULL, NULL, '{DEEP}'",
    "deep words": f"""NULL, NULL, '"{"[" * 1_500}"'""",
    "plain": """1.5, 2.5, '{"a": 1}'""",
}
APART = {"NaN", "endless", "rough NaN", "deep"}


async def _insert(world: World, names: set[str]) -> None:
    async with world.engine.begin() as office:
        for name in sorted(names):
            values = f"INSERT INTO odd.reading VALUES (gen_random_uuid(), '{name}', {ROWS[name]})"
            await office.exec_driver_sql(values)


async def test_a_first_sync_counts_what_it_sets_apart_and_brings_the_rest(world: World) -> None:
    await _insert(world, set(ROWS))
    anna = await world.device("anna")

    report = await anna.sync()

    assert report.is_proven and report.quarantined == len(APART)
    here = {reading.name: reading for reading in await anna.all(Reading)}
    assert here.keys() == ROWS.keys() - APART
    assert here["long"].exact == Decimal(DIGITS) and here["rough endless"].rough == float("-inf")
    assert len(here["long in JSON"].document) == 1 and here["long in JSON"].document[0] % 10 == 7


async def test_a_pull_counts_what_it_sets_apart_and_brings_the_rest(world: World) -> None:
    anna = await world.device("anna")
    await anna.sync()
    await _insert(world, set(ROWS))

    report = await anna.sync()

    assert report.is_proven and report.quarantined == len(APART) and not report.unexplained
    assert {reading.name for reading in await anna.all(Reading)} == ROWS.keys() - APART
    await world.sql("UPDATE odd.reading SET exact = 1, rough = 1, document = NULL")
    healed = await anna.sync()
    assert healed.is_proven and len(await anna.all(Reading)) == len(ROWS)


async def test_a_key_that_cannot_be_carried_leaves_its_row_where_it_is(world: World) -> None:
    await world.sql("INSERT INTO odd.level VALUES (1.25), ('NaN'), (2.5)")
    anna = await world.device("anna")
    assert (await anna.sync()).is_proven
    await world.sql("DELETE FROM odd.level WHERE height = 'NaN' OR height = 1.25")
    await world.sql("INSERT INTO odd.level VALUES ('NaN'), (3)")

    report = await anna.sync()

    assert report.is_proven and not report.unexplained
    assert [level.height for level in await anna.all(Level)] == [Decimal("2.50"), Decimal("3.00")]


async def test_a_document_that_is_too_deep_is_refused_alone(world: World) -> None:
    anna = await world.device("anna")
    await anna.sync()
    deep: Any = []
    for _ in range(600):
        deep = [deep]
    await anna.save(Reading(name="deep", document=deep))
    await anna.save(Reading(name="plain"))

    report = await anna.sync()

    assert report.outcomes == {"refused": 1, "applied": 1}
    (edit,) = await anna.replica.waiting_edits()
    assert "nested too deeply" in edit.detail and json.dumps(edit.new["document"]).count("[") == 601


async def test_text_that_is_no_text_is_shown_as_such_and_can_be_discarded(world: World) -> None:
    anna = await world.device("anna")
    await world.sql("INSERT INTO odd.word VALUES ('kept', 'here')")
    await anna.sync()
    async with anna.replica.session() as session:
        await session.execute(text("INSERT INTO word (word, sense) VALUES ('new', CAST(x'61ff62' AS TEXT))"))
        await session.execute(text("INSERT INTO word (word, sense) VALUES ('beside it', '')"))
        await session.commit()
    async with anna.replica.session() as session:
        await session.execute(text("INSERT INTO word (word, sense) VALUES (CAST(x'ff' AS TEXT), 'in the key')"))
        await session.commit()
    await anna.change(Word, "kept", sense="changed")

    report = await anna.sync()

    assert report.is_proven and report.outcomes == {"applied": 1}, "what was written later goes"
    edits = {edit.key[0]: edit for edit in await anna.replica.waiting_edits()}
    assert edits.keys() == {"new", "beside it", "\ufffd"} and edits["new"].new["sense"] == "a\ufffdb"
    assert all(edit.reason == "unreadable" and "no UTF-8" in edit.detail for edit in edits.values())
    await anna.replica.correct(edits["new"].id, {"sense": "typed again"})
    await anna.replica.discard(edits["\ufffd"].id)
    last = await anna.sync()
    assert last.is_proven and last.outcomes == {"applied": 2}, "what was saved together goes together"
    assert await world.sql("SELECT word FROM odd.word ORDER BY 1") == [("beside it",), ("kept",), ("new",)]


async def test_a_letter_that_the_database_does_not_have_is_refused_alone(latin_url: str, tmp_path: Path) -> None:
    async with World.open(latin_url, PLUGINS, tmp_path) as world:
        await world.sql("INSERT INTO odd.word VALUES ('café', 'drink')")
        anna = await world.device("anna")
        assert (await anna.sync()).is_proven
        await anna.save(Word(word="☕"))
        await anna.save(Word(word="thé", sense="drink"))
        await anna.change(Word, "café", sense="🙂")

        report = await anna.sync()

        assert report.outcomes == {"refused": 2, "applied": 1}
        for edit in await anna.replica.waiting_edits():
            assert "holds a letter that this database does not have (LATIN1)" in edit.detail
        assert (await anna.sync()).is_proven
        assert sorted(word.word for word in await anna.all(Word)) == ["café", "thé"]
        world.raise_crashes()


async def test_an_edit_that_holds_what_no_type_can_read_is_marked_like_any_other(world: World) -> None:
    """The marks of a screen come in one query: one text that is none, or a number that is none, takes no other away."""
    anna = await world.device("anna")
    async with anna.replica.session() as session:
        await session.execute(text("INSERT INTO word (word, sense) VALUES ('new', CAST(x'61ff62' AS TEXT))"))
        await session.execute(text("INSERT INTO word (word, sense) VALUES (CAST(x'ff' AS TEXT), 'in the key')"))
        await session.execute(text("INSERT INTO reading (id, name, exact) VALUES ('no id', 'kept', 'no number')"))
        await session.commit()
    await anna.save(Word(word="beside it"))
    async with anna.replica.read() as session:
        edits = await session.pending_edits(Word, Reading)
    assert [edit.key[0] for edit in edits] == ["new", "\ufffd", "no id", "beside it"]
    assert edits[0].new["sense"] == "a\ufffdb" and edits[2].new["exact"] == "no number"


@pytest.fixture
def latin_url(databases: Databases) -> Iterator[str]:
    """A database of another encoding."""
    url = databases.create("template0", encoding="LATIN1")
    yield url
    databases.drop(url)


async def test_rows_without_a_key_that_can_be_carried_are_counted_for_the_office(world: World) -> None:
    await world.sql("INSERT INTO odd.level VALUES (1.5), ('NaN')")
    connection = await connect(world.database_url)
    try:
        readiness = await read_readiness(connection, PLUGINS.registry)
        left_out = await find_uncarried_keys(connection, PLUGINS.registry, readiness)
    finally:
        await connection.close()
    assert [(one.twin, one.detail.split(" have")[0], one.blocks) for one in left_out] == [
        ("level", "1 rows of odd.level", False)
    ]
