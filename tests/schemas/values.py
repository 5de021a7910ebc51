"""Every value of a table, as PostgreSQL prints it and as a device holds it, in one form: what docs/reference/codecs.md
promises, said a second time and without a codec."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import SQLModel
from tests.schemas.ground import read_rows

from twinbase.quoting import quote_name
from twinbase.registry import Twin
from twinbase.testing.device import Device
from twinbase_server.sql.names import table_sql

Value = Any
Row = tuple[Value, ...]
_NEVER = ("infinity", "-infinity")


@dataclass(frozen=True)
class Kind:
    """How a type is asked of PostgreSQL, read from what it prints, and written from what a device gives.

    `fits`: what travels, by what PostgreSQL prints; a row with another value is set apart.
    """

    sql: str = "{}::text"
    read: Callable[[str], Value] = str
    write: Callable[[Any], Value] = str
    fits: Callable[[str], bool] = lambda printed: True


def _moment(printed: str) -> datetime:
    return datetime.fromisoformat(printed)


def _is_number(printed: str) -> bool:
    return printed != "NaN"


def _float(printed: Any) -> float:
    """SQLite keeps no sign of a zero."""
    return float(printed) + 0.0


def _is_day(printed: str) -> bool:
    """From year 1 to 9999: Python has no other."""
    return printed not in _NEVER and not printed.endswith(" BC") and len(printed.partition("-")[0]) == 4


def _is_span(printed: str) -> bool:
    """Months have no length; the rest is in microseconds, as far as 64 bits go."""
    months, _, micros = printed.partition("/")
    return months == "0" and abs(int(Decimal(micros))) < 2**63


def _items(value: Any) -> Value:
    return [_item(each) for each in value]


def _item(each: Any) -> Value:
    return each.isoformat() if isinstance(each, date) else Decimal(repr(each)) if isinstance(each, float) else each


def _list(printed: str) -> Value:
    return json.loads(printed, parse_float=Decimal)


def _is_flat(printed: str) -> bool:
    return not any(isinstance(each, list) or each in ("NaN", "infinity") for each in json.loads(printed))


_SPAN = "(extract(year FROM {0}) * 12 + extract(month FROM {0}))::int || '/' || (extract(epoch FROM {0}) * 1000000)"
KINDS: dict[str, Kind] = {
    "boolean": Kind(write=lambda value: "true" if value else "false"),
    "numeric": Kind(write=lambda value: format(value, "f"), fits=_is_number),
    "real": Kind(read=_float, write=_float, fits=_is_number),
    "double precision": Kind(read=_float, write=_float, fits=_is_number),
    "date": Kind(write=lambda value: value.isoformat(), fits=_is_day),
    "time without time zone": Kind(read=time.fromisoformat, write=lambda v: v, fits=lambda v: not v.startswith("24")),
    "timestamp without time zone": Kind(read=_moment, write=lambda value: value, fits=_is_day),
    "timestamp with time zone": Kind(read=_moment, write=lambda value: value, fits=_is_day),
    "interval": Kind(
        _SPAN,
        lambda printed: round(Decimal(printed.partition("/")[2])),
        lambda value: value // timedelta(microseconds=1),
        _is_span,
    ),
    "json": Kind(read=json.loads, write=lambda value: value),
    "jsonb": Kind(read=json.loads, write=lambda value: value),
    "bytea": Kind(read=lambda printed: bytes.fromhex(printed.removeprefix(r"\x")), write=bytes),
    "[]": Kind("array_to_json({})::text", _list, _items, _is_flat),
}


def kind_of(type_: str) -> Kind:
    """By the name of the type as the catalog has it, without domain and modifier."""
    return KINDS.get("[]" if type_.endswith("[]") else type_, Kind())


async def printed_rows(url: str, twin: Twin) -> tuple[list[Row], int]:
    """The rows that a device must have, and how many are set apart: PostgreSQL's own text, in UTC, read by rule."""
    kinds = await find_kinds(url, twin)
    asked = ", ".join(kind.sql.format(quote_name(name)) for name, kind in kinds.items())
    printed = await read_rows(url, f"SELECT {asked} FROM {table_sql(twin.table)}")
    used = list(kinds.values())
    whole = [row for row in printed if all(v is None or k.fits(v) for k, v in zip(used, row, strict=True))]
    rows = [tuple(v if v is None else k.read(v) for k, v in zip(used, row, strict=True)) for row in whole]
    return sorted(rows, key=repr), len(printed) - len(whole)


async def held_rows(url: str, device: Device, twin: Twin) -> list[Row]:
    """The rows that a device has, through an ordinary session."""
    kinds = await find_kinds(url, twin)
    return sorted((_held(twin, row, kinds) for row in await device.all(twin.model)), key=repr)


def _held(twin: Twin, row: SQLModel, kinds: Mapping[str, Kind]) -> Row:
    values = {name: getattr(row, twin.attribute_of(name)) for name in kinds}
    return tuple(value if value is None else kinds[name].write(value) for name, value in values.items())


async def find_kinds(url: str, twin: Twin) -> dict[str, Kind]:
    """How the values of each column that travels are compared."""
    types = {row["name"]: row["type"] for row in await read_rows(url, _TYPES, twin.schema, str(twin.table.name))}
    return {name: kind_of(types[name]) for name in twin.columns}


_TYPES = """
WITH RECURSIVE typed (name, type) AS (
    SELECT a.attname, a.atttypid FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT d.name, t.typbasetype FROM typed d JOIN pg_type t ON t.oid = d.type WHERE t.typtype = 'd'
)
SELECT name::text AS name, format_type(d.type, NULL) AS type FROM typed d JOIN pg_type t ON t.oid = d.type
WHERE t.typtype <> 'd'
"""
