"""Whose rows: what a technician sees of `mobile`. Each is SQL with parameters, read once at start."""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import col

from twinbase import Who
from twinbase_mobile.tables import Customer, Expense, Intervention, Product, Project, StockLevel, Storehouse
from twinbase_mobile.tables.kinds import Claim, State, Status

ME = "colleague_id"
WINDOW = timedelta(days=30)


def my_interventions(who: Who) -> ColumnElement[bool]:
    """Assigned to me, and planned within thirty days of now, or older and still open."""
    start, status = col(Intervention.scheduled_start), col(Intervention.status)
    near = (start >= who.as_of - WINDOW) & (start < who.as_of + WINDOW)
    open_before = (start < who.as_of + WINDOW) & status.not_in([Status.DONE, Status.CANCELLED])
    return (col(Intervention.lead_id) == who[ME]) & or_(near, open_before)


def my_customers(who: Who) -> ColumnElement[bool]:
    """Whose visits are mine, or whose salesperson I am."""
    visited = select(col(Intervention.customer_id)).where(my_interventions(who))
    return or_(col(Customer.id).in_(visited), col(Customer.salesperson_id) == who[ME])


def my_projects(who: Who) -> ColumnElement[bool]:
    """Those that my visits belong to."""
    return col(Project.id).in_(select(col(Intervention.project_id)).where(my_interventions(who)))


def my_stock(who: Who) -> ColumnElement[bool]:
    """What my van and the main depot hold."""
    mine = select(col(Storehouse.id)).where(or_(col(Storehouse.owner_id) == who[ME], col(Storehouse.is_main).is_(True)))
    return col(StockLevel.storehouse_id).in_(mine)


def my_expenses(who: Who) -> ColumnElement[bool]:
    """Mine of the last thirty days, and older ones that are not paid back yet."""
    recent = col(Expense.expense_on) >= who.as_of - WINDOW
    return (col(Expense.colleague_id) == who[ME]) & or_(recent, col(Expense.state) != Claim.REIMBURSED)


def active_products(who: Who) -> ColumnElement[bool]:
    return col(Product.state) == State.ACTIVE


def mine(model: Any) -> Any:
    """Rows whose colleague I am."""
    return lambda who: col(model.colleague_id) == who[ME]
