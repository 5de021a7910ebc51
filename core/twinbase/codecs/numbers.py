"""Integers, booleans, floats and decimals."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache
from typing import Any

from twinbase.codecs.codec import Codec, Rewrite, kind_of

SCALED_DIGITS_MAX = 18
"""Decimals up to this precision are integers on the device: 10^18 < 2^63."""

_INTEGERS = {16: "smallint", 32: "integer", 64: "bigint"}
_EXACT = Context(prec=200_000)
_DECIMAL = re.compile(r"-?([0-9]+)(?:\.([0-9]+))?", re.ASCII)
_WORDS = {"Infinity": float("inf"), "-Infinity": float("-inf")}
_WORD_OF = {value: word for word, value in _WORDS.items()}


def itself(sql_column: str) -> str:
    """A column that PostgreSQL's JSON functions print as its wire value."""
    return sql_column


def cast_to(sql_type: str) -> Rewrite:
    """A rewrite that casts the text of a wire value."""
    return lambda expression: f"({expression})::{sql_type}"


@cache
def integer(bits: int) -> Codec:
    """smallint, integer or bigint: a JSON number, an INTEGER."""
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1

    def check(value: object) -> str | None:
        if value is None or (type(value) is int and low <= value <= high):
            return None
        if type(value) is not int:
            return f"expected an integer, got {kind_of(value)}"
        return f"out of range for {_INTEGERS[bits]} ({low} to {high})"

    sql = _INTEGERS[bits]
    return Codec(sql, "INTEGER", itself, cast_to(sql), itself, check)


def _check_boolean(value: object) -> str | None:
    if value is None or value is True or value is False:
        return None
    return f"expected true or false, got {kind_of(value)}"


def _boolean_from_storage(value: int | None) -> bool | None:
    return None if value is None else bool(value)


@cache
def boolean() -> Codec:
    """true/false on the wire, 1/0 in SQLite (Python binds a bool as that)."""
    return Codec(
        "boolean",
        "INTEGER",
        itself,
        cast_to("boolean"),
        itself,
        _check_boolean,
        storage_to_wire=_boolean_from_storage,
    )


def _float_from_wire(value: Any) -> Any:
    return _WORDS[value] if type(value) is str else value


def _float_to_wire(value: Any) -> Any:
    return _WORD_OF.get(value, value)


def _python_from_float(value: Any) -> float | None:
    return None if value is None else float(_float_from_wire(value))


def _python_to_float(value: Any) -> Any:
    if value is not None and value != value:
        raise ValueError("NaN cannot be carried: use None, or a number")
    return None if value is None else _float_to_wire(float(value) + 0.0)


def _check_double(value: object) -> str | None:
    if type(value) is float:
        return None if value - value == 0.0 else "not a JSON number: send Infinity as text, and never NaN"
    if value is None or (type(value) is str and value in _WORDS):
        return None
    if type(value) is not int:
        return f"expected a number, got {kind_of(value)}"
    return None if abs(value) < 1 << 1023 else "out of range for double precision"


def _check_real(value: object) -> str | None:
    wrong = _check_double(value)
    if wrong or not isinstance(value, (int, float)) or not value:
        return wrong
    try:
        small = struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return "out of range for real"
    return None if small else "too small for real"


def _float_guard(sql_column: str) -> str:
    return f"coalesce({sql_column} <> 'NaN', true)"


def _without_negative_zero(sql_column: str) -> str:
    return f"({sql_column} + '0')"


@cache
def floating(single: bool = False) -> Codec:
    """A JSON number, "Infinity" or "-Infinity"; a REAL. -0.0 travels as 0.0: SQLite's files do not keep its sign."""
    sql = "real" if single else "double precision"
    return Codec(
        sql,
        "REAL",
        _without_negative_zero,
        cast_to(sql),
        itself,
        _check_real if single else _check_double,
        python_from_wire=_python_from_float,
        wire_from_python=_python_to_float,
        wire_to_storage=_float_from_wire,
        storage_to_wire=_float_to_wire,
        guard_sql=_float_guard,
        direct=False,
    )


def _decimal_of(value: Any) -> Decimal:
    number = value if isinstance(value, Decimal) else Decimal(repr(value) if isinstance(value, float) else value)
    if not number.is_finite():
        raise ValueError(f"{number} cannot be carried: use None, or a finite number")
    return number


def plain(value: Any) -> str | None:
    """A decimal as PostgreSQL prints it: no exponent, no negative zero, its own number of decimals."""
    if value is None:
        return None
    number = _decimal_of(value)
    return format(number if number else number.copy_abs(), "f")


def scaled(value: Any, precision: int, scale: int) -> int | None:
    """A decimal times 10^scale, rounded half away from zero as PostgreSQL does on assignment."""
    if value is None:
        return None
    units = int(_decimal_of(value).scaleb(scale, _EXACT).to_integral_value(ROUND_HALF_UP, _EXACT))
    if abs(units) >= 10**precision:
        raise ValueError(f"{value} has too many digits for numeric({precision},{scale})")
    return units


def unscaled(units: int, scale: int) -> Decimal:
    """The decimal that `units` stands for, with `scale` decimals."""
    return Decimal(units).scaleb(-scale, _EXACT)


def _text_of_units(scale: int) -> Callable[[int | None], str | None]:
    def text(units: int | None) -> str | None:
        if units is None or not scale:
            return None if units is None else str(units)
        digits = str(abs(units)).rjust(scale + 1, "0")
        return f"{'-' if units < 0 else ''}{digits[:-scale]}.{digits[-scale:]}"

    return text


def _units_of_text(scale: int) -> Callable[[str | None], int | None]:
    def units(text: str | None) -> int | None:
        if text is None:
            return None
        whole, _, decimals = text.partition(".")
        if len(decimals) > scale:
            raise ValueError(f"{text} has more than {scale} decimals")
        return int(whole + decimals.ljust(scale, "0"))

    return units


def _check_decimal(digits_max: int, decimals_max: int, name: str) -> Callable[[object], str | None]:
    match = _DECIMAL.fullmatch

    def check(value: object) -> str | None:
        if value is None:
            return None
        if type(value) is not str:
            return f"expected a decimal number as text, got {kind_of(value)}"
        found = match(value)
        if not found:
            return "not a decimal number (digits, with a point if there are decimals)"
        if len(found[2] or "") > decimals_max:
            return f"more than {decimals_max} decimals for {name}"
        return None if len(found[1].lstrip("0")) <= digits_max else f"too many digits for {name}"

    return check


def _decimal_guard(sql_column: str) -> str:
    return f"coalesce({sql_column} NOT IN ('NaN', 'Infinity', '-Infinity'), true)"


def _as_text(sql_column: str) -> str:
    return f"{sql_column}::text"


def text_hash(sql_column: str) -> str:
    """Text, hashed byte by byte whatever the collation says is equal."""
    return f'({sql_column}::text COLLATE "C")'


def _python_from_decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)


@cache
def decimal(precision: int | None, scale: int | None) -> Codec:
    """A decimal as text on the wire; an integer of 10^-scale units on the device if it fits, else text."""
    if precision is None:
        return _decimal_text("numeric", 131_072, 16_383, None)
    scale = scale or 0
    name = f"numeric({precision},{scale})"
    if precision > SCALED_DIGITS_MAX or scale < 0:
        return _decimal_text(name, precision - scale, max(scale, 0), (precision, scale))
    text, units = _text_of_units(scale), _units_of_text(scale)
    return Codec(
        name,
        "INTEGER",
        _as_text,
        cast_to("numeric"),
        itself,
        _check_decimal(max(precision - scale, 0), scale, name),
        python_from_wire=_python_from_decimal,
        wire_from_python=lambda value: text(scaled(value, precision, scale)),
        wire_to_storage=units,
        storage_to_wire=text,
        guard_sql=_decimal_guard,
        direct=False,
    )


def _decimal_text(name: str, digits: int, decimals: int, limits: tuple[int, int] | None) -> Codec:
    return Codec(
        name,
        "TEXT",
        _as_text,
        cast_to("numeric"),
        text_hash,
        _check_decimal(digits, decimals, name),
        python_from_wire=_python_from_decimal,
        wire_from_python=lambda value: plain(value if limits is None else rounded(value, *limits)),
        guard_sql=_decimal_guard,
        direct=False,
    )


def rounded(value: Any, precision: int, scale: int) -> Decimal | None:
    """A decimal with exactly `scale` decimals, rounded half away from zero as PostgreSQL does on assignment."""
    if value is None:
        return None
    number = _decimal_of(value).quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, _EXACT)
    if number.copy_abs() >= Decimal(10).scaleb(precision - scale - 1, _EXACT):
        raise ValueError(f"{value} has too many digits for numeric({precision},{scale})")
    return number
