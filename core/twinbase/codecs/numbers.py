"""Integers, booleans and floats."""

from __future__ import annotations

import struct
from functools import cache
from typing import Any

from twinbase.codecs.codec import Codec, Rewrite, kind_of

_INTEGERS = {16: "smallint", 32: "integer", 64: "bigint"}
_WORDS = {"Infinity": float("inf"), "-Infinity": float("-inf")}
_WORD_OF = {value: word for word, value in _WORDS.items()}


def keep_column(sql_column: str) -> str:
    """A column that PostgreSQL's JSON functions print as its wire value."""
    return sql_column


def cast_to(sql_type: str) -> Rewrite:
    """A rewrite that casts the text of a wire value."""
    return lambda expression: f"({expression})::{sql_type}"


def hash_text_sql(sql_column: str) -> str:
    """Text, hashed byte by byte whatever the collation says is equal."""
    return f'({sql_column}::text COLLATE "C")'


@cache
def integer_codec(bits: int) -> Codec:
    """smallint, integer or bigint: a JSON number, an INTEGER."""
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1

    def check(value: object) -> str | None:
        if value is None or (type(value) is int and low <= value <= high):
            return None
        if type(value) is not int:
            return f"expected an integer, got {kind_of(value)}"
        return f"out of range for {_INTEGERS[bits]} ({low} to {high})"

    sql = _INTEGERS[bits]
    return Codec(sql, "INTEGER", keep_column, cast_to(sql), keep_column, check)


def _check_boolean(value: object) -> str | None:
    if value is None or value is True or value is False:
        return None
    return f"expected true or false, got {kind_of(value)}"


def _boolean_from_storage(value: int | None) -> bool | None:
    return None if value is None else bool(value)


@cache
def boolean_codec() -> Codec:
    """true/false on the wire, 1/0 in SQLite (Python binds a bool as that)."""
    return Codec(
        "boolean",
        "INTEGER",
        keep_column,
        cast_to("boolean"),
        keep_column,
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
def float_codec(single: bool = False) -> Codec:
    """A JSON number, "Infinity" or "-Infinity"; a REAL. -0.0 travels as 0.0: SQLite's files do not keep its sign."""
    sql = "real" if single else "double precision"
    return Codec(
        sql,
        "REAL",
        _without_negative_zero,
        cast_to(sql),
        keep_column,
        _check_real if single else _check_double,
        python_from_wire=_python_from_float,
        wire_from_python=_python_to_float,
        wire_to_storage=_float_from_wire,
        storage_to_wire=_float_to_wire,
        guard_sql=_float_guard,
        direct=False,
    )
