"""The tables of an EBP database: which tables, how many rows, which keys, how wide.

`ebp_tables.tsv` holds a line per table: name, rows at full scale, key columns, traits, and how many more columns of
each type are required and optional. `columns.tsv` holds the columns that keep their true names because this package
fills them or a plugin reads them; `made_names.py` names the others by rule, up to the true width. Nothing here knows
what values mean.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from twinbase_demo.erp.made_names import make_names

TYPES = {
    "b": "boolean",
    "d": "timestamp",
    "f": "double precision",
    "h": "smallint",
    "i": "integer",
    "n": "numeric(38,8)",
    "t": "text",
    "u": "uuid",
    "v": "varchar(60)",
    "y": "bytea",
}
# EBP marks its rows in four ways, each a fixed group of columns.
TRAITS = {
    "a": (
        "sysCreatedDate timestamp",
        "sysCreatedUser varchar(255)",
        "sysModifiedDate timestamp",
        "sysModifiedUser varchar(255)",
    ),
    "e": ("sysEditCounter integer",),
    "m": ("sysModuleId uuid", "sysDatabaseId uuid"),
    "r": ("sysRecordVersion integer", "sysRecordVersionId uuid"),
}


@dataclass(frozen=True, slots=True)
class GeneratedColumn:
    name: str
    type: str
    required: bool = False
    references: str | None = None


@dataclass(frozen=True, slots=True)
class GeneratedTable:
    name: str
    rows: int
    key: tuple[GeneratedColumn, ...]
    known: tuple[GeneratedColumn, ...]
    made: tuple[GeneratedColumn, ...]
    audited: bool

    @property
    def columns(self) -> tuple[GeneratedColumn, ...]:
        return (*self.key, *self.known, *self.made)


@cache
def ebp_tables() -> dict[str, GeneratedTable]:
    """Every table of EBP by name, in the order of the alphabet."""
    known = {name: columns for name, columns in (line.split("\t") for line in _lines("columns.tsv"))}
    return {table.name: table for table in (_table(line, known) for line in _lines("ebp_tables.tsv"))}


def _lines(name: str) -> list[str]:
    return (files(__package__) / name).read_text(encoding="utf-8").splitlines()


def _table(line: str, known: dict[str, str]) -> GeneratedTable:
    name, rows, key_text, traits, required, optional = line.split("\t")
    key = tuple(_column(f"{text}!") for text in _split(key_text))
    columns = tuple(_column(text) for text in _split(known.get(name, "-")))
    marks = tuple(_column(text) for letter, group in TRAITS.items() if letter in traits for text in group)
    taken = {column.name for column in (*key, *columns, *marks)}
    custom, long = _number(traits, "x"), _number(traits, "l")
    kinds = [*_kinds(required, required=True), *_kinds(optional, required=False)]
    names = make_names([TYPES[kind] for kind, _ in kinds], taken, custom=custom, long=long)
    made = tuple(
        GeneratedColumn(made_name, TYPES[kind], must) for made_name, (kind, must) in zip(names, kinds, strict=True)
    )
    return GeneratedTable(name, int(rows), key, (*columns, *marks), made, audited="a" in traits)


def _split(text: str) -> list[str]:
    return [] if text == "-" else text.split(", ")


def _column(text: str) -> GeneratedColumn:
    """`CustomerId varchar(20)! >Customer`: name, type, `!` when it may not be NULL, and the table that it points to."""
    declared, _, references = text.partition(" >")
    name, _, type_name = declared.partition(" ")
    required = type_name.endswith("!")
    type_name = type_name.rstrip("!")
    type_name = {"numeric": TYPES["n"], "float8": TYPES["f"]}.get(type_name, type_name)
    return GeneratedColumn(name, type_name, required, references or None)


def _number(traits: str, letter: str) -> int:
    found = re.search(rf"{letter}(\d+)", traits)
    return int(found[1]) if found else 0


def _kinds(text: str, *, required: bool) -> Iterator[tuple[str, bool]]:
    for part in [] if text == "-" else text.split(" "):
        yield from [(part[0], required)] * int(part[1:])
