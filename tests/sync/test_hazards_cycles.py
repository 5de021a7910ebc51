"""Rows that point at each other and at themselves travel both ways, in any order (T3, H15, H16, H26)."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Column, ForeignKey
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from twinbase import Mirror, Plugins, hookimpl
from twinbase.testing import World
from twinbase.testing.databases import Databases
from twinbase_server import accounts

SCHEMA = "cycles"


class Base(SQLModel, registry=registry()):
    """Tables of their own, apart from those of other tests."""


class Order(Base, table=True):
    """It points at its main line, and at the order that it follows."""

    __tablename__ = "order"
    __table_args__ = {"schema": SCHEMA}
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    main_id: UUID | None = Field(
        default=None,
        sa_column=Column(
            ForeignKey(f"{SCHEMA}.line.id", name="main_line", use_alter=True, deferrable=True, initially="DEFERRED")
        ),
    )
    follows_id: UUID | None = Field(
        default=None, sa_column=Column(ForeignKey(f"{SCHEMA}.order.id", deferrable=True, initially="DEFERRED"))
    )


class Line(Base, table=True):
    """It points at its order."""

    __tablename__ = "line"
    __table_args__ = {"schema": SCHEMA}
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    order_id: UUID = Field(
        sa_column=Column(ForeignKey(f"{SCHEMA}.order.id", deferrable=True, initially="DEFERRED"), nullable=False)
    )


class Cycles:
    """The plugin: pages of two rows, so that every answer has rows whose target comes later."""

    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(Line, direction="both", page_rows=2)
        yield Mirror(Order, direction="both", page_rows=2)


@pytest.fixture
def empty_url(databases: Databases) -> Iterator[str]:
    url = databases.create()
    yield url
    databases.drop(url)


@pytest.fixture
async def world(empty_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with World.open(empty_url, Plugins(Cycles(), accounts), tmp_path) as world:
        yield world
        world.raise_crashes()


def _ring(size: int) -> tuple[list[Order], list[Line]]:
    """Orders that follow each other in a ring, each with its main line."""
    orders = [Order() for _ in range(size)]
    lines = [Line(order_id=order.id) for order in orders]
    for order, line, before in zip(orders, lines, [orders[-1], *orders[:-1]], strict=True):
        order.main_id, order.follows_id = line.id, before.id
    return orders, lines


_MAKE = """
WITH o AS (SELECT i, gen_random_uuid() AS id, gen_random_uuid() AS main FROM generate_series(0, 8) i),
made AS (INSERT INTO cycles.order (id, main_id, follows_id)
    SELECT o.id, o.main, b.id FROM o JOIN o b ON b.i = (o.i + 1) % 9)
INSERT INTO cycles.line (id, order_id) SELECT main, id FROM o
"""


async def test_a_ring_of_rows_comes_to_a_device_in_pages_of_two_and_leaves_it_again(world: World) -> None:
    await world.sql(_MAKE)
    anna = await world.device("anna")
    first = await anna.sync()
    assert (len(await anna.all(Order)), len(await anna.all(Line))) == (9, 9) and first.is_proven
    assert await anna.replica.syncing.count_orphans() == {}

    await world.sql("UPDATE cycles.order a SET follows_id = NULL")
    await world.sql(
        "WITH gone AS (DELETE FROM cycles.order RETURNING id) DELETE FROM cycles.line"
        " WHERE order_id IN (SELECT id FROM gone)"
    )
    report = await anna.sync()

    assert (len(await anna.all(Order)), len(await anna.all(Line))) == (0, 0) and report.is_proven


async def test_a_ring_that_is_made_offline_is_written_whole_whatever_its_order(world: World) -> None:
    anna, bob = await world.device("anna"), await world.device("bob")
    await anna.sync()
    await bob.sync()
    orders, lines = _ring(3)
    async with anna.replica.session() as session:
        for row in (*lines, *orders):
            session.add(row)
        await session.commit()

    report = await anna.sync()
    await bob.sync()

    assert report.outcomes.keys() == {"applied"} and report.is_proven
    rows = await world.sql(
        "SELECT o.id, o.follows_id, o.main_id FROM cycles.order o JOIN cycles.line l"
        " ON l.order_id = o.id AND l.id = o.main_id ORDER BY o.id"
    )
    assert [(order.id, order.follows_id, order.main_id) for order in await bob.all(Order)] == rows
    assert len(rows) == 3


async def test_an_edit_that_points_at_what_the_office_has_deleted_is_refused_and_wedges_nothing(world: World) -> None:
    await world.sql(_MAKE)
    anna = await world.device("anna")
    await anna.sync()
    orders = await anna.all(Order)
    line = Line(order_id=orders[0].id)
    await anna.save(line)
    await anna.save(Line(order_id=orders[1].id))
    async with world.engine.begin() as office:
        await office.exec_driver_sql("UPDATE cycles.order SET follows_id = NULL")
        await office.exec_driver_sql(f"DELETE FROM cycles.line WHERE order_id = '{orders[0].id}'")
        await office.exec_driver_sql(f"DELETE FROM cycles.order WHERE id = '{orders[0].id}'")

    report = await anna.sync()

    assert report.outcomes == {"refused": 1, "applied": 1} and report.is_proven
    assert [edit.key for edit in await anna.replica.waiting_edits()] == [(line.id,)]
    assert len(await anna.all(Order)) == 8 and len(await anna.all(Line)) == 9
