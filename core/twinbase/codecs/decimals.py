"""Decimals: text on the wire, and a scaled integer or text on the device."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache
from typing import Any

from twinbase.codecs.codec import Codec, kind_of
from twinbase.codecs.numbers import cast_to, hash_text_sql, keep_column

SCALED_DIGITS_MAX = 18
"""Decimals up to this precision are integers on the device: 10^18 < 2^63."""

_EXACT = Context(prec=200_000)
_DECIMAL = re.compile(r"-?([0-9]+)(?:\.([0-9]+))?", re.ASCII)


@cache
def decimal_codec(precision: int | None, scale: int | None) -> Codec:
    """A decimal as text on the wire; an integer, scaled by 10^scale, on the device if it fits, else text."""
    if precision is None:
        return _decimal_text("numeric", 131_072, 16_383, None)
    scale = scale or 0
    name = f"numeric({precision},{scale})"
    if precision > SCALED_DIGITS_MAX or scale < 0:
        return _decimal_text(name, precision - scale, max(scale, 0), (precision, scale))
    text, scaled = _text_of_scaled(scale), _scaled_of_text(scale)
    return Codec(
        name,
        "INTEGER",
        _as_text,
        cast_to("numeric"),
        keep_column,
        _check_decimal(max(precision - scale, 0), scale, name),
        python_from_wire=_python_from_decimal,
        wire_from_python=lambda value: text(scale_decimal(value, precision, scale)),
        wire_to_storage=scaled,
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
        hash_text_sql,
        _check_decimal(digits, decimals, name),
        python_from_wire=_python_from_decimal,
        wire_from_python=lambda value: format_decimal(value if limits is None else round_decimal(value, *limits)),
        guard_sql=_decimal_guard,
        direct=False,
    )


def _decimal_of(value: Any) -> Decimal:
    number = value if isinstance(value, Decimal) else Decimal(repr(value) if isinstance(value, float) else value)
    if not number.is_finite():
        raise ValueError(f"{number} cannot be carried: use None, or a finite number")
    return number


def format_decimal(value: object) -> str | None:
    """A decimal as PostgreSQL prints it: no exponent, no negative zero, its own number of decimals."""
    if value is None:
        return None
    number = _decimal_of(value)
    return format(number if number else number.copy_abs(), "f")


def scale_decimal(value: object, precision: int, scale: int) -> int | None:
    """A decimal times 10^scale, rounded half away from zero as PostgreSQL does on assignment."""
    if value is None:
        return None
    scaled = int(_decimal_of(value).scaleb(scale, _EXACT).to_integral_value(ROUND_HALF_UP, _EXACT))
    if abs(scaled) >= 10**precision:
        raise ValueError(f"{value} has too many digits for numeric({precision},{scale})")
    return scaled


def unscale_decimal(scaled: int, scale: int) -> Decimal:
    """The decimal that `scaled` stands for, with `scale` decimals."""
    return Decimal(scaled).scaleb(-scale, _EXACT)


def _text_of_scaled(scale: int) -> Callable[[int | None], str | None]:
    def text(scaled: int | None) -> str | None:
        if scaled is None or not scale:
            return None if scaled is None else str(scaled)
        digits = str(abs(scaled)).rjust(scale + 1, "0")
        return f"{'-' if scaled < 0 else ''}{digits[:-scale]}.{digits[-scale:]}"

    return text


def _scaled_of_text(scale: int) -> Callable[[str | None], int | None]:
    point = slice(-scale - 1, -scale)

    def scaled(text: str | None) -> int | None:
        if text is None:
            return None
        if text[point] == ".":  # as PostgreSQL prints it: this is the hot path of a first sync
            return int(text.replace(".", ""))
        whole, _, decimals = text.partition(".")
        if len(decimals) > scale:
            raise ValueError(f"{text} has more than {scale} decimals")
        return int(whole + decimals.ljust(scale, "0"))

    return parse_integer if not scale else scaled


def parse_integer(text: str | None) -> int | None:
    """A whole decimal is its own scaled integer."""
    return None if text is None else int(text)


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


def _python_from_decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)


def round_decimal(value: object, precision: int, scale: int) -> Decimal | None:
    """A decimal with exactly `scale` decimals, rounded half away from zero as PostgreSQL does on assignment."""
    if value is None:
        return None
    number = _decimal_of(value).quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, _EXACT)
    if number.copy_abs() >= Decimal(10).scaleb(precision - scale - 1, _EXACT):
        raise ValueError(f"{value} has too many digits for numeric({precision},{scale})")
    return number
