"""Whatever happens to the tables of the source, the copy can hold every row of it, and loses no column of its own."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.plugins.ebp.schema.target import Target, following

from twinbase.testing.databases import Databases

VALUES = {
    "varchar(5)": "left('v' || {n}, 5)", "varchar(20)": "'longer text ' || {n}", "text": "'any ' || {n}",
    "smallint": "{n}", "integer": "{n} * 100000", "bigint": "{n} * 10000000000", "numeric(6,2)": "{n} + 0.25",
    "numeric(12,6)": "{n} + 0.123456", "numeric": "{n} * 1e20", "boolean": "{n} % 2 = 0",
    "uuid": "md5({n}::text)::uuid", "timestamp": "'2026-03-29 02:30'::timestamp + {n} * interval '1 day'",
    "date": "'2026-03-29'::date + {n}",
}  # fmt: skip
TYPES = sorted(VALUES)
NAMES = ["A", "B", "A__2", "a", "xx_É 1"]
TABLES = ["Vat", "Unit"]
KINDS = ["add", "drop", "retype", "rename", "insert", "drop_table", "key", "keyless", "odd"]
Step = tuple[str, str, str, str]
STEPS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.sampled_from(TABLES), st.sampled_from(NAMES), st.sampled_from(TYPES)),
    min_size=2,
    max_size=10,
)


@dataclass
class Source:
    """The source's tables as the test has made them: types of their columns by name, and keys."""

    tables: dict[str, dict[str, str]] = field(default_factory=dict)
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rows: int = 0

    def statements(self, step: Step) -> list[str]:
        """What the step is in SQL; nothing where it makes no sense."""
        kind, table, name, type_ = step
        columns = self.tables.get(table)
        if columns is None:
            self.tables[table], self.keys[table] = {"Id": "integer"}, ("Id",)
            return [f'CREATE TABLE "{table}" ("Id" integer PRIMARY KEY)', *self._inserted(table)]
        key = self.keys[table]
        match kind:
            case "add" if name not in columns:
                columns[name] = type_
                return [f'ALTER TABLE "{table}" ADD COLUMN "{name}" {type_}', *self._filled(table, name)]
            case "drop" if name in columns and name not in key:
                del columns[name]
                return [f'ALTER TABLE "{table}" DROP COLUMN "{name}"']
            case "retype" if name in columns and name not in key:
                columns[name] = type_
                alter = f'ALTER TABLE "{table}" ALTER COLUMN "{name}" TYPE {type_} USING NULL'
                return [alter, *self._filled(table, name)]
            case "rename" if name in columns and name not in key and "Renamed" not in columns:
                columns["Renamed"] = columns.pop(name)
                return [f'ALTER TABLE "{table}" RENAME COLUMN "{name}" TO "Renamed"']
            case "insert":
                return self._inserted(table)
            case "drop_table":
                del self.tables[table], self.keys[table]
                return [f'DROP TABLE "{table}"']
            case "key" if name in columns and key == ("Id",) and columns[name] != "boolean":
                self.keys[table] = (name, "Id")
                return [*self._filled(table, name), *self._rekeyed(table, (name, "Id"))]
            case "keyless" if key:
                self.keys[table] = ()
                return self._rekeyed(table, ())
            case "odd":
                return self._odd(table, columns)
        return []

    def _odd(self, table: str, columns: dict[str, str]) -> list[str]:
        """A column that cannot be copied, which comes and goes."""
        if columns.pop("Odd", None):
            return [f'ALTER TABLE "{table}" DROP COLUMN "Odd"']
        columns["Odd"] = "polygon"
        return [f'ALTER TABLE "{table}" ADD COLUMN "Odd" polygon']

    def _rekeyed(self, table: str, key: tuple[str, ...]) -> list[str]:
        names = ", ".join(f'"{name}"' for name in key)
        added = [f'ALTER TABLE "{table}" ADD PRIMARY KEY ({names})'] if key else []
        return [f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{table}_pkey"', *added]

    def _filled(self, table: str, name: str) -> list[str]:
        value = VALUES[self.tables[table][name]].format(n='"Id"')
        return [f'UPDATE "{table}" SET "{name}" = {value}']

    def _inserted(self, table: str) -> list[str]:
        self.rows += 1
        columns = {name: type_ for name, type_ in self.tables[table].items() if type_ != "polygon"}
        names = ", ".join(f'"{name}"' for name in columns)
        values = ", ".join(
            str(self.rows) if name == "Id" else VALUES[type_].format(n=self.rows) for name, type_ in columns.items()
        )
        return [f'INSERT INTO "{table}" ({names}) VALUES ({values})']


@pytest.mark.long
@settings(
    max_examples=settings().max_examples // 5,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS, together=st.integers(1, 3))
def test_the_copy_holds_every_row_whatever_was_done_to_the_tables(
    steps: list[Step], together: int, databases: Databases
) -> None:
    source_url, url = databases.create(), databases.create()
    try:
        asyncio.run(_follow_all(steps, together, source_url, url))
    finally:
        databases.drop(source_url)
        databases.drop(url)


async def _follow_all(steps: list[Step], together: int, source_url: str, url: str) -> None:
    """`together` steps happen between two loads."""
    source = Source()
    async with following(source_url, url) as target:
        for first in range(0, len(steps), together):
            for step in steps[first : first + together]:
                await target.at_source(*source.statements(step))
            await _load_and_compare(target, source)


async def _load_and_compare(target: Target, source: Source) -> None:
    before = {table: set(await target.columns(table)) for table in TABLES}
    evolved = await target.follow()
    await target.copy_rows(evolved)
    loaded = {spec.name: spec for spec in evolved.specs}
    assert loaded.keys() == {name for name, columns in source.tables.items() if "Odd" not in columns}
    for table in TABLES:
        assert before[table] <= set(await target.columns(table))
    for table, spec in loaded.items():
        assert {column.name for column in spec.columns} == source.tables[table].keys()
        there = await _rows(target.source, table, [column.name for column in spec.columns])
        copied = await _rows(target.url, spec.target, [column.target for column in spec.columns])
        assert not [row for row in there if row not in copied]
    assert (await target.follow()).changes == []


async def _rows(url: str, table: str, names: list[str]) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(url)
    try:
        columns = ", ".join(f'"{name}"' for name in names)
        return [tuple(row) for row in await connection.fetch(f'SELECT {columns} FROM public."{table}"')]
    finally:
        await connection.close()
