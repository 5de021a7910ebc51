"""Keys as JSON, to be kept from one run to the next."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from twinbase_ebp.loading.source_pages import SourceKey
from twinbase_ebp.schema.spec import ColumnSpec, TableSpec
from twinbase_ebp.schema.types import parse

_READ: dict[str, Callable[[str], Any]] = {
    "uuid": UUID,
    "decimal": Decimal,
    "timestamp": datetime.fromisoformat,
    "timestamptz": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
}


def pack_key(key: SourceKey) -> list[Any]:
    """The key for JSON: numbers, truths and texts as they are, all else as text."""
    return [value if isinstance(value, bool | int | float | str) else _text(value) for value in key]


def unpack_key(spec: TableSpec, values: Sequence[Any]) -> SourceKey:
    """The key that was packed."""
    return tuple([_unpacked(column, value) for column, value in zip(spec.key_columns, values, strict=True)])


def format_key(values: Sequence[Any]) -> str:
    """A packed key for a person: `C0001`, or `A1, 7` where it has several columns."""
    return ", ".join(map(str, values))


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _unpacked(column: ColumnSpec, value: Any) -> Any:
    read = _READ.get(parse(column.type).family)
    return read(value) if read else value
