"""Server defaults that mean the same on a device: literals. Functions of PostgreSQL are left to the server."""

import re
from typing import Any

from sqlalchemy import Column, DefaultClause, TextClause

from twinbase.codecs import Codec
from twinbase.quoting import quote_text

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_QUOTED = re.compile(r"'((?:[^']|'')*)'(?:::[\w ]+)?")


def device_default(column: Column[Any], codec: Codec) -> str | None:
    """The SQLite literal of a column's server default; None when it has none, or one that only PostgreSQL can
    compute."""
    default = column.server_default
    if not isinstance(default, DefaultClause):
        return None
    for candidate in _candidates(default.arg):
        if candidate is not None and codec.check_wire(candidate) is None:
            storage = codec.wire_to_storage(candidate) if codec.wire_to_storage else candidate
            return _literal(storage)
    return None


def is_filled_by_server(column: Column[Any], codec: Codec) -> bool:
    """Whether the server gives a value that the device cannot: such a column may stay empty in a new row."""
    given = column.server_default is not None or column.computed is not None or column.identity is not None
    return given and device_default(column, codec) is None


def _candidates(argument: Any) -> list[Any]:
    """What the default may be as a wire value, likeliest first."""
    if isinstance(argument, str):
        return [*_words(argument), argument]
    if not isinstance(argument, TextClause):
        return []
    quoted = _QUOTED.fullmatch(argument.text.strip())
    if quoted:
        inside = quoted[1].replace("''", "'")
        return [*_words(inside), inside]
    return _words(argument.text.strip())


def _words(text: str) -> list[Any]:
    """Booleans and numbers, in every form that a codec may take."""
    if text.lower() in ("true", "false"):
        return [text.lower() == "true"]
    if not _NUMBER.fullmatch(text):
        return []
    booleans = [text == "1"] if text in ("0", "1") else []
    return [int(text), float(text), text, *booleans] if "." not in text else [float(text), text]


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, bytes):
        return f"x'{value.hex()}'"
    return repr(value) if isinstance(value, (int, float)) else quote_text(str(value))
