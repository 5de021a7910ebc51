"""A column's type as Python writes it: what goes into `Column(…)`, and what a session gives."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import types
from sqlalchemy.dialects import postgresql

from twinbase.codecs import NoCodec, codec_for
from twinbase_server.cli.reflecting.found import FoundColumn

SQLALCHEMY = (
    "ARRAY", "CHAR", "REAL", "BigInteger", "Boolean", "Column", "Date", "DateTime", "Double", "Enum", "FetchedValue",
    "ForeignKeyConstraint", "Identity", "Integer", "Interval", "JSON", "LargeBinary", "MetaData", "Numeric",
    "SmallInteger", "String", "Text", "Time", "Uuid", "text",
)  # fmt: skip
POSTGRESQL = ("CITEXT", "JSONB")
PYTHON = {
    "datetime": ("date", "datetime", "time", "timedelta"),
    "decimal": ("Decimal",),
    "typing": ("Any",),
    "uuid": ("UUID", "uuid4"),
}
# PostgreSQL's own, of which SQLAlchemy thinks that they are ordinary texts.
_NO_TEXTS = ('"char"', "bpchar")
_PLAIN: tuple[tuple[type[Any], str, str], ...] = (
    (postgresql.CITEXT, "CITEXT()", "str"),
    (types.Boolean, "Boolean()", "bool"),
    (types.SmallInteger, "SmallInteger()", "int"),
    (types.BigInteger, "BigInteger()", "int"),
    (types.Integer, "Integer()", "int"),
    (types.REAL, "REAL()", "float"),
    (types.Float, "Double()", "float"),
    (types.Date, "Date()", "date"),
    (types.Interval, "Interval()", "timedelta"),
    (postgresql.INTERVAL, "Interval()", "timedelta"),
    (types.Uuid, "Uuid()", "UUID"),
    (postgresql.JSONB, "JSONB(none_as_null=True)", "Any"),
    (types.JSON, "JSON(none_as_null=True)", "Any"),
    (types.LargeBinary, "LargeBinary()", "bytes"),
    (postgresql.BYTEA, "LargeBinary()", "bytes"),
)


@dataclass(frozen=True)
class WrittenType:
    """`source` is what constructs it, `annotation` what Python calls its values."""

    source: str
    annotation: str


def write_type(column: FoundColumn) -> WrittenType | None:
    """How a column of this type is declared; None when no codec carries it unchanged."""
    if column.kind in _NO_TEXTS or column.several_dimensions:
        return None
    try:
        codec_for(column.type)
    except NoCodec:
        return None
    return _write(column.type)


def _write(type_: Any) -> WrittenType | None:
    """Most particular first, as the codecs look at it."""
    match type_:
        case types.Enum():
            schema = f", schema={type_.schema!r}" if type_.schema else ""
            return WrittenType(f"Enum({', '.join(map(repr, type_.enums))}, name={type_.name!r}{schema})", "str")
        case types.ARRAY():
            item = _write(type_.item_type)
            return item and WrittenType(f"ARRAY({item.source})", f"list[{item.annotation}]")
        case types.Float():
            return _plain(type_)
        case types.Numeric():
            return _decimal(type_)
        case types.DateTime():
            return WrittenType(f"DateTime(timezone={bool(type_.timezone)})", "datetime")
        case types.Time():
            return None if type_.timezone else WrittenType("Time()", "time")
        case types.CHAR():
            return WrittenType(f"CHAR({type_.length})", "str") if type_.length else None
        case types.Text() if not isinstance(type_, postgresql.CITEXT):
            return WrittenType("Text()", "str")
        case types.String() if not isinstance(type_, postgresql.CITEXT):
            return WrittenType(f"String({type_.length or ''})", "str")
    return _plain(type_)


def _plain(type_: Any) -> WrittenType | None:
    return next((WrittenType(source, name) for kind, source, name in _PLAIN if isinstance(type_, kind)), None)


def _decimal(type_: Any) -> WrittenType | None:
    if type_.precision is None:
        return WrittenType("Numeric()", "Decimal")
    scale = type_.scale or 0
    within = 0 <= scale <= type_.precision
    return WrittenType(f"Numeric({type_.precision}, {scale})", "Decimal") if within else None
