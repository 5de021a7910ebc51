"""Whatever tables, columns and schemas are called, they sync; or the class is refused at start, by one rule."""

import asyncio
import itertools
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

from twinbase import Mirror, Plugins, hookimpl
from twinbase.errors import MirrorError
from twinbase.names import check_names
from twinbase.registry import Registry
from twinbase.testing.databases import Databases
from twinbase.testing.world import World
from twinbase_server import accounts

WORDS = (
    "x r t n o s v w c d e a was new old added removed changed renewed excluded select order user group table index"
    " row rows value values key state seq tx op base at author twin hash xid deleted before version applied shape"
    " expected tg_relid relid rowid oid _rowid_ _h _ok _k0 _line _t _v _x _r _version _present held body quarantine"
    " public name Name NAME id text c0 c1 json null true count sum position twinbase_inside _twinbase_x"
).split()
NAMES = (
    st.sampled_from(WORDS)
    | st.sampled_from(
        [
            'a"b',
            "it's",
            "two words",
            "p%c",
            "co:lon",
            "tab\tbed",
            "Ünï",
            "名前",
            "e\u0301",
            "q?",
            "$1",
            "{c}",
            "\\",
            "a.b",
            ";--",
        ]
    )
    | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=9)
    | st.text(st.sampled_from("abcxyz_é"), min_size=50, max_size=63)
)
NAMES = NAMES.filter(lambda name: len(name.encode()) <= 63)


NUMBERS = itertools.count()


def a_plugin(schema: str, table: str, columns: Sequence[str]) -> tuple[type[Any], object]:
    """A class over a table of these names: a key, and columns of text."""
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
            yield Mirror(model, direction="both")

    return model, Oddities()


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(schema=NAMES, table=NAMES, columns=st.lists(NAMES, min_size=2, max_size=5, unique=True))
@example(schema="x", table="c", columns=["x", "t", "r", "_h", "_ok"])
@example(schema="public", table="new", columns=["shape", "x", "_line", "_k0", "_t"])
@example(schema="pg", table="added", columns=["expected", "excluded", "state", "seq", "base"])
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
            assert (await anna.sync()).is_proven and len(await anna.all(model)) == 2
            field = f"field{len(columns) - 2}"
            made = model(**{field: "new"})
            await anna.save(made)
            await anna.change(model, kept, **{field: "of the device"})
            report = await anna.sync()
            assert report.is_proven and set(report.outcomes) == {"applied"}
            async with world.engine.begin() as office:
                await office.execute(
                    table.update().where(table.columns[columns[0]] == made.key).values({last: "of the office"})
                )
                await office.execute(table.delete().where(table.columns[columns[0]] == gone))
            assert (await anna.sync()).is_proven
            await anna.delete(model, kept)
            assert (await anna.sync()).is_proven
            async with world.engine.connect() as office:
                there = [tuple(row) for row in await office.execute(select(key, last))]
            here = [(row.key, getattr(row, field)) for row in await anna.all(model)]
            assert there == here == [(made.key, "of the office")]


@pytest.mark.parametrize(
    ("table", "columns", "sentence"),
    [
        ("excluded", ["id", "a"], "another meaning for the name 'excluded'"),
        ("_twinbase_x", ["id", "a"], "rename the table"),
        ("t", ["xid", "a"], "keeps a column 'xid' beside the key"),
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
