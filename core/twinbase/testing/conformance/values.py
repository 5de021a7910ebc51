"""Values for columns, by their types: ordinary ones, with which work goes on, and the ends of what a type holds."""

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import types
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

from twinbase.codecs.resolve import server_type

_DIALECT: Any = postgresql.dialect()  # type: ignore[no-untyped-call]
_WORDS = ("boiler", "Étage 2", "rue de l'Église", "a", "north", "ü\U0001f9f0")
_TEXTS = ("", " ", "é", "e\u0301", "\U0001f9f0", '"\\\n\t\x7f', "'; --", "NULL")
_DOCUMENTS: Sequence[Any] = ({"a": [1, None, "é"]}, [], {}, [{"b": 1.5}], {"deep": {"er": [True]}})
_DAYS = 60
_ENDS_OF_TIME = (datetime(1, 1, 1, 0, 0, 0, 1), datetime(9999, 12, 31, 23, 59, 59, 999998))
"""Python's own first and last moment are written as -infinity and infinity by PostgreSQL's driver."""


@dataclass(frozen=True)
class Values:
    """`ordinary(dice)` gives a value, `extremes` are those that engines get wrong."""

    ordinary: Callable[[Random], Any]
    extremes: Sequence[Any] = ()


def values_of(type_: TypeEngine[Any], now: datetime) -> Values:
    """The values of a column type, as an application writes them; times are near `now`, where windows end."""
    values = _values(server_type(type_), now)
    if not isinstance(type_, TypeDecorator) or not _decorates(type_):
        return values
    decorated = type_

    def read(value: Any) -> Any:
        return decorated.process_result_value(value, _DIALECT)

    return Values(lambda dice: read(values.ordinary(dice)), [read(value) for value in values.extremes])


def _decorates(type_: TypeDecorator[Any]) -> bool:
    return type(type_).process_result_value is not TypeDecorator.process_result_value


def _values(type_: Any, now: datetime) -> Values:
    """Most particular first: an Enum is a String, a Float was once a Numeric."""
    match type_:
        case types.Enum():
            return _choice(_members(type_))
        case types.String():
            return _text(type_.length)
        case types.Boolean():
            return _choice([False, True])
        case types.Integer():
            return _integer(type_)
        case types.Float():
            return Values(lambda dice: dice.randrange(-400, 400) / 4, (0.0, 0.5, -1.0, 2.0**30, -(2.0**-20)))
        case types.Numeric():
            return _decimal(type_)
        case types.DateTime():
            return _moment(type_.timezone, now)
        case types.ARRAY():
            return _list(_values(server_type(type_.item_type), now))
        case _:
            return _other(type_, now)


def _other(type_: Any, now: datetime) -> Values:
    match type_:
        case types.Date():
            days = (date(1, 1, 2), date(9999, 12, 30), date(2000, 2, 29))
            return Values(lambda dice: now.date() + timedelta(days=dice.randint(-_DAYS, _DAYS)), days)
        case types.Time():
            return Values(lambda dice: time(dice.randrange(24), dice.randrange(60)), (time.min, time.max))
        case types.Interval() | postgresql.INTERVAL():
            spans = (timedelta(0), timedelta(microseconds=-1), timedelta(days=-1, microseconds=1))
            return Values(lambda dice: timedelta(minutes=dice.randrange(600)), spans)
        case types.Uuid():
            return Values(lambda dice: UUID(int=dice.getrandbits(128), version=4), (UUID(int=0), UUID(int=2**128 - 1)))
        case types.JSON():
            return _choice(_DOCUMENTS)
        case types.LargeBinary() | postgresql.BYTEA():
            return Values(lambda dice: dice.randbytes(20), (b"", b"\x00", b"\xff" * 200))
    raise TypeError(f"{type_!r}: say in `choices` which values it has.")


def _members(type_: types.Enum) -> list[Any]:
    kind: Any = type_.enum_class
    return list(kind) if isinstance(kind, type) and issubclass(kind, enum.Enum) else list(type_.enums)


def _choice(members: Sequence[Any]) -> Values:
    return Values(lambda dice: dice.choice(members), members)


def _text(length: int | None) -> Values:
    texts = [text[:length] for text in (*_TEXTS, "x" * (length or 5_000))]
    return Values(lambda dice: f"{dice.choice(_WORDS)} {dice.randrange(100)}"[:length], texts)


def _integer(type_: Any) -> Values:
    bits = 16 if isinstance(type_, types.SmallInteger) else 64 if isinstance(type_, types.BigInteger) else 32
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    return Values(lambda dice: dice.randrange(100), (low, high, 0, -1, 1))


def _decimal(type_: Any) -> Values:
    digits, scale = type_.precision or 30, type_.scale or 0
    if type_.precision is None:
        digits, scale = 30, 10
    number = Decimal if type_.asdecimal else float
    most = min(10**digits, 100_000) - 1
    ends = [10**digits - 1, 1, 0, -1, 1 - 10**digits] if type_.asdecimal else [1, 0, -1]
    return Values(
        lambda dice: number(Decimal(dice.randint(0, most)).scaleb(-scale)),
        [number(Decimal((end < 0, tuple(map(int, str(abs(end)))), -scale))) for end in ends],
    )


def _moment(aware: bool, now: datetime) -> Values:
    zone = UTC if aware else None
    hour = now.replace(minute=0, second=0, microsecond=0, tzinfo=zone)
    ends = [*_ENDS_OF_TIME, datetime(1969, 12, 31, 23, 59, 59, 999999), datetime(2026, 3, 29, 2, 30)]
    return Values(
        lambda dice: hour + timedelta(hours=dice.randint(-24 * _DAYS, 24 * _DAYS), microseconds=dice.randint(-1, 1)),
        [end.replace(tzinfo=zone) for end in ends],
    )


def _list(items: Values) -> Values:
    return Values(
        lambda dice: [items.ordinary(dice) for _ in range(dice.randrange(4))], ([], list(items.extremes), [None])
    )
