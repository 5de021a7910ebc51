"""The 32 mirrors: which way each table goes, what a technician may write, who wins."""

from collections.abc import Iterator
from typing import Any

from sqlmodel import SQLModel

from twinbase import Mirror, days, merge_columns, within
from twinbase.conflict import device_wins
from twinbase.mutation import Operation
from twinbase_mobile import attachments, owners, scopes
from twinbase_mobile import tables as mobile
from twinbase_mobile.captions import CAPTIONS
from twinbase_mobile.reports import keep_both

ORIGIN = ("source_table", "source_id")


def make_mirrors() -> Iterator[Mirror]:
    yield from reference_mirrors()
    yield from customer_mirrors()
    yield from visit_mirrors()
    yield from day_mirrors()
    yield from desk_mirrors()


def read_only_mirror(model: type[SQLModel], **options: Any) -> Mirror:
    """A table that a device only reads."""
    return Mirror(model, hidden=ORIGIN, **options)


def shared_mirror(model: type[SQLModel], *operations: Operation, **options: Any) -> Mirror:
    """A table that devices write too: what `owners` says, and nothing else."""
    name = str(getattr(model, "__tablename__"))  # noqa: B009 - SQLModel types it as a descriptor
    hidden = ORIGIN if "source_table" in model.model_fields else ()
    return Mirror(
        model,
        direction="both",
        hidden=hidden,
        operations=operations,
        writable=owners.writable_columns(name),
        insertable=owners.insertable_columns(name),
        caption=CAPTIONS[name],
        **options,
    )


def reference_mirrors() -> Iterator[Mirror]:
    yield read_only_mirror(mobile.Unit, priority=0, read="sync.read")
    yield read_only_mirror(mobile.InterventionType, priority=0, read="sync.read")
    yield read_only_mirror(mobile.VatRate, priority=0, read="sync.read")
    yield read_only_mirror(mobile.Storehouse, priority=0, read="sync.read")
    yield read_only_mirror(mobile.Colleague, scope=scopes.active_colleagues, priority=0, read="sync.read")
    yield read_only_mirror(mobile.ChecklistTemplate, scope=scopes.active_templates, priority=0, read="sync.read")
    yield read_only_mirror(mobile.ProductFamily, priority=2, read="products.read")
    yield read_only_mirror(mobile.Product, scope=scopes.active_products, priority=2, read="products.read")
    yield read_only_mirror(mobile.TravelRate, priority=2, read="products.read")
    yield read_only_mirror(mobile.StockLevel, scope=scopes.my_stock, priority=2, read="stock.read")


def customer_mirrors() -> Iterator[Mirror]:
    yield read_only_mirror(
        mobile.Customer, scope=scopes.my_customers, formerly=scopes.my_former_customers, read="customers.read"
    )
    yield shared_mirror(
        mobile.CustomerSite,
        "update",
        scope=within(mobile.Customer, mobile.CustomerSite.customer_id),
        formerly=scopes.formerly_of_customer(mobile.CustomerSite),
        conflict=merge_columns(device_wins),
        read="customers.read",
        write="customers.update",
    )
    yield shared_mirror(
        mobile.Contact,
        "insert",
        "update",
        scope=within(mobile.Customer, mobile.Contact.customer_id),
        formerly=scopes.formerly_of_customer(mobile.Contact),
        conflict="merge_columns",
        read="contacts.read",
        write="contacts.update",
    )
    yield shared_mirror(
        mobile.CustomerEquipment,
        "insert",
        "update",
        scope=within(mobile.Customer, mobile.CustomerEquipment.customer_id),
        formerly=scopes.formerly_of_customer(mobile.CustomerEquipment),
        conflict="merge_columns",
        read="customers.read",
        write="customers.update",
    )
    yield read_only_mirror(
        mobile.MaintenanceContract,
        scope=within(mobile.Customer, mobile.MaintenanceContract.customer_id),
        read="customers.read",
    )
    yield read_only_mirror(mobile.Project, scope=scopes.my_projects, read="projects.read")
    yield shared_mirror(
        mobile.Incident,
        "insert",
        scope=scopes.my_incidents,
        formerly=scopes.formerly_of_customer(mobile.Incident),
        conflict="append_only",
        read="incidents.read",
        write="incidents.create",
    )


def visit_mirrors() -> Iterator[Mirror]:
    yield shared_mirror(
        mobile.Intervention,
        "insert",
        "update",
        version=2,
        scope=scopes.my_visits,
        formerly=scopes.my_former_visits,
        late=True,
        conflict=merge_columns(device_wins, report=keep_both),
        read="interventions.read",
        write="interventions.update",
    )
    yield shared_mirror(
        mobile.InterventionAssignment,
        "update",
        scope=_of_a_visit(mobile.InterventionAssignment),
        conflict="device_wins",
        read="interventions.read",
        write="interventions.update",
    )
    yield shared_mirror(
        mobile.InterventionEquipment,
        "insert",
        "update",
        scope=_of_a_visit(mobile.InterventionEquipment),
        conflict="merge_columns",
        read="interventions.read",
        write="interventions.update",
    )
    yield shared_mirror(
        mobile.InterventionNote,
        "insert",
        scope=scopes.my_notes,
        late=True,
        conflict="append_only",
        read="interventions.read",
        write="interventions.update",
    )
    yield shared_mirror(
        mobile.InterventionPart,
        "insert",
        "update",
        "delete",
        scope=_of_a_visit(mobile.InterventionPart),
        late=True,
        conflict="merge_columns",
        read="interventions.read",
        write="interventions.update",
    )
    yield shared_mirror(
        mobile.InterventionPhoto,
        "insert",
        "update",
        "delete",
        scope=_of_a_visit(mobile.InterventionPhoto),
        late=True,
        conflict="merge_columns",
        read="interventions.read",
        write="photos.upload",
        attachments=(attachments.PHOTO,),
    )
    yield shared_mirror(
        mobile.InterventionSignature,
        "insert",
        scope=_of_a_visit(mobile.InterventionSignature),
        conflict="append_only",
        read="interventions.read",
        write="signature.create",
        attachments=(attachments.SIGNATURE, attachments.SIGNED_REPORT),
    )
    yield shared_mirror(
        mobile.ChecklistAnswer,
        "insert",
        "update",
        scope=_of_a_visit(mobile.ChecklistAnswer),
        late=True,
        conflict="last_write_wins",
        read="interventions.read",
        write="interventions.update",
    )


def _of_a_visit(model: Any) -> Any:
    return within(mobile.Intervention, model.intervention_id)


def day_mirrors() -> Iterator[Mirror]:
    """A draft is its writer's own: what arrives last stands."""
    yield shared_mirror(
        mobile.Timesheet,
        "insert",
        "update",
        "delete",
        scope=scopes.my_hours,
        late=True,
        conflict="device_wins",
        read="timesheets.read",
        write="timesheets.create",
    )
    yield shared_mirror(
        mobile.TravelLog,
        "insert",
        "update",
        scope=scopes.own_rows(mobile.TravelLog),
        window=days(mobile.TravelLog.departed_at, back=30),
        late=True,
        conflict="device_wins",
        read="timesheets.read",
        write="timesheets.create",
    )
    yield shared_mirror(
        mobile.Expense,
        "insert",
        "update",
        "delete",
        scope=scopes.my_expenses,
        late=True,
        conflict="device_wins",
        read="expenses.read",
        write="expenses.create",
        attachments=(attachments.RECEIPT,),
    )
    yield shared_mirror(
        mobile.StockMovement,
        "insert",
        scope=scopes.own_rows(mobile.StockMovement),
        window=days(mobile.StockMovement.occurred_at, back=30),
        late=True,
        conflict="append_only",
        read="stock.read",
        write="stock.update",
    )


def desk_mirrors() -> Iterator[Mirror]:
    yield read_only_mirror(
        mobile.Document, scope=scopes.my_documents, read="documents.read", attachments=(attachments.DOCUMENT,)
    )
    yield read_only_mirror(mobile.Ticket, scope=scopes.my_tickets, read="tickets.read")
    yield shared_mirror(
        mobile.TicketComment,
        "insert",
        scope=within(mobile.Ticket, mobile.TicketComment.ticket_id),
        conflict="append_only",
        read="tickets.read",
        write="tickets.comment",
    )
