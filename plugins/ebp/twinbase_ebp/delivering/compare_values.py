"""Whether EBP's value is the one that was handed over, however EBP writes it."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from twinbase_ebp.delivering.columns import ValueKind

SMALLEST = Decimal("0.000001")


def is_alike(given: Any, found: Any, kind: ValueKind) -> bool:
    """Rich text is not compared: its plain twin is, beside it."""
    if kind == "rich":
        return True
    if kind == "yes":
        return bool(given) == bool(found)
    if kind == "decimal":
        return _number(given) == _number(found)
    if kind == "time":
        return _time(given) == _time(found)
    return _text(given, kind) == _text(found, kind)


def _text(value: Any, kind: ValueKind) -> str:
    """Blanks and ends of lines aside; of a key, capitals too; with what a file does to a text undone on both sides."""
    text = " ".join(str("" if value is None else value).split())
    text = text.encode("cp1252", errors="replace").decode("cp1252").removeprefix("'")
    return text.upper() if kind == "key" else text


def _number(value: Any) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value)).quantize(SMALLEST)
    except InvalidOperation:
        return None


def _time(value: Any) -> datetime | None:
    if value is None:
        return None
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment.replace(microsecond=0)
