"""How an object of NinjaOne becomes a row of ours: which fields, of which kind, in which column.

A field that is absent is None. What we do not know is kept in `extra`, and so is a value that is not of its kind: one
odd field must not stop a ticket from arriving.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from functools import cached_property
from typing import Any
from uuid import UUID

from twinbase_ninjaone.errors import UnexpectedAnswer

NinjaRow = dict[str, Any]


class FieldKind(Enum):
    """What a field holds, in the words of the API's description."""

    INT32 = "int32"
    INT64 = "int64"
    TEXT = "text"
    UUID = "uuid"
    BOOLEAN = "boolean"
    MOMENT = "moment"
    """Seconds since 1970, a double."""
    JSON = "json"
    """An object or an array that is kept as it comes."""
    TEXTS = "texts"
    INT32S = "int32s"


@dataclass(frozen=True)
class ObjectSpec:
    """The fields of one kind of object. `status.name` is the field `name` inside `status`.

    `columns`: names of ours where they are not simply the field in snake case. `ignored`: fields that are known and
    kept elsewhere. `observed`: fields that users of the API see, and that its description does not name.
    """

    name: str
    fields: Mapping[str, FieldKind]
    key: str = "id"
    columns: Mapping[str, str] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    observed: bool = False

    @cached_property
    def by_column(self) -> Mapping[str, tuple[str, FieldKind]]:
        """Column → its field and kind."""
        return {self.columns.get(name, to_snake_case(name)): (name, kind) for name, kind in self.fields.items()}

    def read(self, answer: Mapping[str, Any]) -> NinjaRow:
        """The row: every column, and `extra`. Raises UnexpectedAnswer when the key is missing or no key."""
        rest = _inner_copy(answer)
        row: NinjaRow = {column: _take(rest, name.split("."), kind) for column, (name, kind) in self.by_column.items()}
        if row[self.key] is None:
            raise UnexpectedAnswer(f"A {self.name} came without its {self.by_column[self.key][0]}.")
        row["extra"] = {name: value for name, value in rest.items() if name not in self.ignored and value != {}}
        return row


def to_snake_case(name: str) -> str:
    """`ticketFormId` → `ticket_form_id`, `status.parentId` → `status_parent_id`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.replace(".", "_")).lower()


def moment_of(seconds: float) -> datetime:
    """An instant in UTC, from seconds since 1970. Raises ValueError beyond the years 1 to 9999."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError("no such instant") from error


def _inner_copy(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {name: dict(value) if isinstance(value, dict) else value for name, value in answer.items()}


def _take(rest: dict[str, Any], path: list[str], kind: FieldKind) -> Any:
    """The value at a path, out of `rest`; None when it is absent or odd, and what is odd stays where it is."""
    for step in path[:-1]:
        inner = rest.get(step)
        if not isinstance(inner, dict):
            return None
        rest = inner
    value = rest.get(path[-1])
    if value is None:
        rest.pop(path[-1], None)
        return None
    try:
        read = _READERS[kind](value)
    except (ValueError, TypeError):
        return None
    del rest[path[-1]]
    return read


def _integer(bits: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
            raise TypeError("not an integer")
        if not -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
            raise ValueError("out of range")
        return int(value)

    return read


def _exactly(*types: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if not isinstance(value, types):
            raise TypeError("another type")
        return value

    return read


def _moment(value: Any) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("not a number of seconds")
    return moment_of(value)


def _each(read: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    def read_all(values: Any) -> list[Any]:
        if not isinstance(values, list):
            raise TypeError("not a list")
        return [read(value) for value in values]

    return read_all


def _uuid(value: Any) -> UUID:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return UUID(value)


_READERS: Mapping[FieldKind, Callable[[Any], Any]] = {
    FieldKind.INT32: _integer(32),
    FieldKind.INT64: _integer(64),
    FieldKind.TEXT: _exactly(str),
    FieldKind.UUID: _uuid,
    FieldKind.BOOLEAN: _exactly(bool),
    FieldKind.MOMENT: _moment,
    FieldKind.JSON: _exactly(dict, list),
    FieldKind.TEXTS: _each(_exactly(str)),
    FieldKind.INT32S: _each(_integer(32)),
}
