"""Rows as the rules read them: of a device they are objects, on the server they are values in wire form.

The rules compare times and days with each other only, which in both forms sort as they should.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlmodel import SQLModel

Row = Mapping[str, Any] | SQLModel


def values_of(row: Row) -> Mapping[str, Any]:
    """The columns of a row by name."""
    return row if isinstance(row, Mapping) else {name: getattr(row, name) for name in type(row).model_fields}


def number_of(value: Any) -> Decimal | None:
    """A number, whether it is one or travels as text."""
    return None if value is None else Decimal(str(value))


def list_of(value: Any) -> list[Any]:
    """A list, whether it is one or travels as JSON."""
    found = json.loads(value) if isinstance(value, str) else value
    return found if isinstance(found, list) else []


def same(one: Any, other: Any) -> bool:
    """Whether two ids are the same, be they text or UUIDs."""
    return (None if one is None else str(one)) == (None if other is None else str(other))
