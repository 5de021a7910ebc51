"""From the type of a column, as SQLAlchemy reflects it, to the canonical one."""

from typing import Any

from sqlalchemy import types
from sqlalchemy.dialects import mssql, postgresql
from sqlalchemy.types import TypeEngine

_PLAIN: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (types.Boolean, "bool"),
    (mssql.TINYINT, "int16"),
    (types.SmallInteger, "int16"),
    (types.BigInteger, "int64"),
    (types.Integer, "int32"),
    (mssql.MONEY, "decimal(19,4)"),
    (mssql.SMALLMONEY, "decimal(10,4)"),
    (types.Float, "float64"),
    (types.Uuid, "uuid"),
    (types.Date, "date"),
    (types.Time, "time"),
    (mssql.DATETIMEOFFSET, "timestamptz"),
    (mssql.TIMESTAMP, "blob"),
    (types.LargeBinary, "blob"),
    (types.BINARY, "blob"),
    (types.VARBINARY, "blob"),
    (postgresql.BYTEA, "blob"),
)


def canonical_type(reflected: TypeEngine[Any]) -> str | None:
    """The canonical type; None for one that has none (xml has: it is text; sql_variant, geography, arrays have not)."""
    if isinstance(reflected, postgresql.DOMAIN):
        reflected = reflected.data_type
    for family, name in _PLAIN:
        if isinstance(reflected, family):
            return name
    if isinstance(reflected, types.Numeric):
        return _decimal(reflected)
    if isinstance(reflected, types.DateTime):
        return "timestamptz" if reflected.timezone else "timestamp"
    if isinstance(reflected, types.String):
        return f"text({reflected.length})" if reflected.length else "text"
    return None


def _decimal(reflected: types.Numeric[Any]) -> str:
    if reflected.precision is None:
        return "decimal"
    return f"decimal({reflected.precision},{reflected.scale or 0})"
