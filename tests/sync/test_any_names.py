"""Whatever tables, columns and schemas are called, they sync; or the class is refused at start, by one rule."""

import asyncio
import itertools
import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Text, Uuid, select
from sqlmodel import Field, SQLModel
from tests.oracle.strange.names import ODD, WORDS

from twinbase import Mirror, Plugins, hookimpl
from twinbase.errors import MirrorError
from twinbase.names import KEY_COLUMNS, check_names, key_column
from twinbase.registry import Registry
from twinbase.replica.report import Report
from twinbase.testing.databases import Databases
from twinbase.testing.world import World
from twinbase_server import accounts

NAMES = (
    st.sampled_from(WORDS)
    | st.sampled_from(ODD)
    | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=9)
    | st.text(st.sampled_from("abcxyz_é"), min_size=50, max_size=63)
)
NAMES = NAMES.filter(lambda name: len(name.encode()) <= 63)


NUMBERS = itertools.count()
STATEMENTS = Path(__file__).parents[2] / "docs" / "reference" / "sql"


def a_plugin(schema: str, table: str, columns: Sequence[str], *, is_scoped: bool = False) -> tuple[type[Any], object]:
    """A class over a table of these names: a key, and columns of text. A scope asks of each row what is true of all."""
    attributes: dict[str, Any] = {
        "__tablename__": table,
        "__table_args__": {"schema": schema},
        "metadata": MetaData(),
        "__annotations__": {"key": UUID, **{f"field{number}": str | None for number in range(len(columns) - 1)}},
        "__module__": __name__,
        "key": Field(default_factory=uuid4, sa_column=Column(columns[0], Uuid, primary_key=True)),
    }
    for number, name in enumerate(columns[1:]):
        attributes[f"field{number}"] = Field(default=None, sa_column=Column(name, Text, nullable=True))
    make: Any = type(SQLModel)
    model: Any = make(f"Odd{next(NUMBERS)}", (SQLModel,), attributes, table=True)

    class Oddities:
        @hookimpl
        def twinbase_mirrors(self) -> Iterable[Mirror]:
            scope = (lambda who: model.__table__.columns[columns[0]].is_not(None)) if is_scoped else None
            yield Mirror(model, direction="both", scope=scope)

    return model, Oddities()


def of_the_engine() -> list[str]:
    """Every column that the engine's tables have beside a key, as they are and in capitals."""
    return sorted({*KEY_COLUMNS, *(name.upper() for name in KEY_COLUMNS)})


KEYS = NAMES | st.sampled_from(of_the_engine())


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    schema=NAMES,
    table=NAMES,
    columns=st.tuples(KEYS, st.lists(NAMES, min_size=1, max_size=4, unique=True)).map(lambda both: [both[0], *both[1]]),
)
@example(schema="x", table="c", columns=["x", "t", "r", "_h", "_ok"])
@example(schema="public", table="new", columns=["shape", "x", "_line", "_k0", "_t"])
@example(schema="pg", table="added", columns=["expected", "excluded", "state", "seq", "base"])
@example(schema="a\x1fb", table="c\x1fd", columns=["e\x1ff", "g\x1fh"])
@example(schema="[", table="t", columns=["key", "a"])
@example(schema='a"b', table="it's", columns=["p%c", "co:lon", "$1", "{c}", "\\"])
def test_what_is_not_refused_syncs(databases: Databases, schema: str, table: str, columns: list[str]) -> None:
    if schema.startswith(("pg_", "twinbase", "information_schema")) or len(set(columns)) < len(columns):
        return
    model, plugin = a_plugin(schema, table, columns)
    try:
        build_registry(plugin)
    except MirrorError:
        with pytest.raises(MirrorError):
            check_names("Odd", model.__table__, columns[:1])
        return
    url = databases.create()
    try:
        asyncio.run(_round(url, model, plugin, columns))
    finally:
        databases.drop(url)


def words_of_our_statements() -> list[str]:
    """What the statements that the server composes call tables and columns, as far as a table may be called so."""
    found: set[str] = set()
    for file in STATEMENTS.glob("*.sql"):
        found |= set(re.findall(r'(?:\bAS|\)|[\w"]) +"?([a-z_][a-z_0-9]*)"?', file.read_text()))
    return sorted(name for name in found if _may_be_a_table(name))


def _may_be_a_table(name: str) -> bool:
    try:
        build_registry(a_plugin("public", name, ["id", "a"])[1])
    except MirrorError:
        return False
    return True


@pytest.mark.parametrize("is_scoped", [False, True], ids=["whole", "scoped"])
def test_tables_may_be_called_like_anything_in_our_statements(databases: Databases, is_scoped: bool) -> None:
    """Inside of a statement that reads a table, what its name stands for is the table and nothing of ours."""
    words = words_of_our_statements()
    assert {"c", "hash", "i", "t", "xid"} <= set(words)
    made = [a_plugin("public", name, ["c0", "o", "a"], is_scoped=is_scoped) for name in words]
    url = databases.create()
    try:
        asyncio.run(_round_of_all(url, made))
    finally:
        databases.drop(url)


async def _round_of_all(url: str, made: Sequence[tuple[type[Any], object]]) -> None:
    plugins = Plugins(*(plugin for _, plugin in made), accounts)
    models = [model for model, _ in made]
    kept, gone = uuid4(), uuid4()
    with tempfile.TemporaryDirectory() as folder:
        async with World.open(url, plugins, Path(folder)) as world:
            anna = await world.device("anna")
            for model in models:
                await _execute(
                    world, *(model.__table__.insert().values(c0=key, a="of the office") for key in (kept, gone))
                )
            _is_without_repair(await anna.sync())
            for model in models:
                await anna.change(model, kept, field1="of the device")
            _is_without_repair(await anna.sync())
            for model in models:
                await _execute(world, model.__table__.delete().where(model.__table__.c.c0 == gone))
            _is_without_repair(await anna.sync())
            for model in models:
                async with world.engine.connect() as office:
                    ((key, value),) = await office.execute(select(model.__table__.c.c0, model.__table__.c.a))
                (here,) = await anna.all(model)
                assert (key, value) == (here.key, here.field1) == (kept, "of the device"), model.__table__.name


async def _execute(world: World, *statements: Any) -> None:
    async with world.engine.begin() as office:
        for statement in statements:
            await office.execute(statement)


def _is_without_repair(report: Report) -> None:
    """What changed came by itself: no digest had to find it."""
    assert report.is_proven and not report.unexplained and not report.repaired
    assert set(report.outcomes) <= {"applied"}


@pytest.mark.parametrize("name", [*sorted(KEY_COLUMNS), "Version"])
def test_a_key_may_be_called_like_a_column_that_the_engine_keeps_beside_it(databases: Databases, name: str) -> None:
    columns = [name, *sorted(KEY_COLUMNS - {name.lower()})]
    model, plugin = a_plugin("public", "schema_migrations", columns)
    url = databases.create()
    try:
        asyncio.run(_round(url, model, plugin, columns))
    finally:
        databases.drop(url)


def test_a_key_has_its_own_name_in_the_tables_of_the_engine_unless_that_is_one_of_theirs() -> None:
    """What is installed already is not made anew; and nobody's column is called as the others are."""
    assert [key_column(name) for name in ("id", "seq", "versions", "Hash_")] == ["id", "seq", "versions", "Hash_"]
    assert {key_column(name).lower() for name in of_the_engine()}.isdisjoint(KEY_COLUMNS)
    for name in of_the_engine():
        _, plugin = a_plugin("public", "t", ["id", key_column(name)])
        with pytest.raises(MirrorError, match="the engine has a column of the name"):
            build_registry(plugin)


def build_registry(plugin: object) -> Registry:
    return Plugins(plugin).registry


async def _round(url: str, model: type[Any], plugin: object, columns: Sequence[str]) -> None:
    """An insert, an update and a delete of the office and of a device reach the other side, value by value."""
    table = model.__table__
    key, last = table.columns[columns[0]], table.columns[columns[-1]]
    with tempfile.TemporaryDirectory() as folder:
        async with World.open(url, Plugins(plugin, accounts), Path(folder)) as world:
            anna = await world.device("anna")
            kept, gone = uuid4(), uuid4()
            async with world.engine.begin() as office:
                await office.execute(table.insert(), [{columns[0]: kept}, {columns[0]: gone}])
            _is_without_repair(await anna.sync())
            assert len(await anna.all(model)) == 2
            field = f"field{len(columns) - 2}"
            made = model(**{field: "new"})
            await anna.save(made)
            await anna.change(model, kept, **{field: "of the device"})
            _is_without_repair(await anna.sync())
            async with world.engine.begin() as office:
                await office.execute(
                    table.update().where(table.columns[columns[0]] == made.key).values({last: "of the office"})
                )
                await office.execute(table.delete().where(table.columns[columns[0]] == gone))
            _is_without_repair(await anna.sync())
            await anna.delete(model, kept)
            _is_without_repair(await anna.sync())
            async with world.engine.connect() as office:
                there = [tuple(row) for row in await office.execute(select(key, last))]
            here = [(row.key, getattr(row, field)) for row in await anna.all(model)]
            assert there == here == [(made.key, "of the office")]


@pytest.mark.parametrize(
    ("table", "columns", "sentence"),
    [
        ("excluded", ["id", "a"], "another meaning for the name 'excluded'"),
        ("_twinbase_x", ["id", "a"], "rename the table"),
        ("t", ["id", "_version"], "the engine has a column of the name '_version'"),
        ("t", ["id", "Name", "name"], "Name and name are one column to SQLite"),
    ],
)
def test_a_name_with_another_meaning_is_refused_at_start(table: str, columns: list[str], sentence: str) -> None:
    _, plugin = a_plugin("public", table, columns)
    with pytest.raises(MirrorError, match=sentence):
        build_registry(plugin)


def test_a_column_that_is_called_otherwise_in_python_is_refused_with_what_to_write() -> None:
    """`Column("Libelle", key="label")` did not travel, without a word."""

    class Libelle(SQLModel, table=True):
        metadata = MetaData()
        id: UUID = Field(primary_key=True)
        label: str | None = Field(default=None, sa_column=Column("Libelle", Text, key="label"))

    class Labels:
        @hookimpl
        def twinbase_mirrors(self) -> Iterable[Mirror]:
            yield Mirror(Libelle)

    with pytest.raises(MirrorError, match="take key= out and name the attribute instead"):
        build_registry(Labels())
