"""A projection that cannot run is refused at start, and all that is wrong with all of them is said at once."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, Uuid, cast, column, func, literal, select
from sqlmodel import Field, SQLModel

from twinbase import Plugins, hookimpl
from twinbase.errors import DeclarationError
from twinbase.projection import Feeds, Projection


class Article(SQLModel, table=True):
    __tablename__ = "articles"
    metadata = MetaData()
    id: UUID = Field(primary_key=True)
    source_table: str | None = None
    source_id: str | None = None
    caption: str
    stock: int = 0


class Bare(SQLModel, table=True):
    __tablename__ = "bare"
    metadata = MetaData()
    number: int = Field(primary_key=True)
    source_id: int
    caption: str


ITEM = Table("item", MetaData(), Column("number", Integer, primary_key=True), Column("name", Text))
NUMBER = cast(ITEM.c.number, Text)
ROWS = select(cast(func.md5(NUMBER), Uuid).label("id"), NUMBER.label("source_id"), ITEM.c.name.label("caption"))
OWN = Feeds(ITEM, lambda changed: select(cast(changed.c.number, Text)))
RIGHT = Projection(Article, "item", ROWS, (OWN,))


def collect(*projections: Projection) -> list[Projection]:
    class Brings:
        @hookimpl
        def twinbase_projections(self) -> list[Projection]:
            return list(projections)

    return Plugins(Brings()).collect_projections()


def test_a_right_one_is_taken() -> None:
    assert collect(RIGHT) == [RIGHT]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (replace(RIGHT, target=SQLModel), "is no table"),
        (replace(RIGHT, rows=ROWS.with_only_columns(*ROWS.selected_columns[1:])), "its rows lack id"),
        (replace(RIGHT, rows=ROWS.add_columns(literal(1).label("colour"))), "select colour, and its target has no"),
        (replace(RIGHT, rows=ROWS.add_columns(ITEM.c.name.label("stock"))), "stock is Text() in its rows, and"),
        (replace(RIGHT, rows=ROWS.add_columns(literal("x").label("source_table"))), "written by itself"),
        (replace(RIGHT, rows=select(*list(ROWS.selected_columns)[:2])), "its rows lack caption, which may not be"),
        (replace(RIGHT, feeds=()), "it has no feeds"),
        (replace(RIGHT, feeds=(replace(OWN, columns=frozenset({"colour"})),)), "colour of item to be watched"),
        (replace(RIGHT, feeds=(replace(OWN, keys=lambda changed: select(changed.c.number)),)), "one column of text"),
        (replace(RIGHT, feeds=(replace(OWN, keys=lambda changed: select(changed.c.code)),)), "code"),
        (replace(RIGHT, shared=frozenset({"stock"})), "stock in shared, and not among its rows"),
        (replace(RIGHT, together=(frozenset({"caption"}),)), "caption in together, and not in shared"),
        (replace(RIGHT, retire={"active": False}), "active in retire"),
    ],
)
def test_a_wrong_one_is_refused_with_what_is_wrong(wrong: Projection, said: str) -> None:
    with pytest.raises(DeclarationError) as refused:
        collect(wrong)
    assert "Projection(" in str(refused.value) and said in str(refused.value)


def test_all_that_is_wrong_is_said_at_once() -> None:
    rows: Any = select(column("number"), column("caption"))
    with pytest.raises(DeclarationError) as refused:
        collect(RIGHT, replace(RIGHT), Projection(Bare, "bare", rows, (OWN,)))
    for said in ("two projections of this name", "no column id", "no column source_table", "source_id is no text"):
        assert said in str(refused.value)
