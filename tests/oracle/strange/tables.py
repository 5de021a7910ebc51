"""The strange tables of one world, drawn from its number: names, a kind of key, and how the table is cut in parts."""

from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from sqlalchemy import Column, Integer, MetaData, Text
from sqlmodel import Field, SQLModel
from tests.oracle.strange.keys import KINDS, Kind
from tests.oracle.strange.names import draw_names

from twinbase import Mirror
from twinbase.quoting import quote_name

WORLDS = 9
LAYOUTS = ("list", "inherits", "plain", "hash")
DOMAIN = "CREATE DOMAIN oracle.strange_code AS varchar(9)"


@dataclass(frozen=True)
class Strange:
    """A table with a key (in a partitioned one with its place, too) and a text."""

    schema: str
    name: str
    columns: tuple[str, str, str]
    kind: Kind
    layout: str
    model: Any

    @property
    def table(self) -> str:
        return f"{quote_name(self.schema)}.{quote_name(self.name)}"

    def part(self, number: int) -> str:
        return f'{quote_name(self.schema)}."part {number} of {self.layout}"'

    @property
    def parts(self) -> tuple[str, ...]:
        """The relations of the parts that a world begins with."""
        return {"list": (self.part(0), self.part(1)), "inherits": (self.part(0),)}.get(self.layout, ())

    @property
    def quoted(self) -> tuple[str, str, str]:
        code, place, label = map(quote_name, self.columns)
        return code, place, label

    def ddl(self) -> list[str]:
        """CREATE TABLE, and its parts."""
        code, place, label = self.quoted
        sql = self.kind.sql.replace("strange_code", "oracle.strange_code")
        body = f"{code} {sql}, {place} integer NOT NULL DEFAULT 0, {label} text"
        match self.layout:
            case "list":
                tail, parts = f", PRIMARY KEY ({code}, {place})) PARTITION BY LIST ({place})", [
                    f"CREATE TABLE {self.part(n)} PARTITION OF {self.table} FOR VALUES IN ({n})" for n in (0, 1)
                ]  # fmt: skip
            case "hash":
                tail, parts = f", PRIMARY KEY ({code})) PARTITION BY HASH ({code})", [
                    f"CREATE TABLE {self.part(n)} PARTITION OF {self.table}"
                    f" FOR VALUES WITH (MODULUS 2, REMAINDER {n})" for n in (0, 1)
                ]  # fmt: skip
            case "inherits":
                tail = f", PRIMARY KEY ({code}))"
                parts = [f"CREATE TABLE {self.part(0)} (PRIMARY KEY ({code})) INHERITS ({self.table})"]
            case _:
                tail, parts = f", PRIMARY KEY ({code}))", []
        return [f"CREATE TABLE {self.table} ({body}{tail}", *parts]


@cache
def draw(world: int) -> tuple[Strange, ...]:
    """Two tables; each kind of key and each layout comes in some world."""
    rng = Random(world)
    names = draw_names(rng, 2)
    kinds = (KINDS[world % len(KINDS)], KINDS[(world + 3) % len(KINDS)])
    layouts = (LAYOUTS[world % 2], LAYOUTS[2 + world % 2])
    both = zip(names, kinds, layouts, strict=True)
    return tuple(_strange(world, rng, name, kind, layout) for name, kind, layout in both)


def _strange(world: int, rng: Random, name: str, kind: Kind, layout: str) -> Strange:
    code, place, label = draw_names(rng, 3)
    schema = f"odd {world}"
    attributes: dict[str, Any] = {
        "__module__": __name__,
        "__tablename__": name,
        "__table_args__": {"schema": schema},
        "metadata": MetaData(),
        "__annotations__": {"code": kind.python, "place": int, "label": str | None},
        "code": Field(sa_column=Column(code, kind.declared, primary_key=True)),
        "place": Field(default=0, sa_column=Column(place, Integer, primary_key=layout == "list", nullable=False)),
        "label": Field(default=None, sa_column=Column(label, Text, nullable=True)),
    }
    make: Any = type(SQLModel)
    model = make(f"Strange{world}{layout.title()}", (SQLModel,), attributes, table=True)
    return Strange(schema, name, (code, place, label), kind, layout, model)


def mirrors(world: int, version: int) -> list[Mirror]:
    """Everybody reads and writes them all; people's word goes."""
    return [Mirror(each.model, direction="both", page_rows=4, version=version) for each in draw(world)]
