"""Kinds of key: what PostgreSQL calls it, what Python holds, and how one key is written in several ways.

Not among them, as the engine refuses them in a key: bit(n), varbit and inet, which no class carries, and citext, whose
comparison is an extension's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CHAR,
    REAL,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Enum,
    Float,
    Interval,
    LargeBinary,
    Numeric,
    String,
    Text,
    Time,
    Uuid,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = ("", "F", "EU", "abc", "A", "a", "é", "'", "F F", "%", "\\", "0")
NUMBERS = len(WORDS)
TYPES = (
    "CREATE DOMAIN oracle.strange_code AS varchar(9)",
    "CREATE TYPE oracle.strange_word AS ENUM ("
    + ", ".join("'" + word.replace("'", "''") + "'" for word in WORDS)
    + ")",
)
CASELESS = "CREATE COLLATION oracle.caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
WITHOUT_ICU = 'CREATE COLLATION oracle.caseless FROM "C"'


@dataclass(frozen=True)
class Kind:
    """`at`: the value number n; `spellings`: how SQL may write it; `read`: how SQL shows it; `show`: how we do; `same`:
    equal for two that are one key to PostgreSQL, given as they are shown."""

    sql: str
    python: type
    declared: Any
    at: Callable[[int], Any]
    spellings: Callable[[int], tuple[str, ...]]
    read: str = "{}::text"
    show: Callable[[Any], str] = str
    same: Callable[[str], str] = str


def _words(n: int) -> tuple[str, ...]:
    return (WORDS[n],)


def _zoned(n: int) -> tuple[str, ...]:
    moment = START + timedelta(hours=n, microseconds=n)
    return tuple((moment + timedelta(hours=h)).strftime(f"%Y-%m-%d %H:%M:%S.%f+{h:02d}") for h in (0, 5))


def _in_cases(n: int) -> tuple[str, ...]:
    return (WORDS[n], WORDS[n].upper(), WORDS[n].lower())


def _float(n: int) -> float:
    """Nothing is a number with two signs, and one key."""
    return n + 0.5 if n else 0.0


def _floats(n: int) -> tuple[str, ...]:
    return (f"{n}.5", f"{n}5e-1") if n else ("0", "-0")


KINDS = (
    Kind("char(3)", str, CHAR(3), lambda n: WORDS[n], lambda n: (WORDS[n], WORDS[n].ljust(3)), show=str.rstrip),
    Kind("text", str, Text(), lambda n: WORDS[n], _words),
    Kind("varchar(4)", str, String(4), lambda n: WORDS[n], _words),
    Kind("oracle.strange_code", str, Text(), lambda n: WORDS[n], _words),
    Kind('text COLLATE "C"', str, Text(), lambda n: WORDS[n], _words),
    Kind("text COLLATE oracle.caseless", str, Text(), lambda n: WORDS[n], _in_cases, same=str.lower),
    Kind("oracle.strange_word", str, Enum(*WORDS, name="strange_word", schema="oracle"), lambda n: WORDS[n], _words),
    Kind(
        "numeric(8,2)", Decimal, Numeric(8, 2), lambda n: Decimal(n) + Decimal("0.5"),
        lambda n: (f"{n}.5", f"{n}.50", f"0{n}.500"), show=lambda v: f"{v:.2f}",
    ),
    Kind(
        "numeric", Decimal, Numeric(), lambda n: Decimal(n) + Decimal("0.5"),
        lambda n: (f"{n}.5", f"{n}.50", f"0{n}.500"), same=lambda shown: str(Decimal(shown).normalize()),
    ),
    Kind(
        "timestamptz", datetime, DateTime(timezone=True), lambda n: START + timedelta(hours=n, microseconds=n), _zoned,
        "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
        lambda v: v.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"),
    ),
    Kind(
        "timestamp", datetime, DateTime(), lambda n: datetime(2026, 3, n + 1, 2, 30),
        lambda n: (f"2026-03-{n + 1:02d} 02:30", f"{n + 1} Mar 2026 2:30 AM"),
    ),
    Kind("time", time, Time(), lambda n: time(n, 0, 1), lambda n: (f"{n}:00:01", f"{n:02d}0001"), show=time.isoformat),
    Kind(
        "interval", timedelta, Interval(), lambda n: timedelta(days=n), lambda n: (f"{n} days", f"{24 * n} hours"),
        "(extract(epoch FROM {}) * 1000000)::bigint::text", lambda v: str(v // timedelta(microseconds=1)),
    ),
    Kind("date", date, Date(), lambda n: date(2026, 2, n + 1), lambda n: (f"2026-02-{n + 1:02d}", f"{n + 1} Feb 2026")),
    Kind("bytea", bytes, LargeBinary(), lambda n: bytes([n, 0]), lambda n: (f"\\x{n:02x}00",),
         "encode({}, 'hex')", bytes.hex),
    Kind("uuid", UUID, Uuid(), lambda n: UUID(int=0xABC << 8 | n),
         lambda n: (str(UUID(int=0xABC << 8 | n)), str(UUID(int=0xABC << 8 | n)).upper())),
    Kind("double precision", float, Float(53), _float, _floats, "({} + 0)::text", lambda v: f"{v:g}"),
    Kind("real", float, REAL(), _float, _floats, "({} + 0)::text", lambda v: f"{v:g}"),
    Kind("bigint", int, BigInteger(), lambda n: 2**53 + n, lambda n: (str(2**53 + n),)),
    Kind("boolean", bool, Boolean(), lambda n: n % 2 == 0, lambda n: ("no", "f") if n % 2 else ("yes", "on"),
         show=lambda v: str(v).lower()),
)  # fmt: skip
