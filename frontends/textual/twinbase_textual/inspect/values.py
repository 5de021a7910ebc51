"""Stored values in words: as the file itself says what they mean, without the classes that it was made for."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from twinbase.replica.connection import Connection, Stored

LONGEST = 400
"""Letters of a value that are shown; the rest is counted."""
_DECIMALS = "numeric, "


@dataclass(frozen=True, slots=True)
class TwinShape:
    """What the file says of a twin's columns. `forms`: what a stored value means, by column."""

    key: tuple[str, ...]
    columns: tuple[str, ...]
    forms: Mapping[str, str]


def read_shape(connection: Connection, twin: str) -> TwinShape:
    """As it was noted when the file was made, or migrated. Raises LookupError for a twin that the file has not."""
    row = connection.execute("SELECT shape FROM _twinbase_twin WHERE name = ?", (twin,)).fetchone()
    if row is None:
        raise LookupError(twin)
    declared: dict[str, Any] = json.loads(row[0])
    return TwinShape(tuple(declared["key"]), tuple(declared["columns"]), declared.get("forms", {}))


def word_value(value: Stored, form: str = "") -> str:
    """A value for a person; what is longer than LONGEST letters is cut, and how much there is, is said."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    if form == "boolean" and value in (0, 1):
        return "true" if value else "false"
    if form.startswith(_DECIMALS) and isinstance(value, int):
        return str(Decimal(value).scaleb(-int(form.removeprefix(_DECIMALS).split()[0])))
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text):,} letters)"
