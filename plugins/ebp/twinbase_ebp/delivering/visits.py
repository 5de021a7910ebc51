"""A technician's visits in EBP's words: the agenda entry, its appliances, its notes, the parts that were taken."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from twinbase_ebp.delivering.entry import EbpEntry, Word
from twinbase_ebp.delivering.known_rows import KnownRows, MobileRow, RowChange
from twinbase_ebp.delivering.texts import add_block, format_local_time, format_number, format_rich, format_time
from twinbase_ebp.settings import EbpSettings

REPORT = frozenset({"report", "actual_start", "actual_end", "cancel_reason", "no_report_reason"})
EVENT, NOTE, APPLIANCE = "ScheduleEvent", "Activity", "ScheduleEventCustomerProduct"
PERCENT_MAX, TITLE_MAX = 100, 160


def visit_entry(change: RowChange, known: KnownRows, measured: Sequence[str], settings: EbpSettings) -> EbpEntry | None:
    """What a visit changes in the agenda; None when EBP has no column for any of it."""
    key = known.key_of("interventions", change.id, EVENT)
    values = work_values(change, known, measured, settings)
    # Without a key while EBP has not given one to a visit that was made on site: it is looked up when this goes out.
    is_there = isinstance(key, str) or (key is not None and known.row_of(change)["made_on_site"])
    if not values or not is_there:
        return None
    return EbpEntry(EVENT, "update", change.table, str(change.id), key_text(key), values)


def work_values(change: RowChange, known: KnownRows, measured: Sequence[str], settings: EbpSettings) -> dict[str, Any]:
    """What a technician has done on a visit, as the agenda says it."""
    row = known.row_of(change)
    values = _agenda(change.columns, row, settings)
    if change.columns & REPORT or (measured and "status" in change.columns):
        text = add_block(row["report"], [*_facts(row, settings), *measured])
        values["Maintenance_InterventionReport"] = format_rich(text)
        values["Maintenance_InterventionReportClear"] = text
    return values


def _agenda(columns: frozenset[str], row: MobileRow, settings: EbpSettings) -> dict[str, Any]:
    state = settings.event_state_of(row["status"])
    said: dict[str, tuple[str, Any]] = {
        "worked_minutes": ("AchievedDuration_DurationInHours", format_hours(row["worked_minutes"])),
        "travel_minutes": ("Maintenance_TravelDuration", row["travel_minutes"]),
        "percent_done": ("GlobalPercentComplete", row["percent_done"]),
        "follow_up_needed": ("Maintenance_NextEventToForesee", row["follow_up_needed"]),
    }
    if state is not None:
        said["status"] = ("EventState", state)
    return {name: value for column, (name, value) in said.items() if column in columns}


def visit_echo(entry: EbpEntry, settings: EbpSettings) -> dict[str, Any]:
    """What EBP's row will say of the visit's columns once it has taken the entry."""
    values = entry.values
    spent, state = values.get("AchievedDuration_DurationInHours"), values.get("EventState")
    echo = {
        "Maintenance_InterventionReportClear": ("report", values.get("Maintenance_InterventionReportClear")),
        "EventState": ("status", settings.event_states.get(-1 if state is None else state, "unknown")),
        "Maintenance_TravelDuration": ("travel_minutes", values.get("Maintenance_TravelDuration")),
        "AchievedDuration_DurationInHours": ("worked_minutes", None if spent is None else round(Decimal(spent) * 60)),
        "GlobalPercentComplete": ("percent_done", values.get("GlobalPercentComplete")),
        "Maintenance_NextEventToForesee": ("follow_up_needed", values.get("Maintenance_NextEventToForesee")),
    }
    return {column: value for name, (column, value) in echo.items() if name in values}


def format_hours(minutes: int | None) -> str | None:
    return None if minutes is None else format_number(round(Decimal(minutes) / 60, 6))


def _facts(row: MobileRow, settings: EbpSettings) -> list[str]:
    """What EBP has no column for, a line each: in French, as EBP's users read it."""
    zone = settings.time_zone
    facts = []
    if row["actual_start"]:
        facts.append(f"Début : {format_time(row['actual_start'], zone)}")
    if row["actual_end"]:
        facts.append(f"Fin : {format_time(row['actual_end'], zone)}")
    if row["cancel_reason"]:
        facts.append(f"Annulée : {row['cancel_reason']}")
    if row["no_report_reason"]:
        facts.append(f"Sans compte rendu : {row['no_report_reason']}")
    return facts


def appliance_entry(change: RowChange, known: KnownRows) -> EbpEntry | None:
    """An appliance that a visit is about."""
    row = known.row_of(change)
    said = {
        "serial_number": ("TrackingNumber", row["serial_number"]),
        "replaced_by_serial": ("ExchangeTrackingNumber", row["replaced_by_serial"]),
        "contract_hours_used": ("ContractHoursNumberDecremented", format_decimal(row["contract_hours_used"])),
    }
    values = {name: value for column, (name, value) in said.items() if column in change.columns}
    if change.is_new:
        values["ScheduleEventId"] = known.key_of("interventions", row["intervention_id"], EVENT)
        values["CustomerProductId"] = known.key_of("customer_equipment", row["equipment_id"], "CustomerProduct")
    return row_entry(APPLIANCE, change, known, values)


def note_entry(change: RowChange, known: KnownRows, settings: EbpSettings) -> EbpEntry | None:
    """A note becomes an entry of EBP's journal."""
    row = known.row_of(change)
    when = format_local_time(row["occurred_at"] or creation_time(row), settings.time_zone)
    body = row["body"] or ""
    return row_entry(
        NOTE,
        change,
        known,
        {
            "ActivityCategory": Word("activity_kinds", str(row["kind"])),
            "Caption": row["title"] or body[:TITLE_MAX].split("\n")[0],
            "CreatorColleagueId": known.key_of("colleagues", row["author_id"], "Colleague"),
            "CustomerId": known.key_of("customers", row["customer_id"], "Customer"),
            "ScheduleEventId": known.key_of("interventions", row["intervention_id"], EVENT),
            "StartDateTime": when,
            "EndDateTime": when,
            "Notes": format_rich(body),
            "NotesClear": body,
        },
    )


def creation_time(row: MobileRow) -> datetime | None:
    """When a row was made that says nothing of it: its id holds the time (UUIDv7)."""
    return datetime.fromtimestamp((row["id"].int >> 80) / 1000, UTC) if row["id"].version == 7 else None


def measured_lines(answers: Sequence[MobileRow], items: Mapping[tuple[Any, str], Mapping[str, Any]]) -> list[str]:
    """Measured values of a visit, and what was out of range, a line each. `items`: by template and key."""
    lines = []
    for answer in answers:
        if answer["value_number"] is None and not answer["out_of_range"]:
            continue
        item = items.get((answer["template_id"], answer["item_key"]), {})
        value = _value(answer)
        unit = f" {item['unit']}" if item.get("unit") else ""
        mark = " (hors limites)" if answer["out_of_range"] else ""
        lines.append(f"{item.get('label') or answer['item_key']} : {value}{unit}{mark}")
    return lines


def _value(answer: MobileRow) -> str:
    if answer["value_number"] is not None:
        return format_number(answer["value_number"])
    if answer["value_bool"] is not None:
        return "oui" if answer["value_bool"] else "non"
    return answer["value_choice"] or answer["value_text"] or "?"


def format_decimal(number: Decimal | None) -> str | None:
    return None if number is None else format_number(number)


def row_entry(entity: str, change: RowChange, known: KnownRows, values: Mapping[str, Any]) -> EbpEntry | None:
    """A row that EBP makes or changes; None when nothing of it is EBP's."""
    key = known.key_of(change.table, change.id, entity)
    if change.is_new:
        # The id of the device: EBP keys this table by uuid (verified), and keeps the one that it is given (assumed).
        return EbpEntry(entity, "create", change.table, str(change.id), str(change.id), dict(values))
    return EbpEntry(entity, "update", change.table, str(change.id), key_text(key), dict(values)) if values else None


def key_text(key: Any) -> str | None:
    return key if isinstance(key, str) else None
