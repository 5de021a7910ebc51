"""A screen costs the same few queries whether there is nothing or much, and its lists have an end."""

from collections.abc import Awaitable, Callable
from dataclasses import FrozenInstanceError
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.plugins.mobile.reading.company import ME, NOW, Company, ident
from tests.plugins.mobile.reading.test_days import visit
from tests.plugins.mobile.reading.test_job import whole
from tests.plugins.mobile.reading.test_stock import VAN, movement

from twinbase.replica import ReplicaSession
from twinbase_mobile import reading
from twinbase_mobile.tables import (
    ChecklistAnswer,
    Expense,
    InterventionNote,
    InterventionPart,
    Product,
    StockLevel,
    Storehouse,
    Timesheet,
)

VISIT, CUSTOMER = ident(1001), ident(10)
Read = Callable[[ReplicaSession], Awaitable[Any]]
SCREENS: dict[str, tuple[int, Read]] = {
    "my_day": (3, lambda session: reading.my_day(session, ME, now=NOW)),
    "my_week": (3, lambda session: reading.my_week(session, ME, now=NOW)),
    "open_jobs": (3, lambda session: reading.open_jobs(session, ME, now=NOW)),
    "job": (14, lambda session: reading.read_job(session, VISIT, now=NOW)),
    "customer_360": (13, lambda session: reading.read_customer_360(session, CUSTOMER, now=NOW)),
    "my_hours": (3, lambda session: reading.my_hours(session, ME, weeks=4, now=NOW)),
    "running_hours": (2, lambda session: reading.running_hours(session, ME)),
    "my_requests": (2, lambda session: reading.my_requests(session, ME)),
    "my_expenses": (2, lambda session: reading.my_expenses(session, ME)),
    "my_stock": (6, lambda session: reading.my_stock(session, ME)),
    "nearby": (1, lambda session: reading.nearby_sites(session, 43.6, 1.44)),
    "find_jobs": (3, lambda session: reading.find_jobs(session, ME, now=NOW)),
    "find_jobs by words": (3, lambda session: reading.find_jobs(session, ME, text="v", now=NOW)),
    "count_jobs": (1, lambda session: reading.count_jobs(session, ME, late=True, now=NOW)),
    "my_month": (1, lambda session: reading.my_month(session, ME, now=NOW)),
    "find_customers": (3, lambda session: reading.find_customers(session, "boul", now=NOW)),
    "list_colleagues": (2, lambda session: reading.list_colleagues(session, ME, now=NOW)),
    "product": (7, lambda session: reading.read_product(session, ME, ident(3001))),
    "my_tickets": (2, lambda session: reading.my_tickets(session, ME)),
    "ticket": (3, lambda session: reading.read_ticket(session, ME, ident(54))),
    "my_deliveries": (1, lambda session: reading.my_deliveries(session)),
}
"""How many queries each screen runs at most."""


async def counts(company: Company) -> dict[str, int]:
    """How many queries each screen runs now; a transaction's beginning is not one of them."""
    found = {}
    for name, (_, read) in SCREENS.items():
        with company.queries() as queries:
            async with company.phone.replica.read() as session:
                await read(session)
        found[name] = len([query for query in queries if query != "BEGIN" and "FROM _twinbase_state" not in query])
    return found


async def fill(company: Company) -> None:
    """Much of everything, half of it not sent yet."""
    many = range(60)
    await whole(company)
    await company.add_and_sync(
        Storehouse(id=VAN, caption="Camion", owner_id=ME),
        *(Product(id=ident(3000 + n), code=f"P{n}", caption=f"Produit {n}") for n in many),
        *(StockLevel(product_id=ident(3000 + n), storehouse_id=VAN, real_qty=Decimal(n)) for n in range(50)),
        *(visit(100 + n, NOW + timedelta(minutes=n), customer_id=CUSTOMER, site_id=ident(11)) for n in many),
        *(InterventionNote(intervention_id=VISIT, author_id=ME, body=str(n), occurred_at=NOW) for n in range(250)),
    )
    for n in many:
        await company.phone.save(
            InterventionPart(intervention_id=VISIT, product_id=ident(3000 + n), quantity=Decimal(n + 1)),
            movement(500 + n, ident(3000 + n), "1", from_storehouse_id=VAN),
            Timesheet(colleague_id=ME, day=NOW.date(), minutes=1),
            Expense(colleague_id=ME, expense_on=NOW.date(), amount_ttc=Decimal("0.01")),
        )
    await company.phone.save(ChecklistAnswer(intervention_id=VISIT, item_key="clean", template_id=ident(30)))


@pytest.mark.timeout(240)
async def test_each_screen_runs_the_same_few_queries_whatever_there_is(company: Company) -> None:
    await company.add_and_sync()
    empty = await counts(company)
    await fill(company)
    full = await counts(company)
    most = {name: queries for name, (queries, _) in SCREENS.items()}
    assert full == most
    assert all(empty[name] <= most[name] for name in most)
    async with company.phone.replica.read() as session:
        shown = await reading.read_job(session, VISIT, now=NOW)
        (van,) = await reading.my_stock(session, ME)
        near = await reading.open_jobs(session, ME, now=NOW, limit=10)
    assert shown is not None and len(shown.parts) == 60 and len(shown.notes) == 200
    assert len(van.lines) == 60 and (len(near.visits), near.total) == (10, 61)
    with pytest.raises(FrozenInstanceError):
        shown.visit.title = "other"  # type: ignore[misc]
