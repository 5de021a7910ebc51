"""A visit that a technician has made himself: EBP makes an entry of its agenda of it, or an incident that the office
plans, as the settings say; what EBP's import takes of either is not verified."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from twinbase_ebp.delivering.customers import ADDRESS, CONTACT, INCIDENT
from twinbase_ebp.delivering.entry import EbpEntry
from twinbase_ebp.delivering.known_rows import KnownRows, MobileRow, RowChange
from twinbase_ebp.delivering.texts import format_local_time, format_rich
from twinbase_ebp.delivering.visits import EVENT, visit_entry, work_values
from twinbase_ebp.settings import EbpSettings

NEW_EVENT = "NewScheduleEvent"
UNTITLED = "Intervention créée sur place"
MINUTES = 60
"""How long a visit takes of which nobody has said it: an entry of the agenda has an end."""


def new_visit_entries(
    change: RowChange, known: KnownRows, measured: Sequence[str], settings: EbpSettings
) -> Iterator[EbpEntry]:
    """The visit as a new row of EBP's. What was done on it is part of an entry of the agenda; after an incident it
    follows when the office has planned that."""
    if settings.export_made_on_site == "schedule_event":
        yield _event(change, known, measured, settings)
        return
    yield _incident(change, known, settings)
    if (work := visit_entry(change, known, measured, settings)) is not None:
        yield work


def _event(change: RowChange, known: KnownRows, measured: Sequence[str], settings: EbpSettings) -> EbpEntry:
    row = known.row_of(change)
    values = {
        "Caption": row["title"] or UNTITLED,
        "EventType": known.key_of("intervention_types", row["type_id"], "ScheduleEventType"),
        "ColleagueId": known.key_of("colleagues", row["lead_id"], "Colleague"),
        "CustomerId": known.key_of("customers", row["customer_id"], "Customer"),
        "AddressId": known.key_of("customer_sites", row["site_id"], ADDRESS),
        "ContactId": known.key_of("contacts", row["contact_id"], CONTACT),
        "StartDateTime": format_local_time(row["scheduled_start"], settings.time_zone),
        "EndDateTime": format_local_time(_end(row), settings.time_zone),
        "Maintenance_InterventionDescription": format_rich(row["instructions"] or ""),
        "Maintenance_InterventionDescriptionClear": row["instructions"] or "",
        **work_values(change, known, measured, settings),
    }
    # EBP keys its agenda by uuid (verified), and keeps the one that it is given (assumed).
    return EbpEntry(EVENT, "create", change.table, str(change.id), str(change.id), values, form=NEW_EVENT)


def _end(row: MobileRow) -> Any:
    if row["scheduled_end"] or not row["scheduled_start"]:
        return row["scheduled_end"]
    return row["scheduled_start"] + timedelta(minutes=row["expected_minutes"] or MINUTES)


def _incident(change: RowChange, known: KnownRows, settings: EbpSettings) -> EbpEntry:
    row = known.row_of(change)
    text = row["instructions"] or row["title"] or UNTITLED
    values = {
        "Caption": row["title"] or UNTITLED,
        "CustomerId": known.key_of("customers", row["customer_id"], "Customer"),
        "AddressId": known.key_of("customer_sites", row["site_id"], ADDRESS),
        "StartDate": format_local_time(row["scheduled_start"], settings.time_zone),
        "CreatorColleagueId": known.key_of("colleagues", row["lead_id"], "Colleague"),
        "Description": format_rich(text),
        "DescriptionClear": text,
    }
    return EbpEntry(INCIDENT, "create", change.table, str(change.id), None, values)
