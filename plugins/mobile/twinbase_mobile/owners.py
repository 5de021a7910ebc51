"""Which columns of `mobile` are a technician's: CREATED ones he sets once, WRITTEN ones he may change.

All others are the office's. A twin that is not listed is only read on a device.
"""

BORN = ("client_created_at",)
"""Of a row that only devices make."""

CREATED: dict[str, tuple[str, ...]] = {
    "interventions": (
        "made_on_site", "title", "type_id", "lead_id", "priority", "scheduled_start", "scheduled_end",
        "expected_minutes", "customer_id", "site_id", "contact_id", "incident_id", "main_equipment_id", "instructions",
        "template_id", "to_invoice",
    ),
    "intervention_equipment": ("intervention_id", "equipment_id"),
    "intervention_notes": (
        "intervention_id", "customer_id", "author_id", "kind", "title", "body", "occurred_at",
    ),
    "intervention_parts": (*BORN, "intervention_id", "product_id"),
    "intervention_photos": (
        *BORN, "intervention_id", "taken_at", "lat", "lon", "mime", "size_bytes", "width", "height", "sha256",
    ),
    "intervention_signatures": (
        *BORN, "intervention_id", "role", "signer_name", "signer_quality", "signed_at", "lat", "lon", "refused",
        "refusal_reason", "image_sha256", "mime", "size_bytes", "report_sha256",
    ),
    "checklist_answers": (*BORN, "intervention_id", "equipment_id", "template_id", "item_key"),
    "contacts": ("customer_id",),
    "customer_equipment": ("caption", "customer_id", "site_id", "product_id"),
    "incidents": (
        "caption", "customer_id", "site_id", "equipment_ids", "description", "severity", "opened_at", "creator_id",
    ),
    "timesheets": (*BORN, "colleague_id", "day"),
    "travel_logs": (*BORN, "colleague_id"),
    "expenses": (*BORN, "colleague_id"),
    "stock_movements": (
        *BORN, "colleague_id", "product_id", "kind", "quantity", "from_storehouse_id", "to_storehouse_id",
        "serial_number", "intervention_id", "intervention_part_id", "occurred_at", "reverses_id",
    ),
    "ticket_comments": ("ticket_id", "body", "public", "minutes", "created_at_source"),
}  # fmt: skip

WRITTEN: dict[str, tuple[str, ...]] = {
    "interventions": (
        "status", "actual_start", "actual_end", "worked_minutes", "travel_minutes", "report", "percent_done",
        "start_lat", "start_lon", "start_accuracy_m", "follow_up_needed", "cancel_reason", "no_report_reason",
    ),
    "intervention_assignments": ("acknowledged_at",),
    "intervention_equipment": ("serial_number", "replaced_by_serial", "contract_hours_used"),
    "intervention_parts": (
        "label", "quantity", "unit_id", "storehouse_id", "serial_number", "equipment_id", "billable",
    ),
    "intervention_photos": ("equipment_id", "phase", "caption"),
    "checklist_answers": (
        "value_bool", "value_number", "value_text", "value_choice", "out_of_range", "answered_at",
    ),
    "customer_sites": ("lat", "lon", "gps_source", "access_notes"),
    "contacts": (
        "civility", "last_name", "first_name", "phone", "mobile", "email", "function", "department",
    ),
    "customer_equipment": (
        "serial_number", "location_in_site", "description", "installed_on", "energy", "power_kw",
    ),
    "timesheets": (
        "start_at", "end_at", "break_minutes", "minutes", "activity", "intervention_id", "project_id", "customer_id",
        "billable", "comment", "state",
    ),
    "travel_logs": (
        "intervention_id", "departed_at", "arrived_at", "from_label", "to_label", "distance_km", "vehicle",
        "personal_vehicle", "fiscal_hp", "travel_rate_id", "state",
    ),
    "expenses": (
        "expense_on", "category", "amount_ttc", "vat_amount", "vat_rate_id", "currency", "merchant", "receipt_number",
        "distance_km", "intervention_id", "project_id", "customer_id", "paid_with", "comment", "receipt_sha256",
        "mime", "size_bytes", "state",
    ),
}  # fmt: skip


def writable_columns(twin: str) -> tuple[str, ...]:
    """What a device may change in a row that exists."""
    return WRITTEN.get(twin, ())


def insertable_columns(twin: str) -> tuple[str, ...]:
    """What a device may fill in a new row."""
    return CREATED.get(twin, ()) + writable_columns(twin)
