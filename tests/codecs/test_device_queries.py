"""A query written with the ORM gives on a device what it gives on the server."""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import (
    Integer,
    MetaData,
    Numeric,
    Table,
    Uuid,
    and_,
    case,
    cast,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.exc import CompileError, StatementError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlmodel.sql.sqltypes import UTCDateTime
from tests.codecs.twins import Twins

D = Decimal
START = datetime(2026, 1, 1, tzinfo=UTC)


class Base(DeclarativeBase):
    metadata = MetaData()


class Part(Base):
    __tablename__ = "parts"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    price: Mapped[D | None] = mapped_column(Numeric(10, 2))
    cost: Mapped[D] = mapped_column(Numeric(12, 4))
    weight: Mapped[D] = mapped_column(Numeric)
    pieces: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UTCDateTime())
    day: Mapped[date]
    spent: Mapped[timedelta]


_TABLE = Part.metadata.tables["parts"]
ROWS: list[dict[str, Any]] = [
    {"price": D("9.50"), "cost": D("9.5000"), "weight": D("1.10"), "pieces": 3},
    {"price": D("10.00"), "cost": D("9.9999"), "weight": D("10"), "pieces": 1},
    {"price": D("-0.01"), "cost": D("0.0001"), "weight": D("9.99999999999999999999"), "pieces": 0},
    {"price": D("99999999.99"), "cost": D("99999999.9900"), "weight": D("-2"), "pieces": 7},
    {"price": None, "cost": D("0"), "weight": D("12345678901234567890.123"), "pieces": 2},
]


def _row(number: int, values: dict[str, Any]) -> dict[str, Any]:
    at = START + timedelta(days=number, microseconds=number)
    return {"id": uuid.UUID(int=number), **values, "at": at, "day": at.date(), "spent": timedelta(hours=number - 2)}


@pytest.fixture(scope="module")
def sides(twins: Twins) -> list[AsyncEngine]:
    """The server and both devices, with the same rows, to be read only."""
    engines = [twins.server, *twins.devices]
    twins.create(_TABLE)
    for engine in engines:
        twins.run(_refill(engine, _TABLE))
    return engines


@pytest.fixture
def changing(twins: Twins, sides: list[AsyncEngine]) -> Iterator[list[AsyncEngine]]:
    """The same, for a test that writes."""
    yield sides
    for engine in sides:
        twins.run(_refill(engine, _TABLE))


async def _refill(engine: AsyncEngine, table: Table) -> None:
    async with engine.begin() as connection:
        await connection.execute(table.delete())
        await connection.execute(insert(table), [_row(number, values) for number, values in enumerate(ROWS)])


def answers(twins: Twins, sides: list[AsyncEngine], query: Any) -> list[list[Any]]:
    async def ask(engine: AsyncEngine) -> list[Any]:
        async with AsyncSession(engine) as session:
            return [tuple(row) for row in (await session.execute(query)).all()]

    return [twins.run(ask(engine)) for engine in sides]


CONDITIONS = [
    Part.price > D("9.5"),
    Part.price >= D("9.505"),
    Part.price == D("9.50"),
    Part.price != D("10"),
    Part.price > 9,
    Part.price < 9.75,
    literal(D("9.5")) <= Part.price,
    literal(D("9.5"), Numeric(10, 3)) <= Part.price,
    Part.price.in_([D("9.5"), D("10.000"), D("9.999")]),
    Part.price.not_in([D("9.5")]),
    Part.price.between(D("9.495"), 10),
    not_(Part.price.between(9, 10)),
    or_(and_(Part.pieces > 2, Part.price.between(9, 10)), Part.pieces == 0),
    Part.price.is_(None),
    Part.price.is_distinct_from(D("9.50")),
    Part.price == Part.cost,
    Part.price > Part.cost,
    Part.price > Part.weight,
    Part.weight > D("9.99999999999999999998"),
    Part.weight == D("1.1"),
    Part.weight < Part.price,
    Part.weight.in_([D("10.0"), D("-2.00")]),
    Part.weight.between(1, 10),
    Part.weight > Part.pieces,
    Part.pieces > Part.price,
    Part.price * Part.pieces > D("28.49"),
    (Part.price + 1) * 2 > 20,
    Part.price - Part.cost >= D("0.0001"),
    -Part.price > 0,
    -Part.weight > 0,
    Part.weight + Part.price > 12,
    Part.price > select(func.min(Part.cost)).scalar_subquery(),
    Part.price > select(func.avg(Part.cost)).scalar_subquery(),
    func.coalesce(Part.price, 0) == 0,
    func.abs(Part.price) < D("0.5"),
    case((Part.pieces > 2, Part.price), else_=0) > 5,
    cast(Part.pieces, Numeric(10, 2)) == D("3.00"),
    Part.at > START + timedelta(days=1),
    Part.at == START + timedelta(days=2, microseconds=2),
    Part.at.between(START, START + timedelta(days=2)),
    Part.day >= date(2026, 1, 3),
    Part.spent < timedelta(0),
]


@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
def test_a_condition_finds_the_same_rows(twins: Twins, sides: list[AsyncEngine], condition: Any) -> None:
    server, plain, encrypted = answers(twins, sides, select(Part.id).where(condition).order_by(Part.id))
    assert plain == encrypted == server


@pytest.mark.parametrize(
    "order",
    [
        Part.price.desc().nulls_last(),
        Part.weight,
        Part.weight.desc(),
        -Part.cost,
        Part.price * Part.pieces,
        Part.at.desc(),
    ],
    ids=str,
)
def test_rows_come_in_the_same_order(twins: Twins, sides: list[AsyncEngine], order: Any) -> None:
    server, plain, encrypted = answers(twins, sides, select(Part.id).where(Part.price.is_not(None)).order_by(order))
    assert plain == encrypted == server


@pytest.mark.parametrize(
    "value",
    [
        func.sum(Part.price),
        func.sum(Part.weight),
        func.min(Part.weight),
        func.max(Part.weight),
        func.max(Part.price),
        func.count(Part.price),
        func.sum(Part.price * Part.pieces),
        func.sum(case((Part.pieces > 1, Part.price), else_=0)),
        func.coalesce(func.sum(Part.price), 0),
        func.sum(Part.price).filter(Part.pieces > 99),
        func.sum(Part.price + Part.cost),
        func.sum(Part.spent),
    ],
    ids=str,
)
def test_an_aggregate_is_exact(twins: Twins, sides: list[AsyncEngine], value: Any) -> None:
    server, plain, encrypted = answers(twins, sides, select(value))
    assert plain == encrypted == server
    assert [type(row[0]) for row in plain] == [type(row[0]) for row in server]


def test_a_running_total_is_exact(twins: Twins, sides: list[AsyncEngine]) -> None:
    total = func.sum(Part.weight).over(order_by=Part.at)
    server, plain, encrypted = answers(twins, sides, select(total).order_by(Part.at))
    assert plain == encrypted == server


def test_the_sum_of_a_group_can_be_a_condition(twins: Twins, sides: list[AsyncEngine]) -> None:
    query = (
        select(Part.day, func.sum(Part.price)).group_by(Part.day).having(func.sum(Part.price) > 9).order_by(Part.day)
    )
    server, plain, encrypted = answers(twins, sides, query)
    assert plain == encrypted == server and len(plain) == 3


@pytest.mark.parametrize(
    "values",
    [
        {Part.price: Part.price + 1},
        {Part.price: Part.price * D("1.01")},
        {Part.price: Part.price / 3},
        {Part.price: Part.cost},
        {Part.price: Part.pieces},
        {Part.cost: Part.weight},
        {Part.weight: Part.weight * 2},
        {Part.weight: Part.price},
        {Part.price: D("1.005")},
        {Part.price: D("-1.005")},
        {Part.price: None},
    ],
    ids=lambda values: str(next(iter(values.values()))),
)
def test_an_update_computed_in_sql_stores_what_the_server_would(
    twins: Twins, changing: list[AsyncEngine], values: dict[Any, Any]
) -> None:
    small = Part.id.in_([uuid.UUID(int=number) for number in range(3)])
    for engine in changing:
        twins.run(_execute(engine, update(Part).where(small).values(values)))
    query = select(Part.price, Part.cost, Part.weight).where(small).order_by(Part.id)
    server, plain, encrypted = answers(twins, changing, query)
    assert plain == encrypted == server


async def _execute(engine: AsyncEngine, statement: Any) -> None:
    async with AsyncSession(engine) as session:
        await session.execute(statement)
        await session.commit()


def test_a_decimal_whose_rounding_takes_a_digit_too_many_is_refused(twins: Twins, changing: list[AsyncEngine]) -> None:
    with pytest.raises(StatementError, match="too many digits for numeric\\(10,2\\)"):
        twins.run(_execute(changing[1], update(Part).values(price=D("99999999.995"))))


@pytest.mark.parametrize("value", [D("NaN"), D("Infinity")])
def test_a_decimal_that_is_no_number_is_refused(twins: Twins, changing: list[AsyncEngine], value: Decimal) -> None:
    with pytest.raises(StatementError, match="cannot be carried"):
        twins.run(_execute(changing[1], update(Part).values(weight=value)))


def test_a_moment_without_a_zone_is_refused(twins: Twins, changing: list[AsyncEngine]) -> None:
    with pytest.raises(StatementError, match="timezone"):
        twins.run(_execute(changing[1], update(Part).values(at=datetime(2026, 1, 1))))


def test_arithmetic_on_moments_is_refused_rather_than_wrong(twins: Twins, sides: list[AsyncEngine]) -> None:
    with pytest.raises(CompileError, match="bind it"):
        answers(twins, sides[1:], select(Part.id).where(Part.at + timedelta(days=1) > START))


def test_the_present_moment_is_stored_like_any_other(twins: Twins, changing: list[AsyncEngine]) -> None:
    twins.run(_execute(changing[1], update(Part).values(at=func.now())))
    ((at,),) = answers(twins, changing[1:2], select(Part.at).distinct())[0:1][0]
    assert at.tzinfo is UTC and at > START


def test_a_bound_decimal_is_compared_as_it_is_and_not_rounded_to_the_scale(
    twins: Twins, sides: list[AsyncEngine]
) -> None:
    queries = [select(func.count(Part.id)).where(Part.price == D(text)) for text in ("9.50", "9.501", "9.499")]
    assert [answers(twins, sides[1:2], query)[0][0][0] for query in queries] == [1, 0, 0]


def test_a_table_on_the_device_has_only_the_four_storage_classes(twins: Twins, sides: list[AsyncEngine]) -> None:
    async def declared() -> set[str]:
        async with sides[1].connect() as connection:
            rows = await connection.exec_driver_sql("SELECT type FROM pragma_table_info('parts')")
            return set(rows.scalars())

    assert twins.run(declared()) <= {"INTEGER", "REAL", "TEXT", "BLOB"}
