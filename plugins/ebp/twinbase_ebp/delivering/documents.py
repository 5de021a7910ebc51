"""Stock that went in or out. EBP chains such documents by hashes, so it makes them itself: they are imported, never
written by SQL."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from twinbase_ebp.delivering.entry import EbpEntry, Word, encode_values
from twinbase_ebp.delivering.known_rows import KnownRows, MobileRow, RowChange
from twinbase_ebp.delivering.texts import format_local_time, format_number
from twinbase_ebp.delivering.visits import creation_time
from twinbase_ebp.settings import EbpSettings

DOCUMENT = "StockDocument"
EXIT = "consumption"
CORRECT_BY_HAND = (
    "Parts of this visit have changed after its exit document was handed over: correct the document in EBP by hand."
)


def exit_document_entry(
    visit: RowChange,
    parts: Sequence[MobileRow],
    known: KnownRows,
    now: datetime,
    settings: EbpSettings,
    before: Sequence[Mapping[str, Any]] | None,
) -> EbpEntry | None:
    """One for a visit that is done, a line for each part; None when nothing was taken.

    `before`: the lines of the one that there is already, as the visit was opened again; empty when only EBP knows them.
    What differs is for a person to put right.
    """
    row = known.row_of(visit)
    lines = [_line(part, known) for part in parts]
    if not parts if before is None else [encode_values(line) for line in lines] == before:
        return None
    storehouses = Counter(line["StorehouseId"] for line in lines if line["StorehouseId"])
    values = {
        "DocumentType": Word("stock_document_kinds", EXIT),
        "DocumentDate": format_local_time(row["actual_end"] or now, settings.time_zone),
        "StorehouseId": storehouses.most_common(1)[0][0] if storehouses else None,
        "ScheduleEventId": known.key_of("interventions", visit.id, "ScheduleEvent"),
        "Reference": document_reference(visit.id),
    }
    by_hand = "" if before is None else CORRECT_BY_HAND
    return EbpEntry(DOCUMENT, "create", visit.table, str(visit.id), None, values, lines, by_hand=by_hand)


def _line(part: MobileRow, known: KnownRows) -> dict[str, Any]:
    return {
        "ItemId": known.key_of("products", part["product_id"], "Item"),
        "DescriptionClear": part["label"],
        "Quantity": format_number(part["quantity"]),
        "UnitId": known.key_of("units", part["unit_id"], "Unit"),
        "StorehouseId": known.key_of("storehouses", part["storehouse_id"], "Storehouse"),
        "TrackingNumber": part["serial_number"],
        "CustomerProductId": known.key_of("customer_equipment", part["equipment_id"], "CustomerProduct"),
        "ToInvoice": part["billable"],
    }


def movement_entry(change: RowChange, known: KnownRows, settings: EbpSettings) -> EbpEntry | None:
    """A document of one line. A part's own movement is in its visit's exit document already."""
    row = known.row_of(change)
    if row["intervention_part_id"] is not None:
        return None
    source = known.key_of("storehouses", row["from_storehouse_id"], "Storehouse")
    target = known.key_of("storehouses", row["to_storehouse_id"], "Storehouse")
    values = {
        "DocumentType": Word("stock_document_kinds", str(row["kind"])),
        "DocumentDate": format_local_time(row["occurred_at"] or creation_time(row), settings.time_zone),
        "StorehouseId": source or target,
        "TargetStorehouseId": target if source else None,
        "ScheduleEventId": known.key_of("interventions", row["intervention_id"], "ScheduleEvent"),
        "Reference": document_reference(change.id),
    }
    quantity = abs(Decimal(row["quantity"])) if row["kind"] != "inventory_gap" else row["quantity"]
    line = {
        "ItemId": known.key_of("products", row["product_id"], "Item"),
        "Quantity": format_number(quantity),
        "StorehouseId": values["StorehouseId"],
        "TrackingNumber": row["serial_number"],
    }
    return EbpEntry(DOCUMENT, "create", change.table, str(change.id), None, values, [line])


def document_reference(id: UUID) -> str:
    """What a document is known by when it comes back: EBP numbers it, and keeps this (70 characters, verified)."""
    return f"TB-{id}"
