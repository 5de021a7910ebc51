"""Whose rows: what a technician sees of `mobile`. Each is SQL with parameters, read once at start.

Where a scope looks at another table, or at its own once more, it gives that table another name: so it can stand inside
any other query.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, cast, func, or_, select, union
from sqlalchemy.orm import aliased
from sqlmodel import col

from twinbase import Who
from twinbase_mobile.customers_in_reach import in_reach
from twinbase_mobile.tables import (
    ChecklistTemplate,
    Colleague,
    Customer,
    CustomerEquipment,
    Document,
    Expense,
    Incident,
    Intervention,
    InterventionAssignment,
    InterventionNote,
    Product,
    Project,
    StockLevel,
    Storehouse,
    Ticket,
    Timesheet,
)
from twinbase_mobile.tables.kinds import Claim, IncidentStatus, OwnerKind, State, Status
from twinbase_mobile.tables.office import ProjectMember

ME = "colleague_id"
TEAM = "team"
MONTH = timedelta(days=30)
YEAR = timedelta(days=365)
NOTES_PER_CUSTOMER = 20
Condition = ColumnElement[bool]


def my_visits(who: Who) -> Condition:
    """Assigned to me, and planned within thirty days of now, or older and still open."""
    return _is_my_visit(who, Intervention)


def my_customers(who: Who) -> Condition:
    """Whose visits are mine; then, up to a thousand in all, the nearest of those I sell to or of my sector."""
    return in_reach(Customer, who[ME], _of_my_visits(who, "customer_id"))


def my_projects(who: Who) -> Condition:
    """Those that my visits belong to, or that I am a member of."""
    return or_(col(Project.id).in_(_of_my_visits(who, "project_id")), col(Project.id).in_(_of_membership(who)))


def my_incidents(who: Who) -> Condition:
    """Reported by me, or of a customer that I have and not closed."""
    theirs = col(Incident.customer_id).in_(_ids_of_my_customers(who)) & (col(Incident.status) != IncidentStatus.CLOSED)
    return or_(col(Incident.creator_id) == who[ME], theirs)


def my_notes(who: Who) -> Condition:
    """Of my visits; the last twenty of each customer that I visit; and what I wrote myself in the last thirty days."""
    mine = col(InterventionNote.author_id) == who[ME]
    return or_(
        col(InterventionNote.intervention_id).in_(_of_my_visits(who, "id")),
        col(InterventionNote.id).in_(_last_notes(who)),
        mine & _since(col(InterventionNote.occurred_at), who.as_of - MONTH),
    )


def my_hours(who: Who) -> Condition:
    """Of the last thirty days: mine, and those of my team, whose ids are in the claim `team`."""
    whose = or_(col(Timesheet.colleague_id) == who[ME], col(Timesheet.colleague_id).in_(who.get(TEAM)))
    return whose & (col(Timesheet.day) >= _day(who, MONTH))


def my_expenses(who: Who) -> Condition:
    """Mine of the last thirty days, and older ones that are not paid back yet."""
    recent = col(Expense.expense_on) >= _day(who, MONTH)
    return (col(Expense.colleague_id) == who[ME]) & or_(recent, col(Expense.state) != Claim.REIMBURSED)


def my_stock(who: Who) -> Condition:
    """What my van and the main depot hold."""
    house = aliased(Storehouse)
    mine = select(col(house.id)).where(or_(col(house.owner_id) == who[ME], col(house.is_main).is_(True)))
    return col(StockLevel.storehouse_id).in_(mine)


def my_documents(who: Who) -> Condition:
    """Of my visits, projects and customers' equipment, of the last twelve months or without a date."""
    owners = {
        OwnerKind.INTERVENTION: _of_my_visits(who, "id"),
        OwnerKind.PROJECT: union(_of_my_visits(who, "project_id"), _of_membership(who)),
        OwnerKind.EQUIPMENT: _ids_of_equipment(who),
    }
    mine = or_(*(
        (col(Document.owner_kind) == kind) & col(Document.owner_id).in_(ids) for kind, ids in owners.items()
    ))  # fmt: skip
    return mine & _since(col(Document.document_date), _day(who, YEAR))


def my_tickets(who: Who) -> Condition:
    """Assigned to me, or of a customer or a visit that I have; open, or closed within thirty days."""
    mine = or_(
        col(Ticket.assignee_id) == who[ME],
        col(Ticket.customer_id).in_(_ids_of_my_customers(who)),
        col(Ticket.intervention_id).in_(_of_my_visits(who, "id")),
    )
    return mine & _since(col(Ticket.closed_at), who.as_of - MONTH)


def active_colleagues(who: Who) -> Condition:
    """Everybody who works here."""
    return col(Colleague.state) == State.ACTIVE


def active_templates(who: Who) -> Condition:
    """Checklists in use."""
    return col(ChecklistTemplate.active).is_(True)


def active_products(who: Who) -> Condition:
    """What is sold today."""
    return col(Product.state) == State.ACTIVE


def mine(model: Any) -> Any:
    """Rows whose colleague I am."""
    return lambda who: col(model.colleague_id) == who[ME]


def _is_my_visit(who: Who, visit: Any) -> Condition:
    start, status = col(visit.scheduled_start), col(visit.status)
    near = (start >= who.as_of - MONTH) & (start < who.as_of + MONTH)
    still_open = (start < who.as_of + MONTH) & status.not_in([Status.DONE, Status.CANCELLED])
    link = aliased(InterventionAssignment)
    sent = select(col(link.intervention_id)).where(col(link.colleague_id) == who[ME])
    return or_(col(visit.lead_id) == who[ME], col(visit.id).in_(sent)) & or_(near, still_open)


def _of_my_visits(who: Who, column: str) -> Select[Any]:
    """One column of the visits that I have."""
    visit = aliased(Intervention)
    return select(getattr(visit, column)).where(_is_my_visit(who, visit))


def _ids_of_my_customers(who: Who) -> Select[Any]:
    customer = aliased(Customer)
    return select(col(customer.id)).where(in_reach(customer, who[ME], _of_my_visits(who, "customer_id")))


def _of_membership(who: Who) -> Select[Any]:
    member = aliased(ProjectMember)
    return select(col(member.project_id)).where(col(member.colleague_id) == who[ME])


def _ids_of_equipment(who: Who) -> Select[Any]:
    one = aliased(CustomerEquipment)
    return select(col(one.id)).where(col(one.customer_id).in_(_ids_of_my_customers(who)))


def _last_notes(who: Who) -> Select[Any]:
    """The last notes of each customer whose visits I have; without a time they are the oldest."""
    note = aliased(InterventionNote)
    newest = (col(note.occurred_at).desc().nulls_last(), col(note.id).desc())
    place = func.row_number().over(partition_by=col(note.customer_id), order_by=newest).label("place")
    visited = col(note.customer_id).in_(_of_my_visits(who, "customer_id"))
    ranked = select(col(note.id).label("id"), place).where(visited).subquery()
    return select(ranked.c.id).where(ranked.c.place <= NOTES_PER_CUSTOMER)


def _since(column: Any, bound: Any) -> Condition:
    """Not before, or without a time."""
    return or_(column >= bound, column.is_(None))


def _day(who: Who, back: timedelta) -> ColumnElement[Any]:
    """The day so long ago, in UTC whatever the time zone of the session."""
    return cast(func.timezone("UTC", who.as_of - back), Date)
