"""A row of a file: each value as EBP's import reads it, and none that a spreadsheet would take for a formula."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from twinbase_ebp.delivering.columns import DELIVERY, ENTITIES, ValueKind
from twinbase_ebp.delivering.make_ready import Ready
from twinbase_ebp.settings import EbpSettings

_FORMULA = re.compile(r"^[=+\-@\t\r]")
_NUMBER = re.compile(r"^[+-][0-9 .,()/]*$")


def header_cells(name: str, settings: EbpSettings) -> list[str]:
    """The titles: of a document its own columns, then those of its lines."""
    entity = ENTITIES[name]
    columns, lines = entity.columns, entity.lines or {}
    names = [f"{name}.{column}" for column in columns] + [f"{entity.line_table}.{column}" for column in lines]
    twice = set(columns) & set(lines)
    titles = [*columns, *(f"Line_{column}" if column in twice else column for column in lines)]
    return [DELIVERY, *(settings.export_headers.get(known, title) for known, title in zip(names, titles, strict=True))]


def entry_rows(one: Ready, expected: Mapping[str, Any], settings: EbpSettings) -> list[list[str]]:
    """One line for an entry, or one for each line of its document. `expected`: EBP's own values of what is not set."""
    entity, entry = one.entity, one.entry
    values = {**expected, **entry.values}
    if entry.key is not None:
        values["Id" if "Id" in entity.columns else "id"] = entry.key
    own = [format_cell(values.get(name), kind, settings) for name, kind in entity.columns.items()]
    lines = entity.lines or {}
    return [
        [str(one.waiting.id), *own, *(format_cell(line.get(name), kind, settings) for name, kind in lines.items())]
        for line in entry.lines or [{}]
    ]


def format_cell(value: Any, kind: ValueKind, settings: EbpSettings) -> str:
    """A value as text; nothing for None."""
    if value is None:
        return ""
    if kind == "yes" or isinstance(value, bool):
        return "1" if value else "0"
    if kind == "time":
        return _time(value, settings)
    if kind == "decimal":
        return _decimal(value).replace(".", settings.export_decimal)
    if kind == "whole" or isinstance(value, int):
        return str(value)
    return guard_formula(str(value).lower() if isinstance(value, UUID) else str(value))


def guard_formula(text: str) -> str:
    """With an apostrophe before it when a spreadsheet would calculate it; a phone number (+33 …) stays as it is."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text


def _decimal(value: Any) -> str:
    try:
        text = format(Decimal(str(value)), "f")
    except InvalidOperation:
        return guard_formula(str(value))
    return text.rstrip("0").rstrip(".") if "." in text else text


def _time(value: Any, settings: EbpSettings) -> str:
    if isinstance(value, datetime):
        return value.strftime(settings.export_dates)
    if isinstance(value, date) or "T" not in str(value):
        # A day has no time of day: what the format says of one goes.
        return date.fromisoformat(str(value)).strftime(settings.export_dates.split(" %H")[0])
    return datetime.fromisoformat(value).strftime(settings.export_dates)
