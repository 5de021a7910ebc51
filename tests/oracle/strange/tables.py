"""The strange tables of one world, drawn from its number: names, kinds of key, and how a table is cut in parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any

from sqlalchemy import Column, Integer, MetaData, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel
from tests.oracle.strange.keys import KINDS, NUMBERS, Kind
from tests.oracle.strange.layouts import LAYOUTS, Layout
from tests.oracle.strange.names import Names

from twinbase.errors import MirrorError
from twinbase.names import check_names
from twinbase.quoting import quote_name, quote_names

OF_THE_COMPANY = ("teams", "memberships", "jobs", "parts", "logs", "stocks", "notices", "visits", "tools")
"""What a strange table cannot be called on a device."""
OF_OTHERS = ("pg_", "twinbase", "_twinbase", "information_schema", "oracle")
"""Schemas that are PostgreSQL's, the engine's, the company's."""
KEY_COLUMNS_MAX = 3
Number = tuple[int, ...]
"""Which key: for each of its columns, which value of its kind."""


@dataclass(frozen=True)
class Strange:
    """A table with a key (in some layouts with its place, too) and a text. `twin`: its name on a device. `unseen`: a
    column that is no device's, and called as one is in another case."""

    schema: str
    name: str
    twin: str
    kinds: tuple[Kind, ...]
    key: tuple[str, ...]
    place: str
    label: str
    unseen: str | None
    names_of_parts: tuple[str, ...]
    layout: Layout
    model: Any

    @property
    def table(self) -> str:
        return f"{quote_name(self.schema)}.{quote_name(self.name)}"

    def part(self, number: int) -> str:
        return f"{quote_name(self.schema)}.{quote_name(self.names_of_parts[number])}"

    @property
    def parts(self) -> tuple[str, ...]:
        """The relations of the parts that a statement may name."""
        return () if self.layout.name == "hash" else tuple(self.part(n) for n in range(len(self.layout.bounds)))

    @property
    def primary(self) -> tuple[str, ...]:
        return (*self.key, self.place) if self.layout.has_place_in_key else self.key

    @property
    def names(self) -> tuple[str, ...]:
        """What no other relation beside it and no other twin is called."""
        return (self.name, self.twin, *self.names_of_parts)

    @property
    def numbers(self) -> int:
        """How many values each column of the key has: few, so that a key comes again and again."""
        return {1: NUMBERS, 2: 4, 3: 3}[len(self.kinds)]

    def draw_number(self, rng: Random) -> Number:
        return tuple(rng.randrange(self.numbers) for _ in self.kinds)

    def spell(self, number: Number, rng: Random) -> list[str]:
        """The key as SQL, one of the ways that there are."""
        return [spell_value(kind, n, rng) for kind, n in zip(self.kinds, number, strict=True)]

    def where(self, number: Number, rng: Random) -> str:
        pairs = zip(map(quote_name, self.key), self.spell(number, rng), strict=True)
        return " AND ".join(f"{column} = {value}" for column, value in pairs)

    def show(self, row: Any) -> tuple[str, ...]:
        """The key of a row of the class."""
        return tuple(kind.show(getattr(row, f"key{n}")) for n, kind in enumerate(self.kinds))

    def same(self, shown: Sequence[str]) -> tuple[str, ...]:
        """Equal for two shown keys that PostgreSQL calls equal."""
        return tuple(kind.same(text) for kind, text in zip(self.kinds, shown, strict=True))

    def ddl(self) -> list[str]:
        """CREATE SCHEMA where there is none, CREATE TABLE, and its parts."""
        columns = [f"{quote_name(name)} {kind.sql}" for name, kind in zip(self.key, self.kinds, strict=True)]
        columns += [f"{quote_name(self.place)} integer NOT NULL DEFAULT 0", f"{quote_name(self.label)} text"]
        columns += [f"{quote_name(self.unseen)} text"] if self.unseen else []
        body = ", ".join([*columns, f"PRIMARY KEY ({quote_names(self.primary)})"])
        words = {"place": quote_name(self.place), "first": quote_name(self.key[0]), "key": quote_names(self.key)}
        tail = self.layout.tail.format(**words)
        return [
            f"CREATE SCHEMA IF NOT EXISTS {quote_name(self.schema)}",
            f"CREATE TABLE {self.table} ({body}){tail}",
            *[
                self.layout.part.format(part=self.part(n), table=self.table, bounds=bounds, **words)
                for n, bounds in enumerate(self.layout.bounds)
            ],
        ]


def spell_value(kind: Kind, number: int, rng: Random) -> str:
    """One value as SQL, in one of its spellings."""
    doubled = choose_spelling(kind.spellings(number), rng).replace("'", "''").replace("\\", "\\\\")
    return f"E'{doubled}'::{kind.sql}"


def choose_spelling(spellings: Sequence[str], rng: Random) -> str:
    """Any of them. The first is the one that devices have."""
    return rng.choice(spellings)


@lru_cache(maxsize=8)
def draw(world: int) -> tuple[Strange, ...]:
    """Two tables, now and then in one schema, and now and then each other's case pair."""
    rng = Random(f"strange {world}")
    tables, schemas = Names(rng, OF_THE_COMPANY), Names(rng)
    first, second = schemas.draw(_is_free), schemas.draw(_is_free)
    one = _draw_table(rng, tables, first, None)
    pair = tables.draw_other_case(one.name) if rng.random() < 0.2 else None
    return one, _draw_table(rng, tables, first if pair or rng.random() < 0.5 else second, pair)


def _is_free(schema: str) -> bool:
    """Brackets are refused whatever else a table is called: no other draw of it would do."""
    return not schema.lower().startswith(OF_OTHERS) and not set("[]") & set(schema)


def _draw_table(rng: Random, tables: Names, schema: str, given: str | None) -> Strange:
    """A table with names that the engine does not refuse; one that it refuses on a device has another one there."""
    layout = rng.choice(LAYOUTS)
    kinds = tuple(rng.sample(KINDS, rng.choice((1, 1, 1, 2, KEY_COLUMNS_MAX))))
    name = given or tables.draw()
    twin = tables.draw() if given or rng.random() < 0.3 else name
    while True:
        columns = Names(rng)
        key = tuple(columns.draw() for _ in kinds)
        place, label = columns.draw(), columns.draw()
        model = _make_class(schema, name, dict(zip(key, kinds, strict=True)), place, label, layout)
        if is_allowed(model, key, twin):
            break
        twin = tables.draw()
    unseen = columns.draw_other_case(rng.choice((*key, label))) if rng.random() < 0.3 else None
    parts = tuple(tables.draw() for _ in range(3))
    return Strange(schema, name, twin, kinds, key, place, label, unseen, parts, layout, model)


def is_allowed(model: Any, key: Sequence[str], twin: str) -> bool:
    """Whether the engine takes these names: its own rule says so."""
    try:
        check_names("Strange", model.__table__, key, twin)
    except MirrorError:
        return False
    return True


def _make_class(schema: str, name: str, key: dict[str, Kind], place: str, label: str, layout: Layout) -> Any:
    attributes: dict[str, Any] = {
        "__module__": __name__,
        "__tablename__": name,
        "__table_args__": {"schema": schema},
        "__annotations__": {f"key{n}": kind.python for n, kind in enumerate(key.values())},
    }
    for n, (column, kind) in enumerate(key.items()):
        attributes[f"key{n}"] = Field(sa_column=Column(column, kind.declared, primary_key=True, autoincrement=False))
    attributes["__annotations__"] |= {"place": int, "label": str | None}
    in_key = layout.has_place_in_key
    attributes["place"] = Field(default=0, sa_column=Column(place, Integer, primary_key=in_key, nullable=False))
    attributes["label"] = Field(default=None, sa_column=Column(label, Text, nullable=True))
    make: Any = type(SQLModel)
    base = make("Base", (SQLModel,), {"__module__": __name__}, registry=registry(metadata=MetaData()))
    return make("Strange", (base,), attributes, table=True)
