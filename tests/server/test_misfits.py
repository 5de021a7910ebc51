"""A class beside its table: every difference is said at once, with what to write, and stops nobody else."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Enum,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    String,
    Table,
    Text,
    Time,
    Uuid,
    insert,
)
from sqlalchemy.dialects.postgresql import CITEXT, JSONB
from sqlmodel import Field, SQLModel

from twinbase import Mirror, Plugins, hookimpl
from twinbase.clock import utc_now
from twinbase.testing import World
from twinbase.testing.databases import Databases
from twinbase_server import accounts
from twinbase_server.capture.install import CaptureError
from twinbase_server.feed.readiness import Readiness, read_readiness
from twinbase_server.setup import init_database

# What PostgreSQL has, what the class says, and what is to be said: a part of the sentence, "" when the two fit.
PAIRS: list[tuple[str, Any, str]] = [
    ("inet", Text, "hide the column"),
    ("numeric(12,4)", Numeric(10, 2), "Numeric(12, 4)"),
    ("numeric", Numeric(10, 2), "Column(Numeric"),
    ("numeric(10,2)", Numeric(), ""),
    ("numeric(8,2)", Numeric(10, 2), ""),
    ("double precision", Numeric(10, 2), "Column(Double"),
    ("numeric(10,2)", Double, "Numeric(10, 2)"),
    ("money", Numeric(10, 2), "hide the column"),
    ("bigint", Integer, "Column(BigInteger"),
    ("smallint", Integer, ""),
    ("integer", SmallInteger, "Column(Integer"),
    ("numeric(5,0)", Integer, "Numeric(5, 0)"),
    ("text", Integer, "Column(Text"),
    ("integer", Text, "Column(Integer"),
    ("integer", Boolean, "Column(Integer"),
    ("real", Double, ""),
    ("double precision", Double, ""),
    ("timestamp", DateTime(timezone=True), "Column(DateTime()"),
    ("timestamptz", DateTime(), "DateTime(timezone=True)"),
    ("date", DateTime(), "Column(Date"),
    ("timestamp(0)", DateTime(), ""),
    ("timetz", Time(), "hide the column"),
    ("timestamp", Date, "DateTime()"),
    ("uuid", Text, "Column(Uuid"),
    ("text", Uuid, "Column(Text"),
    ("jsonb", JSON, ""),
    ("json", JSONB, ""),
    ("text", JSON, "Column(Text"),
    ("bytea", Text, "LargeBinary"),
    ("oid", BigInteger, "hide the column"),
    ("xml", Text, "hide the column"),
    ("int4[]", ARRAY(Integer), ""),
    ("int8[]", ARRAY(Integer), "ARRAY(BigInteger)"),
    ("text[]", Text, "ARRAY(Text)"),
    ("integer", ARRAY(Integer), "Column(Integer"),
    ("mood", Enum("glad", "sad", name="mood"), ""),
    ("mood", Text, "Enum('glad', 'sad', name='mood')"),
    ("text", Enum("glad", "sad", name="no_such_type"), "native_enum=False"),
    ("amount", Numeric(10, 2), ""),
    ("amount", Integer, "Numeric(10, 2)"),
    ("varchar(40)", String(80), ""),
    ("char(3)", Text, ""),
    ("bytea", LargeBinary, ""),
    ("text", CITEXT, "Column(Text"),
]  # fmt: skip


def a_table(number: int, declared: Any) -> Table:
    return Table(
        f"pair{number}", MetaData(), Column("id", Uuid, primary_key=True), Column("v", declared, nullable=True)
    )


TABLES = [a_table(number, declared) for number, (_, declared, _) in enumerate(PAIRS)]


class Pairs:
    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        for table in TABLES:
            yield Mirror(table, direction="both", conflict="merge_columns")


PLUGINS = Plugins(Pairs(), accounts)


@pytest.fixture(scope="module")
def pairs_url(databases: Databases) -> Iterator[str]:
    """A database with a table for each pair."""
    url = databases.create()
    asyncio.run(_make(url))
    yield url
    databases.drop(url)


async def _make(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TYPE mood AS ENUM ('glad', 'sad'); CREATE DOMAIN amount AS numeric(10,2)")
    for number, (type_, _, _) in enumerate(PAIRS):
        await connection.execute(f"CREATE TABLE pair{number} (id uuid PRIMARY KEY, v {type_})")
        await connection.execute(f"INSERT INTO pair{number} VALUES (gen_random_uuid())")
    await connection.close()
    with suppress(CaptureError):
        await init_database(url, PLUGINS, utc_now())


async def readiness_of(url: str, plugins: Plugins) -> Readiness:
    connection = await asyncpg.connect(url)
    try:
        return await read_readiness(connection, plugins.registry)
    finally:
        await connection.close()


async def test_every_difference_is_said_at_once_with_what_to_write(pairs_url: str) -> None:
    waiting = (await readiness_of(pairs_url, PLUGINS)).waiting
    found = {number: waiting.get(f"pair{number}", "") for number in range(len(PAIRS))}
    wrong = [
        (type_, declared, said)
        for (type_, declared, wanted), said in zip(PAIRS, found.values(), strict=True)
        if bool(wanted) != bool(said) or wanted not in said
    ]
    assert wrong == []


async def test_what_does_not_fit_stops_no_other_twin(pairs_url: str, tmp_path: Path) -> None:
    async with World.open(pairs_url, PLUGINS, tmp_path, prepared=True) as world:
        anna = await world.device("anna")
        first = await anna.sync()
        fitting = {f"pair{number}" for number, (_, _, said) in enumerate(PAIRS) if not said}
        assert set(first.proven) == fitting and len(first.unproven) == len(PAIRS) - len(fitting)
        async with anna.replica.session() as session:
            for table in TABLES:
                if table.name in fitting:
                    await session.execute(insert(table).values(id=uuid4()))
            await session.commit()
        report = await anna.sync()
        assert report.outcomes == {"applied": len(fitting)} and set(report.proven) == fitting
        world.raise_crashes()


async def test_a_value_of_any_type_has_a_text_that_may_be_read_where_nobody_writes_it(pairs_url: str) -> None:
    class Hosts:
        @hookimpl
        def twinbase_mirrors(self) -> Iterator[Mirror]:
            yield Mirror(a_table(0, Text))

    assert not (await readiness_of(pairs_url, Plugins(Hosts(), accounts))).waiting


class Counted(SQLModel, table=True):
    metadata = MetaData()
    number: int = Field(primary_key=True)
    name: str
    shout: str | None = None


class Counting:
    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(Counted, direction="both")


COUNTING = Plugins(Counting(), accounts)


@pytest.fixture
def url(databases: Databases) -> Iterator[str]:
    """An empty database."""
    url = databases.create()
    yield url
    databases.drop(url)


async def said_of(url: str, *statements: str, name: str = "counted") -> str:
    """What keeps the twin from being synced once the table is so."""
    connection = await asyncpg.connect(url)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()
    with suppress(CaptureError):
        await init_database(url, COUNTING, utc_now())
    return (await readiness_of(url, COUNTING)).waiting.get(name, "")


@pytest.mark.parametrize("counted", ["serial", "integer GENERATED BY DEFAULT AS IDENTITY", "bigserial"])
async def test_a_key_that_postgresql_counts_up_cannot_be_made_on_devices(url: str, counted: str) -> None:
    said = await said_of(url, f"CREATE TABLE counted (number {counted} PRIMARY KEY, name text NOT NULL, shout text)")
    assert "counted.number counts up by itself" in said and "operations=" in said
    drop = "DROP IDENTITY" if "IDENTITY" in counted else "DROP DEFAULT"
    assert not await said_of(
        url, f"ALTER TABLE counted ALTER number {drop}", "ALTER TABLE counted ALTER number TYPE integer"
    )


async def test_what_postgresql_computes_and_the_class_does_not_say_is_found(url: str) -> None:
    columns = "number integer PRIMARY KEY, name text NOT NULL, shout text GENERATED ALWAYS AS (upper(name)) STORED"
    assert "Computed('…')" in await said_of(url, f"CREATE TABLE counted ({columns})")


class Tree(SQLModel, table=True):
    __tablename__ = "Trees"
    metadata = MetaData()
    id: int = Field(primary_key=True)
    note: str = ""


async def test_a_renaming_that_only_the_class_has_made_is_told_to_postgresql(url: str) -> None:
    class Orchard:
        @hookimpl
        def twinbase_mirrors(self) -> Iterator[Mirror]:
            yield Mirror(Tree, renamed={"reMark": "note"})

    plugins = Plugins(Orchard(), accounts)
    connection = await asyncpg.connect(url)
    await connection.execute('CREATE TABLE "Trees" (id integer PRIMARY KEY, "reMark" text NOT NULL, age integer)')
    with suppress(CaptureError):
        await init_database(url, plugins, utc_now())
    said = (await readiness_of(url, plugins)).waiting["Trees"]
    rename = 'ALTER TABLE public."Trees" RENAME COLUMN "reMark" TO note'
    assert said.startswith("public.Trees.note is not there") and said.endswith(f": {rename}.") and "{" not in said
    await connection.execute(rename)
    await connection.close()
    await init_database(url, plugins, utc_now())
    assert not (await readiness_of(url, plugins)).waiting


async def test_a_column_that_the_table_never_had_is_not_said_to_be_renamed(url: str) -> None:
    said = await said_of(url, "CREATE TABLE counted (number integer PRIMARY KEY, name text NOT NULL)")
    assert "counted.shout is not there; the table has no other column. Add it" in said and "renamed" not in said
    said = await said_of(url, "ALTER TABLE counted ADD cry text")
    assert "the table has cry. If it was renamed" in said and "renamed={'shout': '…'}" in said


async def test_a_key_that_is_not_there_is_said_once(url: str) -> None:
    said = await said_of(url, "CREATE TABLE counted (nr integer PRIMARY KEY, name text NOT NULL, shout text)")
    assert "counted.number is not there" in said and "UNIQUE INDEX" not in said


async def test_a_key_that_is_not_unique_is_found_with_what_to_write(url: str) -> None:
    said = await said_of(url, "CREATE TABLE counted (number integer NOT NULL, name text NOT NULL, shout text)")
    assert "CREATE UNIQUE INDEX ON public.counted (number)" in said
    assert not await said_of(url, "CREATE UNIQUE INDEX ON public.counted (number)")


async def test_rows_without_a_key_stay_where_they_are_and_the_others_come(url: str, tmp_path: Path) -> None:
    table = "CREATE TABLE counted (number integer UNIQUE, name text NOT NULL, shout text)"
    assert not await said_of(url, table, "INSERT INTO counted VALUES (NULL, 'a'), (NULL, 'b'), (1, 'c')")
    (misfit,) = (await readiness_of(url, COUNTING)).misfits
    assert not misfit.blocks and "rows without it do not reach any device" in misfit.detail
    async with World.open(url, COUNTING, tmp_path, prepared=True) as world:
        anna = await world.device("anna")
        assert (await anna.sync()).is_proven
        await world.sql("INSERT INTO counted VALUES (NULL, 'd'), (2, 'e')")
        await anna.save(Counted(number=3, name="f"))
        report = await anna.sync()
        assert report.is_proven and not report.unexplained
        assert [row.name for row in await anna.all(Counted)] == ["c", "e", "f"]
        world.raise_crashes()


async def test_what_devices_would_meet_only_at_a_write_is_said_and_stops_nothing(url: str) -> None:
    columns = "number integer PRIMARY KEY, name varchar(9), shout text NOT NULL, owner text NOT NULL"
    assert not await said_of(url, f"CREATE TABLE counted ({columns})")
    said = [misfit.detail for misfit in (await readiness_of(url, COUNTING)).misfits]
    for part in ("may be empty", "max_length=9", "declare shout without None", "owner must not be empty, has no"):
        assert any(part in sentence for sentence in said), (part, said)


async def test_labels_that_only_one_side_knows_are_said_and_stop_nothing(pairs_url: str) -> None:
    class Moods:
        @hookimpl
        def twinbase_mirrors(self) -> Iterator[Mirror]:
            yield Mirror(a_table(MOOD, Enum("glad", "angry", name="mood")), direction="both")

    readiness = await readiness_of(pairs_url, Plugins(Moods(), accounts))
    said = " ".join(misfit.detail for misfit in readiness.misfits)
    assert not readiness.waiting and "knows sad, and the class does not" in said and "has no angry" in said


async def test_a_label_with_a_comma_is_one_label(pairs_url: str) -> None:
    class Choices:
        @hookimpl
        def twinbase_mirrors(self) -> Iterator[Mirror]:
            yield Mirror(a_table(len(PAIRS), Enum("a,b", "c", name="choice")), direction="both")

    connection = await asyncpg.connect(pairs_url)
    await connection.execute("CREATE TYPE choice AS ENUM ('a,b', 'c')")
    await connection.execute(f"CREATE TABLE pair{len(PAIRS)} (id uuid PRIMARY KEY, v choice)")
    readiness = await readiness_of(pairs_url, Plugins(Choices(), accounts))
    await connection.execute(f"DROP TABLE pair{len(PAIRS)}; DROP TYPE choice")
    await connection.close()
    assert [misfit.detail for misfit in readiness.misfits if misfit.column] == []


MOOD = next(number for number, (type_, _, _) in enumerate(PAIRS) if type_ == "mood")
