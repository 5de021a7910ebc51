"""The 24 mirrors: which way each table goes, what a technician may write, who wins."""

from collections.abc import Iterator

from twinbase import Mirror, days, merge_columns, state_machine, within
from twinbase.conflict import ask, device_wins, server_wins
from twinbase_mobile.scopes import (
    active_products,
    mine,
    my_customers,
    my_expenses,
    my_interventions,
    my_projects,
    my_stock,
)
from twinbase_mobile.tables import (
    ChecklistAnswer,
    ChecklistTemplate,
    Colleague,
    Contact,
    Customer,
    CustomerEquipment,
    CustomerSite,
    Expense,
    Intervention,
    InterventionEquipment,
    InterventionNote,
    InterventionPart,
    InterventionPhoto,
    InterventionSignature,
    InterventionType,
    MaintenanceContract,
    Product,
    ProductFamily,
    Project,
    StockLevel,
    StockMovement,
    Storehouse,
    Timesheet,
    Unit,
)

ORIGIN = ("source_table", "source_id")

STATUS = state_machine(
    "status",
    {
        "planned": ["confirmed", "travelling", "in_progress", "cancelled"],
        "confirmed": ["travelling", "in_progress", "cancelled"],
        "travelling": ["in_progress", "cancelled"],
        "in_progress": ["paused", "done", "cancelled"],
        "paused": ["in_progress", "done", "cancelled"],
        "unknown": ["confirmed", "travelling", "in_progress", "cancelled"],
    },
)
"""A technician never reopens a visit that is done: that is the office's."""

CLAIM = state_machine(
    "state", {"draft": ["submitted"], "rejected": ["draft", "submitted"]}, initial=["draft", "submitted"]
)
"""Approval and payment are the office's."""


def mirrors() -> Iterator[Mirror]:
    yield from reference_mirrors()
    yield from customer_mirrors()
    yield from visit_mirrors()
    yield from day_mirrors()


def reference_mirrors() -> Iterator[Mirror]:
    yield Mirror(Unit, hidden=ORIGIN, priority=0)
    yield Mirror(InterventionType, hidden=ORIGIN, priority=0)
    yield Mirror(Storehouse, hidden=ORIGIN, priority=0)
    yield Mirror(Colleague, hidden=ORIGIN, priority=0)
    yield Mirror(ChecklistTemplate, hidden=ORIGIN, priority=0)
    yield Mirror(ProductFamily, hidden=ORIGIN, priority=2)
    yield Mirror(Product, hidden=ORIGIN, scope=active_products, priority=2)
    yield Mirror(StockLevel, hidden=ORIGIN, scope=my_stock, priority=2)


def customer_mirrors() -> Iterator[Mirror]:
    yield Mirror(Customer, hidden=ORIGIN, scope=my_customers)
    yield Mirror(
        CustomerSite,
        hidden=ORIGIN,
        scope=within(Customer, CustomerSite.customer_id),
        direction="both",
        operations=["update"],
        writable=["lat", "lon", "gps_source", "access_notes"],
        conflict=merge_columns(device_wins),
    )
    yield Mirror(
        Contact,
        hidden=ORIGIN,
        scope=within(Customer, Contact.customer_id),
        direction="both",
        operations=["insert", "update"],
        writable=["civility", "last_name", "first_name", "phone", "mobile", "email", "function", "department"],
        conflict="merge_columns",
    )
    yield Mirror(
        CustomerEquipment,
        hidden=ORIGIN,
        scope=within(Customer, CustomerEquipment.customer_id),
        direction="both",
        operations=["insert", "update"],
        writable=["serial_number", "location_in_site", "description", "installed_on", "energy", "power_kw"],
        conflict="merge_columns",
    )
    yield Mirror(MaintenanceContract, hidden=ORIGIN, scope=within(Customer, MaintenanceContract.customer_id))
    yield Mirror(Project, hidden=ORIGIN, scope=my_projects)


def visit_mirrors() -> Iterator[Mirror]:
    yield Mirror(
        Intervention,
        hidden=ORIGIN,
        scope=my_interventions,
        direction="both",
        operations=["update"],
        writable=[
            "status", "actual_start", "actual_end", "worked_minutes", "travel_minutes", "report", "percent_done",
            "start_lat", "start_lon", "start_accuracy_m", "follow_up_needed", "cancel_reason",
        ],
        guards=(STATUS,),
        conflict=merge_columns(server_wins, report=ask, worked_minutes=device_wins, travel_minutes=device_wins),
    )  # fmt: skip
    yield Mirror(
        InterventionEquipment,
        hidden=ORIGIN,
        scope=within(Intervention, InterventionEquipment.intervention_id),
        direction="both",
        operations=["insert", "update"],
        writable=["serial_number", "replaced_by_serial", "contract_hours_used"],
        conflict="merge_columns",
    )
    yield Mirror(
        InterventionNote,
        hidden=ORIGIN,
        scope=within(Intervention, InterventionNote.intervention_id),
        direction="both",
        conflict="append_only",
    )
    yield Mirror(
        InterventionPart,
        scope=within(Intervention, InterventionPart.intervention_id),
        direction="both",
        writable=["label", "quantity", "unit_id", "storehouse_id", "serial_number", "equipment_id", "billable"],
        conflict="merge_columns",
    )
    yield Mirror(
        InterventionPhoto,
        scope=within(Intervention, InterventionPhoto.intervention_id),
        direction="both",
        operations=["insert", "update", "delete"],
        writable=["equipment_id", "phase", "caption"],
        conflict="merge_columns",
    )
    yield Mirror(
        InterventionSignature,
        scope=within(Intervention, InterventionSignature.intervention_id),
        direction="both",
        conflict="append_only",
    )
    yield Mirror(
        ChecklistAnswer,
        scope=within(Intervention, ChecklistAnswer.intervention_id),
        direction="both",
        operations=["insert", "update"],
        writable=["value_bool", "value_number", "value_text", "value_choice", "out_of_range", "answered_at"],
        conflict="last_write_wins",
    )


def day_mirrors() -> Iterator[Mirror]:
    yield Mirror(
        Timesheet,
        scope=mine(Timesheet),
        window=days(Timesheet.day, back=30),
        direction="both",
        guards=(CLAIM,),
        conflict="merge_columns",
    )
    yield Mirror(Expense, scope=my_expenses, direction="both", guards=(CLAIM,), conflict="merge_columns")
    yield Mirror(
        StockMovement,
        scope=mine(StockMovement),
        window=days(StockMovement.occurred_at, back=30),
        direction="both",
        conflict="append_only",
    )
