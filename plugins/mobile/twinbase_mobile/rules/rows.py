"""Rows as the rules read them: of a device they are objects, on the server they are values in wire form.

What an office wrote into a document is not trusted: a bound that is no number is none, and stops nobody's work.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

AnyRow = Mapping[str, Any] | SQLModel


def values_of(row: AnyRow) -> Mapping[str, Any]:
    """The columns of a row by name."""
    return row if isinstance(row, Mapping) else {name: getattr(row, name) for name in type(row).model_fields}


def number_of(value: object) -> Decimal | None:
    """A number, whether it is one or is written as text, with a point or a comma; None for what is none."""
    try:
        number = Decimal(str(value).replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def moment_of(value: str | datetime | None) -> datetime | None:
    """A moment in UTC, for times on one wall cannot be compared in the night in which its clocks change."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def list_of(value: object) -> list[Any]:
    """A list, whether it is one or travels as JSON; an empty one for what is none."""
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return []
    return found if isinstance(found, list) else []


def is_same_id(one: object, other: object) -> bool:
    """Whether two ids are the same, be they text or UUIDs."""
    return (None if one is None else str(one)) == (None if other is None else str(other))


def is_id(text: str) -> bool:
    """Whether a text is a UUID."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
