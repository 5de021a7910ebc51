"""What a codec is: how one column type travels between PostgreSQL, the wire and the device."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from twinbase.errors import DeclarationError

Storage = Literal["INTEGER", "REAL", "TEXT", "BLOB"]
Rewrite = Callable[[str], str]
Convert = Callable[[Any], Any]


class NoCodec(DeclarationError):
    """No codec carries this column type unchanged."""


Value = TypeVar("Value")


def guard_nothing(sql_column: str) -> str | None:
    """Every value of the type can be carried."""
    return None


def keep_value(value: Value) -> Value:
    """The wire value is the Python value."""
    return value


@dataclass(frozen=True, slots=True)
class Codec:
    """How the values of one column type travel. Every member takes and gives NULL (None) as NULL.

    The wire value is a JSON scalar; the storage is what SQLite holds. Where `wire_to_storage` or `storage_to_wire` is
    None the two are the same, and the hot path need not call anything.
    """

    name: str
    """For people and for fingerprints: `numeric(10,2)`, `varchar(40)`, `array(uuid)`."""
    storage: Storage
    """The type to declare in SQLite (also valid in STRICT tables)."""
    to_wire_sql: Rewrite
    """PostgreSQL: a column expression to one that `json_build_array` prints as the wire value. Never raises."""
    from_wire_sql: Rewrite
    """PostgreSQL: the text of a wire value (`x ->> 'price'`) to the column's type, exactly."""
    hash_sql: Rewrite
    """PostgreSQL: a hashable expression that changes whenever the wire value changes. Never raises."""
    check_wire: Callable[[object], str | None]
    """None when the server can take this wire value, else a sentence that says what is wrong with it."""
    python_from_wire: Convert = keep_value
    wire_from_python: Convert = keep_value
    wire_to_storage: Convert | None = None
    storage_to_wire: Convert | None = None
    guard_sql: Callable[[str], str | None] = guard_nothing
    """PostgreSQL: a boolean, never NULL, that is false for a value which cannot be carried (its row is quarantined)."""
    direct: bool = True
    """`to_wire_sql` is the column itself."""


def kind_of(value: object) -> str:
    """The JSON name of a value's type, for messages."""
    names = {bool: "true/false", int: "an integer", float: "a number", str: "text", list: "a list", dict: "an object"}
    return names.get(type(value), type(value).__name__)
