"""From a SQLAlchemy type to its codec."""

from __future__ import annotations

from typing import Any

from sqlalchemy import types
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

from twinbase.codecs import decimals, numbers, structures, text, times
from twinbase.codecs.codec import Codec, NoCodec

_SERVER: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
_DEVICE: Dialect = sqlite.dialect()
_PLAIN_ITEMS = (types.String, types.Integer, types.Boolean)


def codec_for(type_: TypeEngine[Any]) -> Codec:
    """The codec of a column type; raises NoCodec, which says what to use instead, if it cannot be carried."""
    server = server_type(type_)
    _refuse_other_device_kind(type_, server)
    return _codec(server)


def server_type(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    """What the type is on PostgreSQL: variants chosen, decorators and domains taken off."""
    return resolve_type(type_, _SERVER)


def resolve_type(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    """What the type is on a dialect: variants chosen, decorators taken off, a domain's base in place of the domain."""
    found = _variant(type_, dialect)
    while (inner := _inside(found, dialect)) is not None:
        found = _variant(inner, dialect)
    return found


def _inside(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any] | None:
    if isinstance(type_, postgresql.DOMAIN):
        return type_.data_type
    if isinstance(type_, types.TypeDecorator) and not isinstance(type_, types.Interval):
        return type_.load_dialect_impl(dialect)
    return None


def _variant(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return type_._variant_mapping.get(dialect.name, type_)


def _refuse_other_device_kind(type_: TypeEngine[Any], server: TypeEngine[Any]) -> None:
    """A type that says "something else on SQLite" would read what the codec stored in another form."""
    device = resolve_type(type_, _DEVICE)
    if _family(device) is _family(server):
        return
    if isinstance(server, types.ARRAY) and isinstance(device, types.JSON) and device.none_as_null:
        if isinstance(server_type(server.item_type), _PLAIN_ITEMS) and not isinstance(server.item_type, types.Enum):
            return
    raise NoCodec(
        f"{type_!r} is {_name(server)} on PostgreSQL but {_name(device)} on SQLite: the two must be of one kind. "
        "Drop the SQLite variant, the device stores every supported type by itself."
    )


_FAMILIES: tuple[type[TypeEngine[Any]], ...] = (
    types.Enum,
    types.String,
    types.Boolean,
    types.Integer,
    types.Float,
    types.Numeric,
    types.DateTime,
    types.Date,
    types.Time,
    types.Interval,
    postgresql.INTERVAL,
    types.Uuid,
    types.JSON,
    types.ARRAY,
    types.LargeBinary,
)


def _family(type_: TypeEngine[Any]) -> type[Any]:
    return next((family for family in _FAMILIES if isinstance(type_, family)), type(type_))


def _name(type_: TypeEngine[Any]) -> str:
    return type(type_).__name__


def sql_name(type_: TypeEngine[Any]) -> str:
    """The type as PostgreSQL writes it in a cast."""
    return str(type_.compile(dialect=_SERVER))


def _codec(type_: TypeEngine[Any]) -> Codec:
    """Most particular first: an Enum is a String, a Float was once a Numeric."""
    match type_:
        case types.Enum():
            return _enum(type_)
        case types.String():
            return _text(type_)
        case types.Boolean():
            return numbers.boolean_codec()
        case types.SmallInteger():
            return numbers.integer_codec(16)
        case types.BigInteger():
            return numbers.integer_codec(64)
        case types.Integer():
            return numbers.integer_codec(32)
        case types.Float():
            return numbers.float_codec(single=_is_single(type_))
        case types.Numeric():
            return decimals.decimal_codec(type_.precision, type_.scale)
        case _:
            return _other(type_)


def _other(type_: TypeEngine[Any]) -> Codec:
    match type_:
        case types.DateTime():
            return times.moment_codec(aware=type_.timezone)
        case types.Date():
            return times.date_codec()
        case types.Time() if not type_.timezone:
            return times.time_codec()
        case types.Interval(native=True) | postgresql.INTERVAL():
            return times.duration_codec()
        case types.Uuid(native_uuid=True):
            return text.uuid_codec()
        case types.JSON():
            return structures.document_codec(binary=isinstance(type_, postgresql.JSONB))
        case types.LargeBinary() | postgresql.BYTEA():
            return text.bytes_codec()
        case types.ARRAY():
            return _array(type_)
        case _:
            raise NoCodec(_advice(type_))


def _is_single(type_: types.Float[Any]) -> bool:
    """PostgreSQL keeps real and float(1..24) in four bytes."""
    return isinstance(type_, types.REAL) or (
        not isinstance(type_, types.Double) and type_.precision is not None and type_.precision <= 24
    )


def _text(type_: types.String) -> Codec:
    if isinstance(type_, postgresql.CITEXT):
        return text.text_codec(None, "citext")
    if isinstance(type_, types.CHAR):
        return text.padded_text_codec(type_.length or 1)
    return text.text_codec(type_.length)


def _enum(type_: types.Enum) -> Codec:
    enum: Any = type_  # its method has no annotations
    member = enum.result_processor(_DEVICE, None)
    members = {label: member(label) for label in type_.enums}
    return text.enum_codec(members, sql_name(type_) if type_.native_enum else "text")


def _array(type_: types.ARRAY[Any]) -> Codec:
    item = server_type(type_.item_type)
    if isinstance(item, types.ARRAY) or (type_.dimensions or 1) > 1:
        raise NoCodec("arrays of several dimensions are not carried: use JSON for nested lists")
    return structures.array_codec(_codec(item), sql_name(item))


def _advice(type_: TypeEngine[Any]) -> str:
    advice = {
        types.Time: "use Time without a zone, or DateTime(timezone=True)",
        types.Interval: "use Interval() without native=False",
        types.Uuid: "use Uuid() without native_uuid=False",
    }
    what = next((words for family, words in advice.items() if isinstance(type_, family)), None)
    return (
        f"{type_!r} cannot be carried to a device: {what or 'use a supported type'}, or leave the column out of the "
        "mirror (hidden={...}). Supported: integers, Boolean, String, Text, Float, Numeric, Date, DateTime, Time, "
        "Interval, Uuid, Enum, JSON, JSONB, ARRAY of these, LargeBinary."
    )
