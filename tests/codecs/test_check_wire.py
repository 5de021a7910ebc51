"""A value that PostgreSQL would refuse is refused before, in a sentence that a person understands."""

import enum
from typing import Any

import pytest
from sqlalchemy import (
    ARRAY,
    JSON,
    REAL,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    Interval,
    LargeBinary,
    Numeric,
    SmallInteger,
    String,
    Text,
    Time,
    Uuid,
    types,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine
from sqlmodel.sql.sqltypes import UTCDateTime
from tests.codecs.twins import Twins

from twinbase.codecs import NoCodec, codec_for


class State(enum.Enum):
    planned = 1
    done = 2


WRONG: list[tuple[TypeEngine[Any], Any, str]] = [
    (Integer(), True, "expected an integer, got true/false"),
    (Integer(), "1", "expected an integer, got text"),
    (Integer(), 1.0, "expected an integer, got a number"),
    (Integer(), 2**31, "out of range for integer"),
    (SmallInteger(), -(2**15) - 1, "out of range for smallint"),
    (BigInteger(), 2**63, "out of range for bigint"),
    (Boolean(), 1, "expected true or false, got an integer"),
    (Float(), False, "expected a number, got true/false"),
    (Float(), "1.5", "expected a number, got text"),
    (Float(), "NaN", "expected a number, got text"),
    (Float(), float("nan"), "never NaN"),
    (Float(), float("inf"), "Infinity as text"),
    (Float(), 10**400, "out of range for double precision"),
    (REAL(), 1e39, "out of range for real"),
    (REAL(), 1e-60, "too small for real"),
    (Numeric(10, 2), 1.5, "expected a decimal number as text, got a number"),
    (Numeric(10, 2), "1.234", "more than 2 decimals"),
    (Numeric(10, 2), "123456789.00", "too many digits"),
    (Numeric(10, 2), "1e3", "not a decimal number"),
    (Numeric(10, 2), "NaN", "not a decimal number"),
    (Numeric(10, 2), "1.", "not a decimal number"),
    (Numeric(10, 2), "١٢", "not a decimal number"),
    (Numeric(10, 2), "1.00\n", "not a decimal number"),
    (Numeric(), "9" * 131_073, "too many digits"),
    (Text(), 5, "expected text, got an integer"),
    (Text(), "a\x00b", "NUL"),
    (Text(), "\ud800", "lone surrogate"),
    (Text(), {"a": 1}, "expected text, got an object"),
    (String(3), "ééé!", "longer than 3 characters"),
    (Date(), "2026-02-30", "day"),
    (Date(), "infinity", "YYYY-MM-DD"),
    (Date(), "0000-01-01", "year"),
    (Date(), "10000-01-01", "YYYY-MM-DD"),
    (Date(), 20260101, "expected text, got an integer"),
    (Time(), "24:00:00.000000", "hour"),
    (Time(), "12:00", "HH:MM:SS.ffffff"),
    (DateTime(), "2026-01-01T00:00:00.000000", "YYYY-MM-DD HH:MM:SS.ffffff"),
    (DateTime(), "now", "YYYY-MM-DD HH:MM:SS.ffffff"),
    (UTCDateTime(), "2026-01-01 00:00:00.000000+02", "YYYY-MM-DD HH:MM:SS.ffffff"),
    (UTCDateTime(), "2026-13-01 00:00:00.000000", "month"),
    (Interval(), 1.5, "expected an integer (microseconds)"),
    (Interval(), 2**63, "longer than"),
    (Uuid(), "F" * 32, "not a UUID"),
    (Uuid(), "ABCDEF00-0000-0000-0000-000000000000", "not a UUID"),
    (Uuid(), 7, "expected text"),
    (Enum(State), "archived", "not one of planned, done"),
    (Enum(State), 1, "expected text"),
    (JSON(), {"a": 1}, "expected JSON as text, got an object"),
    (JSON(), "{a}", "not JSON"),
    (JSON(), "NaN", "not JSON"),
    (JSON(), "", "not JSON"),
    (JSON(), "[" * 100_000, "nested too deeply"),
    (JSON(), '"\x00"', "NUL"),
    (postgresql.JSONB(), '"\\u0000"', "NUL"),
    (postgresql.JSONB(), '"\\ud800"', "lone surrogate"),
    (postgresql.JSONB(), "1e999999999", "too many digits"),
    (LargeBinary(), "é", "not base64"),
    (LargeBinary(), "AA", "not base64"),
    (LargeBinary(), "AAAA\n", "not base64"),
    (LargeBinary(), [1], "expected base64 text, got a list"),
    (ARRAY(Integer), [1], "expected JSON as text, got a list"),
    (ARRAY(Integer), '{"a": 1}', "expected a JSON array, got an object"),
    (ARRAY(Integer), '[1, "2"]', "item 1: expected an integer, got text"),
    (ARRAY(Integer), "[[1]]", "item 0: expected an integer, got a list"),
    (ARRAY(Integer), f"[{'9' * 5_000}]", "a number with too many digits"),
    (ARRAY(Float), f"[1, {'9' * 5_000}]", "a number with too many digits"),
    (ARRAY(Numeric(4, 1)), '["1.0", "1.23"]', "item 1: more than 1 decimals"),
]


@pytest.mark.parametrize(("type_", "value", "sentence"), WRONG)
def test_a_wrong_value_is_refused_with_what_is_wrong(type_: TypeEngine[Any], value: Any, sentence: str) -> None:
    assert sentence in (codec_for(type_).check_wire(value) or "nothing")


GOOD: list[tuple[TypeEngine[Any], Any]] = [
    (Numeric(10, 2), "-0.5"),
    (Numeric(10, 2), "0000000001.10"),
    (Float(), 3),
    (Float(), "-Infinity"),
    (Text(), "\U0001f9f0"),
    (JSON(), '"\\ud800 \\u0000"'),
    (JSON(), '{"a": 1, "a": 2}'),
    (postgresql.JSONB(), '"\\\\u0000 \\ud83e\\uddf0"'),
    (postgresql.JSONB(), "1" * 400),
    (postgresql.JSONB(), "1e400"),
    (postgresql.JSONB(), "null"),
    (JSON(), "[" * 200 + "]" * 200),
    (LargeBinary(), ""),
    (ARRAY(Text), "[]"),
    (ARRAY(Text), '[null, "NULL"]'),
    (ARRAY(JSON), '["{\\"a\\": null}", null]'),
]


@pytest.mark.parametrize(("type_", "value"), GOOD)
def test_a_value_that_passes_the_check_is_taken_by_the_server(twins: Twins, type_: TypeEngine[Any], value: Any) -> None:
    codec = codec_for(type_)
    assert codec.check_wire(value) is None
    literal = "NULL" if value is None else "'" + str(value).replace("'", "''") + "'"
    assert len(twins.ask(f"SELECT {codec.from_wire_sql(f'{literal}::text')}::text")) == 1


def test_none_is_a_value_of_every_type() -> None:
    for type_, _ in GOOD:
        codec = codec_for(type_)
        assert codec.check_wire(None) is codec.python_from_wire(None) is codec.wire_from_python(None) is None


class Money(types.TypeDecorator[Any]):
    """The recipe of old: text on SQLite because SQLite has no decimals."""

    impl = types.Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> TypeEngine[Any]:
        return types.Text() if dialect.name == "sqlite" else types.Numeric(10, 2)


@pytest.mark.parametrize(
    ("type_", "advice"),
    [
        (postgresql.INET(), "hidden"),
        (types.NullType(), "Supported:"),
        (Time(timezone=True), "DateTime(timezone=True)"),
        (Interval(native=False), "without native=False"),
        (Uuid(native_uuid=False), "without native_uuid=False"),
        (ARRAY(Integer, dimensions=2), "use JSON"),
        (ARRAY(postgresql.INET()), "hidden"),
        (ARRAY(Uuid).with_variant(JSON(), "sqlite"), "Drop the SQLite variant"),
        (Money(), "Drop the SQLite variant"),
    ],
)
def test_a_type_that_cannot_be_carried_is_refused_with_what_to_do(type_: TypeEngine[Any], advice: str) -> None:
    with pytest.raises(NoCodec) as caught:
        codec_for(type_)
    assert advice in str(caught.value)
