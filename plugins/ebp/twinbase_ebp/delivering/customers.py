"""What a technician learns at a customer's: people, appliances, positions, faults."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from twinbase_ebp.delivering.entry import EbpEntry
from twinbase_ebp.delivering.known_rows import KnownRows, RowChange
from twinbase_ebp.delivering.texts import add_location, format_local_time, format_rich
from twinbase_ebp.delivering.visits import creation_time, format_decimal, key_text, row_entry
from twinbase_ebp.settings import EbpSettings

CONTACT, APPLIANCE, INCIDENT, ADDRESS = "Contact", "CustomerProduct", "Incident", "Address"
CONTACT_FIELDS = {
    "civility": "ContactFields_Civility", "last_name": "ContactFields_Name", "first_name": "ContactFields_FirstName",
    "phone": "ContactFields_Phone", "mobile": "ContactFields_CellPhone", "email": "ContactFields_Email",
    "function": "ContactFields_Function", "department": "ContactFields_Department",
}  # fmt: skip
SEVERITIES = {"low": "Faible", "high": "Importante", "danger": "DANGER"}


def contact_entry(change: RowChange, known: KnownRows) -> EbpEntry | None:
    row = known.row_of(change)
    values = {name: row[column] for column, name in CONTACT_FIELDS.items() if column in change.columns}
    if change.is_new:
        values["AssociatedCustomerId"] = known.key_of("customers", row["customer_id"], "Customer")
    return row_entry(CONTACT, change, known, values)


def equipment_entry(change: RowChange, known: KnownRows, notes: str | None) -> EbpEntry | None:
    """An appliance. `notes`: what EBP has in its notes now; where it stands becomes one line of them."""
    row, columns = known.row_of(change), change.columns
    values: dict[str, Any] = {}
    if "serial_number" in columns:
        values["TrackingNumber"] = row["serial_number"]
    if "description" in columns:
        values["Description"], values["DescriptionClear"] = format_rich(row["description"] or ""), row["description"]
    if "location_in_site" in columns and (row["location_in_site"] or not change.is_new):
        values["NotesClear"] = add_location(notes, row["location_in_site"])
    if change.is_new:
        return EbpEntry(APPLIANCE, "create", change.table, str(change.id), None, {**values, **_new(change, known)})
    key = key_text(known.key_of(change.table, change.id, APPLIANCE))
    return EbpEntry(APPLIANCE, "update", change.table, str(change.id), key, values) if values else None


def _new(change: RowChange, known: KnownRows) -> Mapping[str, Any]:
    row = known.row_of(change)
    return {
        "Caption": row["caption"],
        "CustomerId": known.key_of("customers", row["customer_id"], "Customer"),
        "DeliveryAddressId": known.key_of("customer_sites", row["site_id"], ADDRESS),
        "ItemId": known.key_of("products", row["product_id"], "Item"),
    }


def site_entry(change: RowChange, known: KnownRows, settings: EbpSettings) -> EbpEntry | None:
    """Where an address lies, when the company wants that in EBP."""
    row, key = known.row_of(change), known.key_of(change.table, change.id, ADDRESS)
    if not settings.export_positions or not isinstance(key, str) or not change.columns & {"lat", "lon"}:
        return None
    values = {
        "AddressFields_Latitude": format_decimal(row["lat"]),
        "AddressFields_Longitude": format_decimal(row["lon"]),
    }
    return EbpEntry(ADDRESS, "update", change.table, str(change.id), key, values)


def incident_entry(change: RowChange, known: KnownRows, settings: EbpSettings) -> EbpEntry:
    """A fault that was reported; EBP gives it its code."""
    row = known.row_of(change)
    severity = SEVERITIES.get(row["severity"])
    text = "\n".join(part for part in (f"Gravité : {severity}" if severity else "", row["description"] or "") if part)
    values = {
        "Caption": row["caption"],
        "CustomerId": known.key_of("customers", row["customer_id"], "Customer"),
        "AddressId": known.key_of("customer_sites", row["site_id"], ADDRESS),
        "StartDate": format_local_time(row["opened_at"] or creation_time(row), settings.time_zone),
        "CreatorColleagueId": known.key_of("colleagues", row["creator_id"], "Colleague"),
        "Description": format_rich(text),
        "DescriptionClear": text,
    }
    lines = [
        {"CustomerProductId": known.key_of("customer_equipment", UUID(str(id)), APPLIANCE)}
        for id in row["equipment_ids"] or ()
    ]
    return EbpEntry(INCIDENT, "create", change.table, str(change.id), None, values, lines)


def customer_echo(entry: EbpEntry) -> dict[str, Any]:
    """What EBP's row will say of the columns that devices write too, once it has taken the entry."""
    values = entry.values
    by_entity: dict[str, dict[str, str]] = {
        CONTACT: CONTACT_FIELDS,
        APPLIANCE: {"serial_number": "TrackingNumber", "description": "DescriptionClear"},
        "ScheduleEventCustomerProduct": {
            "serial_number": "TrackingNumber", "replaced_by_serial": "ExchangeTrackingNumber",
            "contract_hours_used": "ContractHoursNumberDecremented",
        },
        ADDRESS: {"lat": "AddressFields_Latitude", "lon": "AddressFields_Longitude"},
    }  # fmt: skip
    echo = {
        column: _number(values[name]) if column in _NUMBERS else values[name]
        for column, name in by_entity.get(entry.entity, {}).items()
        if name in values
    }
    return {**echo, "gps_source": "ebp"} if entry.entity == ADDRESS else echo


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


_NUMBERS = frozenset({"lat", "lon", "contract_hours_used"})
