"""A table that hangs on a strange one: its key is a foreign key here, and says by membership whose rows these are."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from random import Random
from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, Integer, MetaData, Table, Text, and_, exists
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel
from tests.oracle.strange.keys import KINDS, Kind
from tests.oracle.strange.names import Names
from tests.oracle.strange.tables import OF_THE_COMPANY, Number, Strange, draw, is_allowed, spell_value
from tests.oracle.writers import PEOPLE

from twinbase import Who
from twinbase.quoting import quote_name, quote_names

PLACE = Kind("integer", int, Integer(), lambda n: n, lambda n: (str(n),))
AT_ITS_END = ("CASCADE", "SET NULL", "NO ACTION")
"""What becomes of a row when the one that it points at is deleted."""


@dataclass(frozen=True)
class Hanging:
    """`pointer`: the columns that lead to a row of `parent`. `members`: who sees what points at which key."""

    parent: Strange
    schema: str
    name: str
    twin: str
    kind: Kind
    key: str
    pointer: tuple[str, ...]
    label: str
    at_its_end: str
    model: Any
    members: Table

    @property
    def table(self) -> str:
        return f"{quote_name(self.schema)}.{quote_name(self.name)}"

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Those of the pointer."""
        return _kinds_of(self.parent)

    @property
    def member_table(self) -> str:
        return f"{quote_name(self.schema)}.{quote_name(str(self.members.name))}"

    @property
    def member_columns(self) -> tuple[str, ...]:
        """The person, and the columns of the parent's key."""
        return tuple(str(column.name) for column in self.members.columns)

    def spell(self, number: int, rng: Random) -> str:
        """The key of one row as SQL."""
        return spell_value(self.kind, number, rng)

    def show(self, row: Any) -> tuple[str | None, ...]:
        """The key of a row of the class, and where it leads."""
        values = (row.key, *(getattr(row, f"to{n}") for n in range(len(self.pointer))))
        kinds = (self.kind, *self.kinds)
        return tuple(None if v is None else kind.show(v) for v, kind in zip(values, kinds, strict=True))

    def ddl(self) -> list[str]:
        pointers = [
            f"{quote_name(name)} {kind.sql}" for name, kind in zip(self.pointer, self.kinds, strict=True)
        ]  # fmt: skip
        person, *keys = (quote_name(name) for name in self.member_columns)
        members = ", ".join(f"{name} {kind.sql}" for name, kind in zip(keys, self.parent.kinds, strict=True))
        return [
            f"CREATE SCHEMA IF NOT EXISTS {quote_name(self.schema)}",
            f"CREATE TABLE {self.table} ({quote_name(self.key)} {self.kind.sql} PRIMARY KEY, {', '.join(pointers)},"
            f" {quote_name(self.label)} text, FOREIGN KEY ({quote_names(self.pointer)}) REFERENCES {self.parent.table}"
            f" ({quote_names(self.parent.primary)}) ON UPDATE CASCADE ON DELETE {self.at_its_end})",
            f"CREATE TABLE {self.member_table} ({person} text, {members}, PRIMARY KEY ({person}, {', '.join(keys)}))",
        ]

    def first_members(self) -> list[str]:
        """Everybody sees about half of what there may be."""
        rng = Random(f"members {self.name}")
        numbers = product(range(self.parent.numbers), repeat=len(self.parent.kinds))
        return [self.grant(who, number, rng) for number in numbers for who in PEOPLE if rng.random() < 0.5]

    def grant(self, person: str, number: Number, rng: Random) -> str:
        """The statement by which somebody sees what points at a key."""
        values = ", ".join([f"'{person}'", *self.parent.spell(number, rng)])
        return f"INSERT INTO {self.member_table} VALUES ({values}) ON CONFLICT DO NOTHING"

    def revoke(self, person: str, number: Number, rng: Random) -> str:
        """The statement by which he no longer does."""
        who, *keys = (quote_name(name) for name in self.member_columns)
        pairs = zip(keys, self.parent.spell(number, rng), strict=True)
        same = " AND ".join(f"{name} = {value}" for name, value in pairs)
        return f"DELETE FROM {self.member_table} WHERE {who} = '{person}' AND {same}"

    def scope(self, who: Who) -> Any:
        """What a person's rows are, as a mirror says it."""
        person, *keys = self.members.columns
        columns = [self.model.__table__.columns[name] for name in self.pointer]
        same = [key == column for key, column in zip(keys, columns, strict=False)]
        return exists().where(and_(person == who["person"], *same)).correlate(self.model.__table__)

    def scope_sql(self) -> str:
        """The same in plain SQL; `$1` is the person."""
        who, *keys = self.member_columns
        pairs = zip(keys, self.pointer, strict=False)
        same = " AND ".join(f"m.{quote_name(one)} = h.{quote_name(other)}" for one, other in pairs)
        return f"EXISTS (SELECT FROM {self.member_table} m WHERE m.{quote_name(who)} = $1 AND {same})"


def _kinds_of(parent: Strange) -> tuple[Kind, ...]:
    return (*parent.kinds, PLACE) if parent.layout.has_place_in_key else parent.kinds


@lru_cache(maxsize=8)
def draw_hanging(world: int) -> Hanging | None:
    """None where PostgreSQL lets nothing point at the tables: a foreign key does not see what inherits."""
    rng = Random(f"hanging {world}")
    parents = [strange for strange in draw(world) if strange.layout.name != "inherits"]
    if not parents:
        return None
    parent = rng.choice(parents)
    tables = Names(rng, (*OF_THE_COMPANY, *(name for strange in draw(world) for name in strange.names)))
    kind, members = rng.choice(KINDS), tables.draw()
    while True:
        name, columns, base = tables.draw(), Names(rng), _make_base()
        key, label = columns.draw(), columns.draw()
        pointer = tuple(columns.draw() for _ in parent.primary)
        model = _make_class(base, parent, name, key, kind, pointer, label)
        if is_allowed(model, (key,), name):
            break
    return Hanging(
        parent, parent.schema, name, name, kind, key, pointer, label, rng.choice(AT_ITS_END), model,
        _make_members(base.metadata, parent, members, Names(rng)),
    )  # fmt: skip


def _make_base() -> Any:
    make: Any = type(SQLModel)
    return make("Base", (SQLModel,), {"__module__": __name__}, registry=registry(metadata=MetaData()))


def _make_class(
    base: Any, parent: Strange, name: str, key: str, kind: Kind, pointer: tuple[str, ...], label: str
) -> Any:
    kinds = _kinds_of(parent)
    targets = [parent.model.__table__.columns[column] for column in parent.primary]
    attributes: dict[str, Any] = {
        "__module__": __name__,
        "__tablename__": name,
        "__table_args__": (ForeignKeyConstraint(pointer, targets), {"schema": parent.schema}),
        "__annotations__": {"key": kind.python} | {f"to{n}": each.python | None for n, each in enumerate(kinds)},
        "key": Field(sa_column=Column(key, kind.declared, primary_key=True, autoincrement=False)),
        "label": Field(default=None, sa_column=Column(label, Text, nullable=True)),
    }
    attributes["__annotations__"]["label"] = str | None
    for n, (column, each) in enumerate(zip(pointer, kinds, strict=True)):
        attributes[f"to{n}"] = Field(default=None, sa_column=Column(column, each.declared, nullable=True))
    make: Any = type(SQLModel)
    return make("Hanging", (base,), attributes, table=True)


def _make_members(metadata: MetaData, parent: Strange, name: str, names: Names) -> Table:
    keys = [Column(names.draw(), kind.declared, primary_key=True) for kind in parent.kinds]
    return Table(name, metadata, Column(names.draw(), Text, primary_key=True), *keys, schema=parent.schema)
