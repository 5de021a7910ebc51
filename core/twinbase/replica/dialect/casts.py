"""Casts, parts of moments and functions, on a device: what PostgreSQL would answer, or a sentence that says no.

SQLite turns anything into anything: `CAST('12 rue' AS INTEGER)` is 12, a date becomes its year. So what is not known to
give PostgreSQL's value is refused while the statement is compiled, before anybody believes its answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Date, DateTime, Integer, String, case, func, literal_column, type_coerce, types
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import CompileError
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, Cast, ColumnElement, Extract, Null
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from twinbase.codecs.resolve import resolve_type
from twinbase.replica.dialect.column_types import scale_of

Element = ColumnElement[Any]

_KINDS: tuple[type[TypeEngine[Any]], ...] = (
    types.Enum,
    types.String,
    types.Boolean,
    types.Integer,
    types.Float,
    types.Numeric,
    types.DateTime,
    types.Date,
    types.Time,
    types.Uuid,
    types.JSON,
)
_AS_IT_IS = {
    (types.String, types.String),
    (types.Enum, types.String),
    (types.Uuid, types.String),
    (types.Date, types.String),
    (types.Integer, types.String),
    (types.Integer, types.Integer),
    (types.Integer, types.Float),
    (types.Integer, types.Numeric),
    (types.Boolean, types.Integer),
    (types.Numeric, types.Numeric),
    (types.Numeric, types.Float),
    (types.Float, types.Float),
}
"""From, to: where SQLite's cast, or that of the decimals, is PostgreSQL's."""
_UNCHANGED = {types.Boolean, types.Date, types.DateTime, types.Time, types.Uuid, types.Enum}
_OFTEN_WANTED = {
    types.Date: "compare the moments with bounds computed in Python, or take the date in Python",
    types.DateTime: "compute the moment in Python and bind it",
    types.Time: "take the time in Python",
}
_PARTS: dict[type[TypeEngine[Any]], set[str]] = {
    types.Date: {"year", "month", "day", "dow", "doy"},
    types.DateTime: {"year", "month", "day", "dow", "doy", "hour", "minute"},
    types.Time: {"hour", "minute"},
}
_ONLY_THERE = frozenset(
    "age array_agg clock_timestamp date_bin date_part date_trunc justify_days justify_hours localtime localtimestamp "
    "make_date make_interval make_time make_timestamp make_timestamptz statement_timestamp string_to_array sysdate "
    "timezone to_char to_date to_json to_jsonb to_number to_timestamp transaction_timestamp json_agg json_build_array "
    "json_build_object json_array_elements".split()
)


class NativeCast(Cast[Any]):
    """SQLite's own cast, where it is known what it is given."""

    __visit_name__ = "native_cast"
    inherit_cache = True


def kind_of_type(type_: TypeEngine[Any], dialect: Dialect) -> type[TypeEngine[Any]]:
    """What sort of value a type has, on a device."""
    found = resolve_type(type_, dialect)
    return next((kind for kind in _KINDS if isinstance(found, kind)), type(found))


def convert_for_cast(cast: Cast[Any], dialect: Dialect) -> Element | None:
    """What a cast evaluates to here; None where it can be left to SQLite. Raises CompileError for any other."""
    clause, target = cast.clause, kind_of_type(cast.type, dialect)
    source = kind_of_type(clause.type, dialect)
    if isinstance(clause, Null) or (isinstance(clause, BindParameter) and source is target):
        return None if target in (types.Numeric, types.String, types.Integer, types.Float) else clause
    if source is target and target in _UNCHANGED and _is_aware(clause, dialect) == _is_aware(cast, dialect):
        return type_coerce(clause, cast.type)
    if convert := _CONVERSIONS.get((source, target)):
        if not _is_aware(clause, dialect) and not _is_aware(cast, dialect):
            return convert(clause)
    elif (source, target) == (types.Numeric, types.Integer):
        if scale_of(resolve_type(clause.type, dialect)) is not None:
            return None
    elif (source, target) in _AS_IT_IS or (source is types.NullType and target not in _OFTEN_WANTED):
        return None
    raise CompileError(_refusal(cast, source, target, _is_aware(clause, dialect) or _is_aware(cast, dialect)))


def _refusal(cast: Any, source: type[Any], target: type[Any], aware: bool) -> str:
    what = f"{cast} cannot be computed on a device"
    if aware:
        return f"{what}, as it depends on the time zone of whoever asks: {_advice(target)}"
    return f"{what}: {_advice(target)}"


def _advice(target: type[Any]) -> str:
    return _OFTEN_WANTED.get(target, "read the value and convert it in Python")


def _is_aware(element: Any, dialect: Dialect) -> bool:
    return bool(getattr(resolve_type(element.type, dialect), "timezone", False))


def _text_of_moment(clause: Element) -> Element:
    """As PostgreSQL prints it: without the zeros, and the point, at the end of its seconds."""
    return func.rtrim(func.rtrim(type_coerce(clause, String), "0"), ".", type_=String())


_CONVERSIONS: dict[tuple[type[Any], type[Any]], Callable[[Any], Element]] = {
    (types.DateTime, types.Date): lambda clause: func.substr(type_coerce(clause, String), 1, 10, type_=Date()),
    (types.DateTime, types.Time): lambda clause: func.substr(type_coerce(clause, String), 12, type_=types.Time()),
    (types.Date, types.DateTime): lambda clause: type_coerce(
        type_coerce(clause, String) + literal_column("' 00:00:00.000000'", String), DateTime
    ),
    (types.DateTime, types.String): _text_of_moment,
    (types.Time, types.String): _text_of_moment,
    (types.Integer, types.Boolean): lambda clause: type_coerce(clause, Integer) != literal_column("0", Integer),
    (types.Boolean, types.String): lambda clause: case(
        (type_coerce(clause, Integer) == literal_column("1", Integer), literal_column("'true'", String)),
        (type_coerce(clause, Integer) == literal_column("0", Integer), literal_column("'false'", String)),
    ),
}


def refuse_extract(extract: Extract, dialect: Dialect) -> None:
    """Raise CompileError for a part of a moment that SQLite would count otherwise, or in another zone."""
    kind = kind_of_type(extract.expr.type, dialect)
    if extract.field.lower() not in _PARTS.get(kind, ()) or _is_aware(extract.expr, dialect):
        raise CompileError(f"{extract} cannot be computed on a device: read the moment and take its part in Python")


def refuse_function(function: FunctionElement[Any]) -> None:
    """Raise CompileError for a function that only PostgreSQL has."""
    name = function.name.lower()
    if name in _ONLY_THERE or name.startswith("jsonb_"):
        raise CompileError(f"{function} cannot be computed on a device: compute it in Python and bind it")


def refuse_moments(binary: BinaryExpression[Any], operator: object, dialect: Dialect) -> None:
    """Raise CompileError for arithmetic on moments, and for a date beside a moment.

    A moment is text on the device: SQLite would add it as if it were its year, and a date sorts before its midnight.
    """
    sides = {side.type._type_affinity for side in (binary.left, binary.right)}
    arithmetic = operator in _ARITHMETIC and sides & {types.DateTime, types.Date, types.Time}
    if arithmetic or (operator in _ORDER and sides == {types.DateTime, types.Date}):
        raise CompileError(f"{binary} cannot be computed on a device: compute the moment in Python and bind it")


_ARITHMETIC = {operators.add, operators.sub, operators.mul, operators.truediv, operators.mod}
_ORDER = {operators.eq, operators.ne, operators.lt, operators.le, operators.gt, operators.ge}
