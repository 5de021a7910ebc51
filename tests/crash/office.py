"""A table in the office and the one that a projection feeds from it, five thousand rows each."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, MetaData, Text, Uuid, cast, func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import Field, SQLModel

from twinbase import Mirror, Plugins, hookimpl
from twinbase.projection import Feeds, Projection
from twinbase_server.setup import init_database

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
        cast(func.md5(_number(_ORDERS)), Uuid).label("id"),
        _number(_ORDERS).label("source_id"),
        _ORDERS.c.label,
        _ORDERS.c.amount,
    ),
    (Feeds(_ORDERS, lambda changed: select(_number(changed))),),
)


async def set_up(engine: AsyncEngine, url: str) -> None:
    """The tables, with capture on them, and orders that were never projected."""
    async with engine.begin() as connection:
        await connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
        await connection.run_sync(Base.metadata.create_all)
        orders = "SELECT i, 'o' || i, i FROM generate_series(1, :many) i"
        await connection.execute(text(f'INSERT INTO office."order" {orders}'), {"many": ROWS})
    await init_database(url, Plugins(Office()), datetime.now(UTC))


class Office:
    """The plugin."""

    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(Work)

    @hookimpl
    def twinbase_projections(self) -> Sequence[Projection]:
        return [PROJECTION]
