"""How ordinary column types are stored in the device's SQLite: the types behind the device dialect."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import types
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.sqltypes import _AbstractInterval
from sqlalchemy.sql.type_api import NativeForEmulated
from sqlalchemy.types import TypeDecorator, TypeEngine

from twinbase.codecs import Codec
from twinbase.codecs.decimals import SCALED_DIGITS_MAX, format_decimal, round_decimal, scale_decimal, unscale_decimal
from twinbase.codecs.resolve import codec_for, resolve_type
from twinbase.codecs.times import count_microseconds, format_moment, format_time
from twinbase.quoting import quote_text

Process = Callable[[Any], Any]


def skip_none(process: Process) -> Process:
    """The same conversion, with None left alone."""
    return lambda value: None if value is None else process(value)


def scale_of(type_: TypeEngine[Any]) -> int | None:
    """The scale of a decimal stored as an integer, or None if this type is stored as text."""
    if not isinstance(type_, types.Numeric) or type_.precision is None:
        return None
    scale = type_.scale or 0
    return scale if type_.precision <= SCALED_DIGITS_MAX and scale >= 0 else None


class DeviceNumeric(types.Numeric[Any]):
    """An integer, scaled by 10^scale, where 18 digits do, else the text that PostgreSQL prints."""

    def bind_processor(self, dialect: Dialect) -> Process:
        scale, precision = scale_of(self), self.precision
        if scale is not None and precision is not None:
            return lambda value: scale_decimal(value, precision, scale)
        if precision is not None:
            own_scale = self.scale or 0
            return lambda value: format_decimal(round_decimal(value, precision, own_scale))
        return format_decimal

    def literal_processor(self, dialect: Dialect) -> Process:
        process = self.bind_processor(dialect)
        return lambda value: repr(process(value))

    def result_processor(self, dialect: Dialect, coltype: object) -> Process:
        decimal = skip_none(_from_scaled(scale_of(self) or 0))
        return decimal if self.asdecimal else skip_none(lambda value: float(decimal(value)))


def _from_scaled(scale: int) -> Process:
    """An INTEGER is exact, a TEXT is a canonical decimal, a REAL is the 15 safe digits of a computed value."""

    def decimal(value: Any) -> Decimal:
        if type(value) is int:
            return unscale_decimal(value, scale)
        return Decimal(value) if type(value) is str else Decimal(f"{value:.15g}").scaleb(-scale)

    return decimal


class DeviceFloat(types.Float[Any]):
    """A REAL. NaN is refused: SQLite would silently store NULL."""

    def bind_processor(self, dialect: Dialect) -> Process:
        return skip_none(_number)

    def result_processor(self, dialect: Dialect, coltype: object) -> Process | None:
        return skip_none(lambda value: Decimal(repr(value))) if self.asdecimal else skip_none(float)


def _number(value: Any) -> float:
    number = float(value)
    if math.isnan(number):
        raise ValueError("NaN cannot be stored: use None, or a number")
    return number


class DeviceDate(types.Date):
    """YYYY-MM-DD."""

    def bind_processor(self, dialect: Dialect) -> Process:
        return skip_none(lambda value: date(value.year, value.month, value.day).isoformat())

    def literal_processor(self, dialect: Dialect) -> Process:
        return _quoted(self.bind_processor(dialect))

    def result_processor(self, dialect: Dialect, coltype: object) -> Process:
        return skip_none(date.fromisoformat)


class DeviceTime(types.Time):
    """HH:MM:SS.ffffff."""

    def bind_processor(self, dialect: Dialect) -> Process:
        return skip_none(format_time)

    def literal_processor(self, dialect: Dialect) -> Process:
        return _quoted(format_time)

    def result_processor(self, dialect: Dialect, coltype: object) -> Process:
        return skip_none(time.fromisoformat)


class DeviceDateTime(types.DateTime):
    """YYYY-MM-DD HH:MM:SS.ffffff, in UTC when the column is aware; text order is time order."""

    def bind_processor(self, dialect: Dialect) -> Process:
        aware = self.timezone
        return skip_none(lambda value: format_moment(_at_midnight(value, aware), aware=aware))

    def literal_processor(self, dialect: Dialect) -> Process:
        return _quoted(self.bind_processor(dialect))

    def result_processor(self, dialect: Dialect, coltype: object) -> Process:
        zone = UTC if self.timezone else None
        return skip_none(lambda value: datetime.fromisoformat(value).replace(tzinfo=zone))


def _at_midnight(value: date, aware: bool) -> datetime:
    if isinstance(value, datetime):
        return value
    return datetime(value.year, value.month, value.day, tzinfo=UTC if aware else None)


class DeviceInterval(NativeForEmulated, _AbstractInterval):
    """Whole microseconds."""

    __visit_name__ = "interval"
    native = True

    @classmethod
    def adapt_emulated_to_native(cls, impl: Any, **kw: Any) -> DeviceInterval:
        return cls()

    def bind_processor(self, dialect: Dialect) -> Process:
        return count_microseconds

    def literal_processor(self, dialect: Dialect) -> Process:
        return lambda value: str(count_microseconds(value))

    def result_processor(self, dialect: Dialect, coltype: object) -> Process:
        return skip_none(lambda value: timedelta(microseconds=value))


class DeviceUuid(types.Uuid[Any]):
    """Lower-case text with dashes."""

    def bind_processor(self, dialect: Dialect) -> Process:
        return skip_none(lambda value: str(value if isinstance(value, UUID) else UUID(str(value))))

    def literal_processor(self, dialect: Dialect) -> Process:
        return _quoted(self.bind_processor(dialect))


class DeviceEnum(types.Enum):
    """The label, as text. One that the enum does not have is refused: what has it could not be read again."""

    def bind_processor(self, dialect: Dialect) -> Process:
        process: Process = super().bind_processor(dialect)  # type: ignore[no-untyped-call]
        labels = frozenset(self.enums)

        def check(value: Any) -> Any:
            label = process(value)
            if label not in labels:
                raise ValueError(f"a label that the enum does not have: use one of {', '.join(self.enums)}")
            return label

        return skip_none(check)

    def literal_processor(self, dialect: Dialect) -> Process:
        return _quoted(self.bind_processor(dialect))


class DeviceChar(types.CHAR):
    """Text without the spaces at its end: to PostgreSQL they are no part of a char(n)."""

    def bind_processor(self, dialect: Dialect) -> Process:
        return skip_none(lambda value: str(value).rstrip(" "))

    def literal_processor(self, dialect: Dialect) -> Process:
        return _quoted(self.bind_processor(dialect))


class DeviceDomain(postgresql.DOMAIN):
    """A domain is stored as its base; the rule that it adds is the server's to judge."""

    def bind_processor(self, dialect: Dialect) -> Process | None:
        return self.data_type.dialect_impl(dialect).bind_processor(dialect)

    def literal_processor(self, dialect: Dialect) -> Process | None:
        return self.data_type.dialect_impl(dialect).literal_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Process | None:
        return self.data_type.dialect_impl(dialect).result_processor(dialect, coltype)


class DeviceJson(types.JSON[Any]):
    """The text of the document."""


class DeviceArray(types.ARRAY[Any]):
    """The text of a JSON array of the items' wire values."""

    def bind_processor(self, dialect: Dialect) -> Process:
        codec = codec_for(types.ARRAY(self.item_type))
        outward = _decorated(self.item_type, dialect, "process_bind_param")
        return skip_none(lambda value: codec.wire_from_python([outward(each) for each in value]))

    def literal_processor(self, dialect: Dialect) -> Process:
        return _quoted(self.bind_processor(dialect))

    def result_processor(self, dialect: Dialect, coltype: object) -> Process:
        codec: Codec = codec_for(types.ARRAY(self.item_type))
        inward = _decorated(self.item_type, dialect, "process_result_value")
        collect: Callable[[Any], Any] = tuple if self.as_tuple else list
        return skip_none(lambda value: collect(inward(each) for each in codec.python_from_wire(value)))


def _decorated(type_: TypeEngine[Any], dialect: Dialect, method: str) -> Process:
    if not isinstance(type_, TypeDecorator) or isinstance(type_, types.Interval):
        return lambda value: value
    process = getattr(type_, method)
    return lambda value: process(value, dialect)


def _quoted(process: Process) -> Process:
    def literal(value: Any) -> str:
        return quote_text(str(process(value)))

    return literal


def dump_json(value: object) -> str:
    """A JSON document that PostgreSQL accepts: NaN and the infinities are refused."""
    return json.dumps(value, allow_nan=False)


def decimal_type_of(type_: TypeEngine[Any], dialect: Dialect) -> types.Numeric[Any] | None:
    """The decimal type that an expression of this type carries, if it does."""
    found = resolve_type(type_, dialect)
    return found if isinstance(found, types.Numeric) else None


DEVICE_TYPES: dict[type[Any], type[Any]] = {
    types.Numeric: DeviceNumeric,
    types.Float: DeviceFloat,
    types.Date: DeviceDate,
    types.Time: DeviceTime,
    types.DateTime: DeviceDateTime,
    types.TIMESTAMP: DeviceDateTime,
    types.Interval: DeviceInterval,
    postgresql.INTERVAL: DeviceInterval,
    types.CHAR: DeviceChar,
    types.Enum: DeviceEnum,
    types.Uuid: DeviceUuid,
    types.JSON: DeviceJson,
    types.ARRAY: DeviceArray,
    postgresql.DOMAIN: DeviceDomain,
}
