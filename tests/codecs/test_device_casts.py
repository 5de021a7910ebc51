"""Casts, parts of moments and JSON on a device: PostgreSQL's answer, or a sentence that says what to do instead."""

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    Time,
    Uuid,
    cast,
    extract,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB
from sqlalchemy.exc import CompileError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.sql.sqltypes import UTCDateTime
from tests.codecs.twins import Twins

D = Decimal
T = Table(
    "casts",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("day", Date),
    Column("at", DateTime),
    Column("aware", UTCDateTime()),
    Column("clock", Time),
    Column("pieces", Integer),
    Column("ok", Boolean),
    Column("word", Text),
    Column("price", Numeric(10, 2)),
    Column("weight", Numeric),
    Column("length", Float),
    Column("doc", JSONB),
    Column("plain", JSON),
    Column("tags", ARRAY(Text)),
)
C = T.c
DOCUMENTS: list[Any] = [
    {"a": 1, "b": {"c": [1, 2.5, "x", None]}, "": "empty", 'q"\\': True},
    {"a": "1", "long name": [], "b": [1, [2, [3]]], "e": "é\U0001f9f0\x01"},
    ["a", {"b": 1}, None, True, 0],
    "a",
    None,
]


def _row(number: int) -> dict[str, Any]:
    at = datetime(2024 + number, 2, 3 * number + 1, 23, 59, number, 120 * number)
    numbers = {"pieces": number - 2, "ok": (True, False, None)[number % 3], "price": D(number * 50 - 75) / 100}
    moments = {"day": at.date(), "at": at, "aware": None, "clock": at.time()}
    document = {"doc": DOCUMENTS[number], "plain": DOCUMENTS[number]}
    rest = {"word": "12 rue", "weight": D(number), "length": number / 2, "tags": ["a"]}
    return {"id": number, **numbers, **moments, **document, **rest}


@pytest.fixture(scope="module")
def sides(twins: Twins) -> Iterator[list[AsyncEngine]]:
    """The server and both devices, with the same rows."""
    engines = [twins.server, *twins.devices]
    twins.create(T)
    for engine in engines:
        twins.run(_fill(engine))
    yield engines


async def _fill(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(insert(T), [_row(number) for number in range(len(DOCUMENTS))])


async def _ask(engine: AsyncEngine, query: Any) -> list[Any]:
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(query)]


SAME = [
    cast(C.at, Date),
    cast(C.day, Date),
    cast(C.at, Time),
    cast(C.day, DateTime),
    cast(C.at, String),
    cast(C.clock, String),
    cast(C.day, String),
    cast(C.pieces, Boolean),
    cast(C.ok, Integer),
    cast(C.ok, String),
    cast(C.pieces, String),
    cast(C.price, Integer),
    cast(C.price, Float),
    cast(C.pieces, Numeric(8, 2)),
    cast(date(2024, 2, 1), Date),
    cast(None, Date),
    cast(C.at, Date) == date(2024, 2, 1),
    cast(C.at, Date).in_([date(2024, 2, 1), date(2025, 2, 4)]),
    func.max(cast(C.at, Date)),
    extract("year", C.at),
    extract("month", C.day),
    extract("day", C.at),
    extract("dow", C.day),
    extract("doy", C.at),
    extract("hour", C.at),
    extract("minute", C.clock),
    C.doc["a"],
    C.doc["b"]["c"],
    C.doc["b"]["c"][1],
    C.doc[0],
    C.doc[-1],
    C.doc[9],
    C.doc[("b", "c", 2)],
    C.doc[("b", 1, 1, 0)],
    C.doc["a"].astext,
    C.doc["b"].astext,
    C.doc["e"].astext,
    C.doc[("b", "c")].astext,
    C.doc["a"].as_string(),
    C.doc["a"].astext == "1",
    C.doc["a"].astext.like("1%"),
    C.doc["a"] == literal(1, JSONB),
    C.doc["a"] == literal("1", JSONB),
    C.doc["b"] == {"c": [1, 2.50, "x", None]},
    C.doc != {"a": 1},
    C.doc == literal("a", JSONB),
    C.doc.is_(None),
    C.doc.is_distinct_from(["a"]),
    C.doc.contains({"a": 1}),
    C.doc.contains({"b": {"c": ["x"]}}),
    C.doc.contains(["a"]),
    C.doc.contains(literal("a", JSONB)),
    C.doc.has_key("a"),
    C.doc.has_key('q"\\'),
    C.plain["a"],
    C.plain[("b", "c", 0)],
]


@pytest.mark.parametrize("value", SAME, ids=str)
def test_a_device_answers_as_postgresql_does(twins: Twins, sides: list[AsyncEngine], value: Any) -> None:
    query = select(value) if value.type._type_affinity is Date and "max" in str(value) else None
    query = select(C.id, value).order_by(C.id) if query is None else query
    server, plain, encrypted = (twins.run(_ask(engine, query)) for engine in sides)
    assert plain == encrypted == server


@pytest.mark.parametrize("condition", [each for each in SAME if isinstance(each.type, Boolean)], ids=str)
def test_a_condition_finds_the_same_rows(twins: Twins, sides: list[AsyncEngine], condition: Any) -> None:
    query = select(C.id).where(condition).order_by(C.id)
    server, plain, encrypted = (twins.run(_ask(engine, query)) for engine in sides)
    assert plain == encrypted == server


REFUSED = [
    cast(C.word, Integer),
    cast(C.word, Numeric(10, 2)),
    cast(C.word, Numeric),
    cast(C.word, Float),
    cast(C.word, Boolean),
    cast(C.word, Date),
    cast(C.word, DateTime),
    cast(C.word, Time),
    cast(C.word, Uuid),
    cast(C.word, JSONB),
    cast(literal("12"), Integer),
    cast(C.aware, Date),
    cast(C.aware, DateTime),
    cast(C.aware, String),
    cast(C.day, UTCDateTime()),
    cast(C.day, Integer),
    cast(C.length, Integer),
    cast(C.length, Numeric(10, 2)),
    cast(C.length, String),
    cast(C.price, String),
    cast(C.weight, Integer),
    cast(C.doc, String),
    cast(C.doc["a"].astext, Integer),
    cast(C.tags, String),
    C.at == C.day,
    C.day < C.at,
    C.doc["a"].as_integer(),
    C.doc["a"].as_boolean(),
    C.doc["a"].as_float(),
    C.doc.has_any(["a"]),
    C.doc.has_all(["a"]),
    C.doc.contained_by({"a": 1}),
    C.doc.path_exists("$.a"),
    C.doc.concat({"a": 1}),
    C.plain == {"a": 1},
    C.plain["a"].astext,
    C.tags.contains(["a"]),
    C.tags[1],
    C.doc["a"] == 1,
    C.doc == "a",
    C.doc.contains("a"),
    extract("hour", C.aware),
    extract("epoch", C.at),
    extract("second", C.at),
    extract("week", C.day),
    func.date_trunc("month", C.at),
    func.date_part("year", C.at),
    func.to_char(C.at, "YYYY"),
    func.timezone("UTC", C.aware),
    func.jsonb_array_length(C.doc),
    func.localtimestamp(),
]


@pytest.mark.parametrize("value", REFUSED, ids=str)
def test_what_would_be_another_answer_is_refused(twins: Twins, sides: list[AsyncEngine], value: Any) -> None:
    with pytest.raises(CompileError, match=r"cannot be computed on a device.*: \w+ .* Python"):
        twins.run(_ask(sides[1], select(value)))


_LEAVES = (
    st.none()
    | st.booleans()
    | st.sampled_from([0, 1, 1.0, -0.0, 1.5, 1e22, 1e-7, 10**25, "", "a", "b", "1", "é", '\x01\t"\\'])
)
_KEYS = st.sampled_from(["a", "b", "bb", "é", "1", ""])
DOCUMENT = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3), max_leaves=6
)
STEP = _KEYS | st.integers(-3, 3)


@given(document=DOCUMENT, other=DOCUMENT, step=STEP, path=st.lists(STEP, min_size=1, max_size=3))
def test_documents_drawn_at_random_are_looked_into_alike(
    twins: Twins, sides: list[AsyncEngine], document: Any, other: Any, step: Any, path: list[Any]
) -> None:
    sample = select(literal(document, JSONB).label("doc")).subquery().c.doc
    wanted = literal(other, JSONB)
    values = [sample.contains(wanted), sample == wanted, sample[step], sample[step].astext]
    values += [sample[tuple(path)], sample[tuple(path)].astext, sample.has_key(str(step))]
    server, plain, encrypted = (twins.run(_ask(engine, select(*values))) for engine in sides)
    assert plain == encrypted == server


def test_the_present_time_is_stored_like_any_other(twins: Twins, sides: list[AsyncEngine]) -> None:
    ((now,),) = twins.run(_ask(sides[1], select(func.current_time())))
    assert isinstance(now, time)
