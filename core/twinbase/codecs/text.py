"""Text, labels, identifiers and bytes: what travels as a JSON string."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID

from twinbase.codecs.codec import Codec, kind_of
from twinbase.codecs.numbers import cast_to, hash_text_sql, keep_column
from twinbase.quoting import quote_text

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)


def check_text(value: object) -> str | None:
    """What keeps a value from being text in PostgreSQL, or None."""
    if type(value) is not str:
        return f"expected text, got {kind_of(value)}"
    if "\x00" in value:
        return "holds a NUL character, which PostgreSQL cannot store"
    if value.isascii():
        return None
    try:
        value.encode()
    except UnicodeEncodeError:
        return "holds half of a character (a lone surrogate)"
    return None


def to_text_sql(sql_column: str) -> str:
    """A column as text. Of char(n) that is without the spaces that pad it, whatever its class calls it."""
    return f"({sql_column})::text"


@cache
def text_codec(length: int | None = None, sql_type: str = "text") -> Codec:
    """A JSON string as it is, a TEXT."""
    name = sql_type if length is None else f"varchar({length})"

    def check(value: object) -> str | None:
        if value is None:
            return None
        wrong = check_text(value)
        if wrong or length is None or len(str(value)) <= length:
            return wrong
        return f"longer than {length} characters"

    return Codec(name, "TEXT", to_text_sql, cast_to(sql_type), hash_text_sql, check, direct=False)


@cache
def padded_text_codec(length: int) -> Codec:
    """char(n), a JSON string without the spaces that pad it: PostgreSQL calls two values equal that differ in these."""
    plain = text_codec(length)

    def check(value: object) -> str | None:
        wrong = plain.check_wire(value)
        return wrong or ("ends with spaces, which char(n) does not keep" if str(value).endswith(" ") else None)

    # bpchar and not char(n): the cast neither pads nor cuts, and the comparison can use the column's index.
    return Codec(f"char({length})", "TEXT", to_text_sql, cast_to("bpchar"), hash_text_sql, check, direct=False)


def enum_codec(members: Mapping[str, Any], sql_type: str) -> Codec:
    """The label as PostgreSQL stores it. A label that the class does not know quarantines its row."""
    labels, known = tuple(members), frozenset(members)
    label_of = {member: label for label, member in members.items()}
    listed = ", ".join(quote_text(label) for label in labels)

    def check(value: object) -> str | None:
        if value is None or (type(value) is str and value in known):
            return None
        if type(value) is not str:
            return f"expected text, got {kind_of(value)}"
        return f"not one of {', '.join(labels)}"

    return Codec(
        f"enum({','.join(labels)})",
        "TEXT",
        to_text_sql,
        cast_to(sql_type),
        hash_text_sql,
        check,
        python_from_wire=lambda value: None if value is None else members[value],
        wire_from_python=lambda value: None if value is None else label_of[value],
        guard_sql=lambda column: f"coalesce({column}::text IN ({listed}), true)",
        direct=False,
    )


def _check_uuid(value: object) -> str | None:
    if value is None or (type(value) is str and _UUID.fullmatch(value)):
        return None
    if type(value) is not str:
        return f"expected text, got {kind_of(value)}"
    return "not a UUID (lower case, with dashes)"


@cache
def uuid_codec() -> Codec:
    """Lower-case text with dashes, everywhere."""
    return Codec(
        "uuid",
        "TEXT",
        keep_column,
        cast_to("uuid"),
        keep_column,
        _check_uuid,
        python_from_wire=lambda value: None if value is None else UUID(value),
        wire_from_python=lambda value: None if value is None else str(value),
    )


def _bytes_from_wire(value: str | None) -> bytes | None:
    return None if value is None else b64decode(value)


def _bytes_to_wire(value: Any) -> str | None:
    return None if value is None else b64encode(value).decode("ascii")


def _check_bytes(value: object) -> str | None:
    if value is None:
        return None
    if type(value) is not str:
        return f"expected base64 text, got {kind_of(value)}"
    try:
        b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return "not base64"
    return None


@cache
def bytes_codec() -> Codec:
    """base64 without line breaks on the wire, a BLOB on the device."""
    return Codec(
        "bytea",
        "BLOB",
        lambda column: f"translate(encode({column}, 'base64'), E'\\n', '')",
        lambda expression: f"decode({expression}, 'base64')",
        keep_column,
        _check_bytes,
        python_from_wire=_bytes_from_wire,
        wire_from_python=_bytes_to_wire,
        wire_to_storage=_bytes_from_wire,
        storage_to_wire=_bytes_to_wire,
        direct=False,
    )
