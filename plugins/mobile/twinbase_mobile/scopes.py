"""Whose rows: what a technician sees of `mobile`. Each is SQL with parameters, read once at start.

Where a scope looks at another table, or at its own once more, it gives that table another name: so it can stand inside
any other query.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Date, Select, and_, cast, func, or_, select, union
from sqlalchemy.orm import aliased
from sqlmodel import col

from twinbase import Who, says
from twinbase_mobile.customers_in_reach import SqlCondition, is_in_reach
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
from twinbase_mobile.tables.former_team import FormerTeam
from twinbase_mobile.tables.kinds import ActiveState, Claim, IncidentStatus, OwnerKind, VisitStatus
from twinbase_mobile.tables.office import ProjectMember

ME = "colleague_id"
TEAM = "team"
WEEK = timedelta(days=7)
MONTH = timedelta(days=30)
YEAR = timedelta(days=365)
NOTES_PER_CUSTOMER = 20


def my_visits(who: Who) -> SqlCondition:
    """Assigned to me, and planned within thirty days of now, or older and still open."""
    return _is_my_visit(who, Intervention)


def my_former_visits(who: Who) -> SqlCondition:
    """Taken from me in the last seven days: shown no more, but what I did on them may still arrive."""
    return col(Intervention.id).in_(_taken_away(who))


def my_former_customers(who: Who) -> SqlCondition:
    """Whose visits these are."""
    return col(Customer.id).in_(_former_customers(who))


def formerly_of_customer(model: Any) -> Callable[[Who], SqlCondition]:
    """The rows of a table that belong to these customers: what is made on site there may still point at them."""

    def formerly(who: Who) -> SqlCondition:
        return col(model.customer_id).in_(_former_customers(who))

    return formerly


def my_customers(who: Who) -> SqlCondition:
    """Whose visits are mine; then, up to a thousand in all, the nearest of those I sell to or of my sector."""
    return says(
        is_in_reach(Customer, who[ME], _of_my_visits(who, "customer_id")),
        "they visit or sell to this customer, or it is in their sector",
        "they neither visit this customer nor sell to it, and it is in no sector of theirs or beyond the 1,000 nearest",
    )


def my_projects(who: Who) -> SqlCondition:
    """Those that my visits belong to, or that I am a member of."""
    return or_(
        says(
            col(Project.id).in_(_of_my_visits(who, "project_id")),
            "a visit of theirs belongs to it",
            "no visit of theirs belongs to it",
        ),
        says(col(Project.id).in_(_of_membership(who)), "they are a member", "they are no member"),
    )


def my_incidents(who: Who) -> SqlCondition:
    """Reported by me, or of a customer that I have and not closed."""
    reported = says(col(Incident.creator_id) == who[ME], "they reported it", "somebody else reported it")
    not_closed = says(col(Incident.status) != IncidentStatus.CLOSED, "it is {status}", "it is closed")
    return or_(reported, _of_a_customer(who, Incident) & not_closed)


def my_notes(who: Who) -> SqlCondition:
    """Of my visits; the last twenty of each customer that I visit; and what I wrote myself in the last thirty days."""
    mine = col(InterventionNote.author_id) == who[ME]
    return or_(
        _of_a_visit(who, InterventionNote),
        says(
            col(InterventionNote.id).in_(_last_notes(who)),
            "it is one of the last 20 of a customer whom they visit",
            "it is none of the last 20 of a customer whom they visit",
        ),
        says(
            mine & _since(col(InterventionNote.occurred_at), who.as_of - MONTH),
            "they wrote it in the last 30 days",
            "they did not write it in the last 30 days",
        ),
    )


def my_hours(who: Who) -> SqlCondition:
    """Of the last thirty days: mine, and those of my team, whose ids are in the claim `team`."""
    whose = or_(_mine(who, Timesheet), col(Timesheet.colleague_id).in_(who.get(TEAM)))
    named = says(whose, "it is theirs or of their team", "it is neither theirs nor of their team")
    return named & says(col(Timesheet.day) >= _day(who, MONTH), *_of_day("day"))


def my_expenses(who: Who) -> SqlCondition:
    """Mine of the last thirty days, and older ones that are not paid back yet."""
    recent = says(col(Expense.expense_on) >= _day(who, MONTH), *_of_day("expense_on"))
    unpaid = says(col(Expense.state) != Claim.REIMBURSED, "it is {state}", "it is paid back")
    return _mine(who, Expense) & or_(recent, unpaid)


def my_stock(who: Who) -> SqlCondition:
    """What my van and the main depot hold."""
    house = aliased(Storehouse)
    mine = select(col(house.id)).where(or_(col(house.owner_id) == who[ME], col(house.is_main).is_(True)))
    found = col(StockLevel.storehouse_id).in_(mine)
    return says(found, "it is in their van or in the main depot", "it is neither in their van nor in the main depot")


def my_documents(who: Who) -> SqlCondition:
    """Of my visits, projects and customers' equipment, of the last twelve months or without a date."""
    owners = {
        OwnerKind.INTERVENTION: _of_my_visits(who, "id"),
        OwnerKind.PROJECT: union(_of_my_visits(who, "project_id"), _of_membership(who)),
        OwnerKind.EQUIPMENT: _ids_of_equipment(who),
    }
    mine = or_(*((col(Document.owner_kind) == kind) & col(Document.owner_id).in_(ids) for kind, ids in owners.items()))
    owned = says(
        mine, "it is of one of their {owner_kind}", "it belongs to {owner_kind}/{owner_id}, which they do not have"
    )
    return owned & says(
        _since(col(Document.document_date), _day(who, YEAR)),
        "it is of {document_date}",
        "it is of {document_date}, more than 12 months ago",
    )


def my_tickets(who: Who) -> SqlCondition:
    """Assigned to me, or of a customer or a visit that I have; open, or closed within thirty days."""
    mine = or_(
        says(col(Ticket.assignee_id) == who[ME], "it is assigned to them", "it is not assigned to them"),
        _of_a_customer(who, Ticket),
        _of_a_visit(who, Ticket),
    )
    return mine & says(
        _since(col(Ticket.closed_at), who.as_of - MONTH),
        "it is {status_name}",
        "it was closed on {closed_at}, more than 30 days ago",
    )


def active_colleagues(who: Who) -> SqlCondition:
    """Everybody who works here."""
    return says(col(Colleague.state) == ActiveState.ACTIVE, "they work here", "they are {state}")


def active_templates(who: Who) -> SqlCondition:
    """Checklists in use."""
    return says(col(ChecklistTemplate.active).is_(True), "it is in use", "it is no longer in use")


def active_products(who: Who) -> SqlCondition:
    """What is sold today."""
    return says(col(Product.state) == ActiveState.ACTIVE, "it is on sale", "it is {state}")


def own_rows(model: object) -> Callable[[Who], SqlCondition]:
    """The scope of a table whose rows are their colleague's own."""

    def scope(who: Who) -> SqlCondition:
        """Mine."""
        return _mine(who, model)

    return scope


def _mine(who: Who, model: Any) -> SqlCondition:
    return says(col(model.colleague_id) == who[ME], "it is theirs", "it is somebody else's")


def _of_a_visit(who: Who, model: Any) -> SqlCondition:
    inside = col(model.intervention_id).in_(_of_my_visits(who, "id"))
    return says(inside, "it belongs to a visit of theirs", "it belongs to no visit of theirs")


def _of_a_customer(who: Who, model: Any) -> SqlCondition:
    inside = col(model.customer_id).in_(_ids_of_my_customers(who))
    return says(inside, "it is of a customer that they have", "it is of no customer that they have")


def _of_day(column: str) -> tuple[str, str]:
    """What to say of a day that is at most thirty days ago, or not."""
    return f"it is of {{{column}}}", f"it is of {{{column}}}, more than 30 days ago"


def _is_my_visit(who: Who, visit: Any) -> SqlCondition:
    start, closed = col(visit.scheduled_start), col(visit.status).in_([VisitStatus.DONE, VisitStatus.CANCELLED])
    return and_(
        says(col(visit.id).in_(_assigned(who)), "it is assigned to them", "it is assigned to somebody else"),
        says(
            start < who.as_of + MONTH,
            "it is planned on {scheduled_start}",
            "it is planned on {scheduled_start}, more than 30 days from now",
            unknown="it is not planned yet",
        ),
        says(
            or_(start >= who.as_of - MONTH, ~closed),
            "it is {status}",
            "it was planned on {scheduled_start}, more than 30 days ago, and is {status}",
        ),
    )


def _assigned(who: Who) -> CompoundSelect[Any]:
    """The ids of all visits that I lead or am sent to: two looks at an index, where OR would read the whole table."""
    led, sent = aliased(Intervention), aliased(InterventionAssignment)
    return union(
        select(col(led.id)).where(col(led.lead_id) == who[ME]),
        select(col(sent.intervention_id)).where(col(sent.colleague_id) == who[ME]),
    )


def _taken_away(who: Who) -> Select[Any]:
    """The ids of visits that I was on until a few days ago, as PostgreSQL itself has noted."""
    mine = (col(FormerTeam.colleague_id) == who[ME]) & (col(FormerTeam.until) >= who.as_of - WEEK)
    return select(col(FormerTeam.intervention_id)).where(mine)


def _former_customers(who: Who) -> Select[Any]:
    """The ids of the customers of these visits."""
    visit = aliased(Intervention)
    return select(col(visit.customer_id)).where(col(visit.id).in_(_taken_away(who)))


def _of_my_visits(who: Who, column: str) -> Select[Any]:
    """One column of the visits that I have."""
    visit = aliased(Intervention)
    return select(getattr(visit, column)).where(_is_my_visit(who, visit))


def _ids_of_my_customers(who: Who) -> Select[Any]:
    customer = aliased(Customer)
    return select(col(customer.id)).where(is_in_reach(customer, who[ME], _of_my_visits(who, "customer_id")))


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
    rank = func.row_number().over(partition_by=col(note.customer_id), order_by=newest).label("place")
    visited = col(note.customer_id).in_(_of_my_visits(who, "customer_id"))
    ranked = select(col(note.id).label("id"), rank).where(visited).subquery()
    return select(ranked.c.id).where(ranked.c.place <= NOTES_PER_CUSTOMER)


def _since(column: Any, bound: Any) -> SqlCondition:
    """Not before, or without a time."""
    return or_(column >= bound, column.is_(None))


def _day(who: Who, back: timedelta) -> ColumnElement[Any]:
    """The day so long ago, in UTC whatever the time zone of the session."""
    return cast(func.timezone("UTC", who.as_of - back), Date)
