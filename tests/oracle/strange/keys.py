"""Kinds of key: what PostgreSQL calls it, what Python holds, and how one key is written in several ways."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CHAR, Date, DateTime, Float, LargeBinary, Numeric, Text, Uuid

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Kind:
    """`at`: the value number n; `spellings`: how SQL may write it; `read`: how SQL shows it; `show`: how we do."""

    sql: str
    python: type
    declared: Any
    at: Callable[[int], Any]
    spellings: Callable[[int], tuple[str, ...]]
    read: str = "{}::text"
    show: Callable[[Any], str] = str


def _zoned(n: int) -> tuple[str, ...]:
    moment = START + timedelta(hours=n, microseconds=n)
    return tuple((moment + timedelta(hours=h)).strftime(f"%Y-%m-%d %H:%M:%S.%f+{h:02d}") for h in (0, 5))


WORDS = ("", "F", "EU", "abc", "A", "a", "é", "'", "F F", "%", "\\", "0")

KINDS = (
    Kind("char(3)", str, CHAR(3), lambda n: WORDS[n], lambda n: (WORDS[n], WORDS[n].ljust(3)), show=str.rstrip),
    Kind("text", str, Text(), lambda n: WORDS[n], lambda n: (WORDS[n],)),
    Kind("strange_code", str, Text(), lambda n: WORDS[n], lambda n: (WORDS[n],)),
    Kind(
        "numeric(8,2)", Decimal, Numeric(8, 2), lambda n: Decimal(n) + Decimal("0.5"),
        lambda n: (f"{n}.5", f"{n}.50", f"0{n}.500"), show=lambda v: f"{v:.2f}",
    ),
    Kind(
        "timestamptz", datetime, DateTime(timezone=True), lambda n: START + timedelta(hours=n, microseconds=n), _zoned,
        "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
        lambda v: v.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"),
    ),
    Kind("date", date, Date(), lambda n: date(2026, 2, n + 1), lambda n: (f"2026-02-{n + 1:02d}", f"{n + 1} Feb 2026")),
    Kind("bytea", bytes, LargeBinary(), lambda n: bytes([n, 0]), lambda n: (f"\\x{n:02x}00",),
         "encode({}, 'hex')", bytes.hex),
    Kind("uuid", UUID, Uuid(), lambda n: UUID(int=0xABC << 8 | n),
         lambda n: (str(UUID(int=0xABC << 8 | n)), str(UUID(int=0xABC << 8 | n)).upper())),
    Kind("double precision", float, Float(53), lambda n: n + 0.5, lambda n: (f"{n}.5", f"{n}5e-1"),
         show=lambda v: f"{v:g}"),
)  # fmt: skip
NUMBERS = len(WORDS)
