"""A table in the office and the one that a projection feeds from it, five thousand rows each."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, MetaData, Text, Uuid, cast, func, select
from sqlmodel import Field, SQLModel

from twinbase import Mirror, hookimpl
from twinbase.projection import Feeds, Projection

SCHEMA = "office"
ROWS = 5_000


class Base(SQLModel):
    metadata = MetaData()


class Order(Base, table=True):
    """What the office writes."""

    __tablename__ = "order"
    __table_args__ = {"schema": SCHEMA}
    number: int = Field(primary_key=True)
    label: str
    amount: int


class Work(Base, table=True):
    """What phones get of it."""

    __tablename__ = "work"
    __table_args__ = {"schema": SCHEMA}
    id: UUID = Field(primary_key=True)
    source_table: str | None = None
    source_id: str | None = None
    label: str
    amount: int


_ORDERS: Any = Order.__table__  # type: ignore[attr-defined]


def _number(table: Any) -> ColumnElement[str]:
    return cast(table.c.number, Text)


PROJECTION = Projection(
    Work,
    "order",
    select(
        cast(func.md5(_number(_ORDERS)), Uuid).label("id"), _number(_ORDERS).label("source_id"),
        _ORDERS.c.label, _ORDERS.c.amount,
    ),
    (Feeds(_ORDERS, lambda changed: select(_number(changed))),),
)  # fmt: skip


class Office:
    """The plugin."""

    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(Work)

    @hookimpl
    def twinbase_projections(self) -> Sequence[Projection]:
        return [PROJECTION]
