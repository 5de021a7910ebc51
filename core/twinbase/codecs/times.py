"""Dates, times, moments and durations."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from twinbase.codecs.codec import Codec, kind_of
from twinbase.codecs.numbers import keep_column

MICROSECOND = timedelta(microseconds=1)
MICROSECONDS_MAX = 106_751_991 * 86_400_000_000
"""The longest duration carried: the whole days that fit a 64-bit count of microseconds."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}", re.ASCII)
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}", re.ASCII)


def _check(pattern: re.Pattern[str], parse: Callable[[str], object], form: str) -> Callable[[object], str | None]:
    match = pattern.fullmatch

    def check(value: object) -> str | None:
        if value is None:
            return None
        if type(value) is not str:
            return f"expected text, got {kind_of(value)}"
        if not match(value):
            return f"not written as {form}"
        try:
            parse(value)
        except ValueError as error:
            return f"no such {form}: {error}"
        return None

    return check


@cache
def date_codec() -> Codec:
    """YYYY-MM-DD, years 1 to 9999."""
    return Codec(
        "date",
        "TEXT",
        keep_column,
        lambda expression: f"({expression})::date",
        keep_column,
        _check(_DATE, date.fromisoformat, "YYYY-MM-DD"),
        python_from_wire=lambda value: None if value is None else date.fromisoformat(value),
        wire_from_python=lambda value: None if value is None else value.isoformat(),
        guard_sql=lambda column: f"coalesce({column} BETWEEN '0001-01-01' AND '9999-12-31', true)",
    )


@cache
def time_codec() -> Codec:
    """HH:MM:SS.ffffff. PostgreSQL's 24:00 has no like in Python: its row is quarantined."""
    return Codec(
        "time",
        "TEXT",
        lambda column: f"to_char({column}, 'HH24:MI:SS.US')",
        lambda expression: f"({expression})::time",
        keep_column,
        _check(_TIME, time.fromisoformat, "HH:MM:SS.ffffff"),
        python_from_wire=lambda value: None if value is None else time.fromisoformat(value),
        wire_from_python=lambda value: None if value is None else format_time(value),
        guard_sql=lambda column: f"coalesce({column} < '24:00', true)",
        direct=False,
    )


def format_time(value: time) -> str:
    """HH:MM:SS.ffffff, for a time without a zone."""
    if value.tzinfo is not None:
        raise ValueError(f"{value} has a time zone, and this column holds none: use value.replace(tzinfo=None)")
    return value.isoformat("microseconds")


def format_moment(value: datetime, *, aware: bool) -> str:
    """YYYY-MM-DD HH:MM:SS.ffffff, in UTC if the column is aware."""
    if aware:
        if value.utcoffset() is None:
            raise ValueError(f"{value} has no time zone, and this column needs one: use datetime.now(UTC)")
        value = value.astimezone(UTC).replace(tzinfo=None)
    elif value.tzinfo is not None:
        raise ValueError(f"{value} has a time zone, and this column holds none: use value.replace(tzinfo=None)")
    return value.isoformat(" ", "microseconds")


@cache
def moment_codec(aware: bool) -> Codec:
    """YYYY-MM-DD HH:MM:SS.ffffff, always 26 characters so that text order is time order; UTC if aware."""
    zone = " AT TIME ZONE 'UTC'" if aware else ""

    def python(value: str | None) -> datetime | None:
        if value is None:
            return None
        return datetime.fromisoformat(value).replace(tzinfo=UTC if aware else None)

    utc = "+00" if aware else ""

    def guard(column: str) -> str:
        return f"coalesce({column} >= '0001-01-01 00:00:00{utc}' AND {column} < '10000-01-01 00:00:00{utc}', true)"

    return Codec(
        "timestamptz" if aware else "timestamp",
        "TEXT",
        lambda column: f"to_char({column}{zone}, 'YYYY-MM-DD HH24:MI:SS.US')",
        lambda expression: f"(({expression})::timestamp{zone})",
        keep_column,
        _check(_MOMENT, datetime.fromisoformat, "YYYY-MM-DD HH:MM:SS.ffffff"),
        python_from_wire=python,
        wire_from_python=lambda value: None if value is None else format_moment(value, aware=aware),
        guard_sql=guard,
        direct=False,
    )


def _duration_guard(column: str) -> str:
    return (
        f"coalesce(extract(year FROM {column}) = 0 AND extract(month FROM {column}) = 0"
        f" AND {column} BETWEEN '-106751991 days' AND '106751991 days', {column} IS NULL)"
    )


def _duration_to_wire(column: str) -> str:
    return f"CASE WHEN {_duration_guard(column)} THEN (extract(epoch FROM {column}) * 1000000)::bigint END"


def _duration_from_wire(expression: str) -> str:
    return (
        f"(make_interval(days => (({expression})::bigint / 86400000000)::integer)"
        f" + (({expression})::bigint % 86400000000) * interval '1 microsecond')"
    )


def _check_duration(value: object) -> str | None:
    if value is None or (type(value) is int and -MICROSECONDS_MAX <= value <= MICROSECONDS_MAX):
        return None
    if type(value) is not int:
        return f"expected an integer (microseconds), got {kind_of(value)}"
    return "longer than 106751991 days"


def count_microseconds(value: timedelta | None) -> int | None:
    """A duration as a whole number of microseconds."""
    if value is None:
        return None
    count: int = value // MICROSECOND
    if abs(count) > MICROSECONDS_MAX:
        raise ValueError(f"{value} is longer than 106751991 days")
    return count


@cache
def duration_codec() -> Codec:
    """Whole microseconds. An interval with months or years has no length: its row is quarantined."""
    return Codec(
        "interval",
        "INTEGER",
        _duration_to_wire,
        _duration_from_wire,
        _duration_to_wire,
        _check_duration,
        python_from_wire=lambda value: None if value is None else timedelta(microseconds=value),
        wire_from_python=count_microseconds,
        guard_sql=_duration_guard,
        direct=False,
    )
