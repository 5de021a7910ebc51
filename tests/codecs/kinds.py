"""Every column type that is carried, with the values that it must carry: random ones and the extremes."""

import enum
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Context, Decimal
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import (
    ARRAY,
    JSON,
    REAL,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    Time,
    Uuid,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from twinbase.codecs.times import MICROSECONDS_MAX


class Trade(enum.Enum):
    """Stored by name, as SQLModel does."""

    heating = "chauffage"
    electricity = "électricité"
    it = "l'informatique"


class Euros(TypeDecorator[Decimal]):
    """A user's own type: a decimal that is never None by mistake."""

    impl = Numeric(12, 2)
    cache_ok = True


_EXACT = Context(prec=99)


@dataclass(frozen=True)
class Kind:
    """One column type and its values."""

    name: str
    type_: TypeEngine[Any]
    values: st.SearchStrategy[Any]

    def table(self, metadata: MetaData) -> Table:
        """A table with one column of the type."""
        return Table(f"k_{self.name}", metadata, Column("id", Integer, primary_key=True), Column("v", self.type_))


def _or(values: st.SearchStrategy[Any], *extremes: Any) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from(extremes or [None]) | values


def _integers(bits: int) -> st.SearchStrategy[Any]:
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    return _or(st.integers(low, high), low, high, 0, -1)


def _decimals(digits: int, places: int) -> st.SearchStrategy[Any]:
    units = st.integers(-(10**digits) + 1, 10**digits - 1)
    ends = [10**digits - 1, 1, 0, -1, -(10**digits) + 1]
    return _or(units, *ends).map(lambda n: None if n is None else Decimal(n).scaleb(-places, _EXACT))


_CHARACTERS = st.characters(codec="utf-8", exclude_characters="\x00")
TEXTS = _or(
    st.text(_CHARACTERS, max_size=60), "", " ", "é", "e\u0301", "É", "\U0001f9f0", '"\\\n\t\x7f', "'; --", "x" * 9_000
)
_LABELS = [Trade.heating, Trade.electricity, Trade.it]
_NAIVE = _or(st.datetimes(), datetime.min, datetime.max, datetime(1969, 12, 31, 23, 59, 59, 999999))
_AWARE = _or(
    st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.timezones()),
    datetime.min.replace(tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
)
_FREE_DECIMALS = _or(
    st.decimals(-(10**30), 10**30, allow_nan=False),
    *map(
        Decimal, ["1.1", "1.10", "123456789012345678.1234", "9223372036854775808", "0", "0.00", "-0", "1E+20", "1E-20"]
    ),
)
_SPANS = _or(
    st.timedeltas(timedelta(microseconds=-MICROSECONDS_MAX), timedelta(microseconds=MICROSECONDS_MAX)),
    timedelta(0),
    timedelta(microseconds=1),
    timedelta(microseconds=-1),
    timedelta(days=-1, microseconds=1),
    timedelta(microseconds=MICROSECONDS_MAX),
    timedelta(microseconds=-MICROSECONDS_MAX),
)
_FLOATS = _or(st.floats(allow_nan=False), 0.1, 5e-324, 1.7976931348623157e308, float("inf"), float("-inf"), -0.0, 1e22)
_SINGLES = _or(st.floats(allow_nan=False, width=32), float("inf"), 1.401298464324817e-45, 3.4028234663852886e38)
_LEAVES = (
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e15, 1e15) | st.text(_CHARACTERS, max_size=9)
)
_DOCUMENTS = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(_CHARACTERS, max_size=5), inner, max_size=4),
    max_leaves=8,
).filter(lambda document: document is not None)
_VARIANT = ARRAY(Text).with_variant(JSON(none_as_null=True), "sqlite")

KINDS = [
    Kind("smallint", SmallInteger(), _integers(16)),
    Kind("integer", Integer(), _integers(32)),
    Kind("bigint", BigInteger(), _integers(64)),
    Kind("boolean", Boolean(), _or(st.booleans())),
    Kind("float", Float(), _FLOATS),
    Kind("double", postgresql.DOUBLE_PRECISION(), _FLOATS),
    Kind("numeric_money", Numeric(10, 2), _decimals(10, 2)),
    Kind("numeric_units", Numeric(18, 0), _decimals(18, 0)),
    Kind("numeric_parts", Numeric(18, 18), _decimals(18, 18)),
    Kind("numeric_whole", Numeric(9), _decimals(9, 0)),
    Kind("numeric_wide", Numeric(38, 10), _decimals(38, 10)),
    Kind("numeric_free", Numeric(), _FREE_DECIMALS),
    Kind("numeric_as_float", Numeric(8, 3, asdecimal=False), _or(st.integers(-(10**7), 10**7).map(lambda n: n / 1000))),
    Kind("euros", Euros(), _decimals(12, 2)),
    Kind("text", Text(), TEXTS),
    Kind("string", AutoString(), TEXTS),
    Kind("varchar", AutoString(length=5), _or(st.text(_CHARACTERS, max_size=5))),
    Kind("date", Date(), _or(st.dates(), date.min, date.max, date(2000, 2, 29))),
    Kind("time", Time(), _or(st.times(), time.min, time.max)),
    Kind("naive", DateTime(), _NAIVE),
    Kind("aware", UTCDateTime(), _AWARE),
    Kind("interval", Interval(), _SPANS),
    Kind("interval_postgres", postgresql.INTERVAL(), _SPANS),
    Kind("uuid", Uuid(), _or(st.uuids(), uuid.UUID(int=0), uuid.UUID(int=2**128 - 1))),
    Kind("enum", Enum(Trade, name="trade"), _or(st.sampled_from(_LABELS))),
    Kind(
        "enum_by_value",
        Enum(Trade, name="trade_value", values_callable=lambda e: [m.value for m in e]),
        _or(st.sampled_from(_LABELS)),
    ),
    Kind("enum_text", Enum(Trade, native_enum=False, length=40), _or(st.sampled_from(_LABELS))),
    Kind("json", JSON(), _or(_DOCUMENTS)),
    Kind("jsonb", postgresql.JSONB(), _or(_DOCUMENTS, {"a": "\x7f"}, [], {}, "", 0)),
    Kind("json_variant", JSON().with_variant(postgresql.JSONB(), "postgresql"), _or(_DOCUMENTS)),
    Kind("json_null", JSON(none_as_null=True), _or(_DOCUMENTS)),
    Kind("bytes", LargeBinary(), _or(st.binary(max_size=200), b"", b"\x00", b"\xff" * 200)),
    Kind("integers", ARRAY(Integer), _or(st.lists(_integers(32), max_size=5), [], [None])),
    Kind("texts", postgresql.ARRAY(Text), _or(st.lists(TEXTS, max_size=5), ["NULL", "null", "", "{}", None])),
    Kind("decimals", ARRAY(Numeric), _or(st.lists(_FREE_DECIMALS, max_size=5))),
    Kind("moments", ARRAY(UTCDateTime), _or(st.lists(_AWARE, max_size=3))),
    Kind("naives", ARRAY(DateTime), _or(st.lists(_NAIVE, max_size=3))),
    Kind("spans", ARRAY(Interval), _or(st.lists(_SPANS, max_size=3))),
    Kind("uuids", ARRAY(Uuid), _or(st.lists(st.none() | st.uuids(), max_size=3))),
    Kind("enums", ARRAY(Enum(Trade, name="trade")), _or(st.lists(st.none() | st.sampled_from(_LABELS), max_size=3))),
    Kind("blobs", ARRAY(LargeBinary), _or(st.lists(st.none() | st.binary(max_size=90), max_size=3))),
    Kind("floats", ARRAY(Float), _or(st.lists(_FLOATS, max_size=3))),
    Kind("variant_list", _VARIANT, _or(st.lists(_or(st.text(_CHARACTERS, max_size=5))))),
]
SINGLE = Kind("single", REAL(), _SINGLES)
