"""The entities that are handed over, with their columns in the order of the files.

That these columns exist is verified; that EBP's import takes them under these names is assumed, and their titles are a
setting (`TWINBASE_EBP_EXPORT_HEADERS`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from twinbase_ebp.delivering import claims

ValueKind = Literal["text", "rich", "whole", "decimal", "yes", "time", "key"]
DELIVERY = "TwinbaseDelivery"
"""The first column of each file: the id of the delivery, by which a person finds it in `twinbase delivery list`."""


@dataclass(frozen=True, slots=True)
class Entity:
    """One of EBP's tables. `lines`: columns of the table `line_table`, a line of the file for each row there.

    `parent`: the column of the lines that names their document. `found_by`: the columns by which a new row is known
    again when EBP has given it a key of its own; the first sets that are filled.
    """

    columns: Mapping[str, ValueKind]
    line_table: str = ""
    parent: str = ""
    lines: Mapping[str, ValueKind] | None = None
    keeps_id: bool = False
    found_by: tuple[tuple[str, ...], ...] = ()


_CLAIMED: Mapping[str, ValueKind] = {
    "start_at": "time", "end_at": "time", "departed_at": "time", "arrived_at": "time", "day": "time",
    "expense_on": "time", "amount_ttc": "decimal", "vat_amount": "decimal", "distance_km": "decimal",
    "break_minutes": "whole", "minutes": "whole", "fiscal_hp": "whole", "billable": "yes", "personal_vehicle": "yes",
}  # fmt: skip
_VISIT: Mapping[str, ValueKind] = {
    "Id": "key",
    "EventState": "whole",
    "AchievedDuration_DurationInHours": "decimal",
    "Maintenance_TravelDuration": "decimal",
    "Maintenance_InterventionReport": "rich",
    "Maintenance_InterventionReportClear": "text",
    "GlobalPercentComplete": "decimal",
    "Maintenance_NextEventToForesee": "yes",
}
_PLANNED: Mapping[str, ValueKind] = {
    "Caption": "text",
    "EventType": "key",
    "ColleagueId": "key",
    "CustomerId": "key",
    "AddressId": "key",
    "ContactId": "key",
    "StartDateTime": "time",
    "EndDateTime": "time",
    "Maintenance_InterventionDescription": "rich",
    "Maintenance_InterventionDescriptionClear": "text",
}
"""What the office plans: of a visit that was made on site the technician has said it, and of no other."""
ENTITIES: Mapping[str, Entity] = {
    "ScheduleEvent": Entity(_VISIT),
    "NewScheduleEvent": Entity(
        {**_VISIT, **_PLANNED}, keeps_id=True, found_by=(("CustomerId", "ColleagueId", "StartDateTime", "Caption"),)
    ),
    "Activity": Entity(
        {
            "Id": "key",
            "ActivityCategory": "whole",
            "Caption": "text",
            "CreatorColleagueId": "key",
            "CustomerId": "key",
            "ScheduleEventId": "key",
            "StartDateTime": "time",
            "EndDateTime": "time",
            "Notes": "rich",
            "NotesClear": "text",
        },
        keeps_id=True,
        found_by=(("CustomerId", "ScheduleEventId", "StartDateTime", "NotesClear"),),
    ),
    "StockDocument": Entity(
        {
            "DocumentType": "whole",
            "DocumentDate": "time",
            "StorehouseId": "key",
            "TargetStorehouseId": "key",
            "ScheduleEventId": "key",
            "Reference": "text",
        },
        "StockDocumentLine",
        "DocumentId",
        {
            "ItemId": "key",
            "DescriptionClear": "text",
            "Quantity": "decimal",
            "UnitId": "key",
            "StorehouseId": "key",
            "TrackingNumber": "text",
            "CustomerProductId": "key",
            "ToInvoice": "yes",
        },
        found_by=(("Reference",), ("ScheduleEventId", "StorehouseId")),
    ),
    "Contact": Entity(
        {
            "Id": "key",
            "AssociatedCustomerId": "key",
            "ContactFields_Civility": "text",
            "ContactFields_Name": "text",
            "ContactFields_FirstName": "text",
            "ContactFields_Phone": "text",
            "ContactFields_CellPhone": "text",
            "ContactFields_Email": "text",
            "ContactFields_Function": "text",
            "ContactFields_Department": "text",
        },
        keeps_id=True,
        found_by=(("AssociatedCustomerId", "ContactFields_Name", "ContactFields_FirstName"),),
    ),
    "CustomerProduct": Entity(
        {
            "Id": "key",
            "Caption": "text",
            "CustomerId": "key",
            "DeliveryAddressId": "key",
            "ItemId": "key",
            "TrackingNumber": "text",
            "Description": "rich",
            "DescriptionClear": "text",
            "NotesClear": "text",
        },
        found_by=(("CustomerId", "TrackingNumber"), ("CustomerId", "Caption", "ItemId")),
    ),
    "ScheduleEventCustomerProduct": Entity(
        {
            "Id": "key",
            "ScheduleEventId": "key",
            "CustomerProductId": "key",
            "TrackingNumber": "text",
            "ExchangeTrackingNumber": "text",
            "ContractHoursNumberDecremented": "decimal",
        },
        keeps_id=True,
        found_by=(("ScheduleEventId", "CustomerProductId"),),
    ),
    "Incident": Entity(
        {
            "Id": "key",
            "Caption": "text",
            "CustomerId": "key",
            "AddressId": "key",
            "StartDate": "time",
            "CreatorColleagueId": "key",
            "Description": "rich",
            "DescriptionClear": "text",
        },
        "IncidentCustomerProduct",
        "IncidentId",
        {"CustomerProductId": "key"},
        found_by=(("CustomerId", "Caption", "StartDate"),),
    ),
    "Address": Entity({"Id": "key", "AddressFields_Latitude": "decimal", "AddressFields_Longitude": "decimal"}),
    **{
        table: Entity({name: _CLAIMED.get(name, "text") for name in columns})
        for table, columns in claims.COLUMNS.items()
    },
}
