"""Hours, ways and expenses: EBP has no table for them, so they go to files of their own, once they are submitted."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from twinbase_ebp.delivering.entry import EbpEntry
from twinbase_ebp.delivering.known_rows import KnownRows, RowChange
from twinbase_ebp.delivering.texts import format_local_time, format_number
from twinbase_ebp.settings import EbpSettings

CODES = {
    "colleague_id": ("colleagues", "Colleague"), "intervention_id": ("interventions", "ScheduleEvent"),
    "customer_id": ("customers", "Customer"), "vat_rate_id": ("vat_rates", "Vat"),
    "travel_rate_id": ("travel_rates", "TravelExpense"),
}  # fmt: skip
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "timesheets": (
        "id", "colleague", "day", "start_at", "end_at", "break_minutes", "minutes", "activity", "intervention",
        "customer", "project", "billable", "comment",
    ),
    "travel_logs": (
        "id", "colleague", "departed_at", "arrived_at", "from_label", "to_label", "distance_km", "vehicle",
        "personal_vehicle", "fiscal_hp", "travel_rate", "intervention",
    ),
    "expenses": (
        "id", "colleague", "expense_on", "category", "amount_ttc", "vat_amount", "vat_rate", "currency", "merchant",
        "receipt_number", "distance_km", "paid_with", "intervention", "customer", "project", "comment",
    ),
}  # fmt: skip


def claim_entry(change: RowChange, known: KnownRows, settings: EbpSettings) -> EbpEntry | None:
    """The row as it was submitted; a draft is nobody else's business."""
    row = known.row_of(change)
    if row["state"] != "submitted" or not (change.is_new or "state" in change.columns):
        return None
    values = {name: _value(name, change, known, settings) for name in COLUMNS[change.table]}
    return EbpEntry(change.table, "create", change.table, str(change.id), str(change.id), values)


def _value(name: str, change: RowChange, known: KnownRows, settings: EbpSettings) -> Any:
    row = known.row_of(change)
    if name == "project":
        deal = known.key_of("projects", row["project_id"], "Deal")
        return deal or known.key_of("projects", row["project_id"], "ConstructionSite")
    if (column := f"{name}_id") in CODES:
        return known.key_of(CODES[column][0], row[column], CODES[column][1])
    return _simple(row[name], settings.time_zone)


def _simple(value: Any, zone: str) -> Any:
    if isinstance(value, datetime):
        return format_local_time(value, zone)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format_number(value)
    if isinstance(value, UUID):
        return str(value)
    return value.value if isinstance(value, Enum) else value
