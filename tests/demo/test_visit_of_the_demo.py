"""The visit that the demo's technician makes on site is taken, whatever the office does meanwhile."""

import random
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from tests.plugins.mobile.reading.company import ANNA, BOB, BOB_ID, ME, NOW, PLUGINS, Company, ident, paris

from twinbase.testing import World
from twinbase_demo.day import TechnicianDay
from twinbase_demo.made_on_site import make_visit
from twinbase_mobile.tables import Customer, Intervention


@pytest.fixture
async def company(database_url: str, tmp_path: Path) -> AsyncIterator[Company]:
    async with World.open(database_url, PLUGINS, tmp_path) as world:
        company = Company(world)
        await company.add(ANNA(), BOB())
        company.phone = await world.device("anna", claims={"colleague_id": str(ME)})
        yield company
        world.raise_crashes()


async def test_it_is_at_a_customer_whom_the_office_leaves_him(company: Company) -> None:
    """The first visit of the day goes to a colleague, and no other one is at its customer."""
    for number in (1, 2):
        await company.add(
            Customer(id=ident(10 + number), code=f"C{number}", name=f"Customer {number}"),
            Intervention(
                id=ident(20 + number), lead_id=ME, customer_id=ident(10 + number), scheduled_start=paris(10, 8 + number)
            ),
        )
    await company.phone.sync()
    worker = TechnicianDay(ME, NOW.date(), random.Random())
    made = await make_visit(company.phone.replica, worker, leaving=ident(21))
    assert UUID(made["customer"]) == ident(12)

    await company.world.sql(f"UPDATE mobile.interventions SET lead_id = '{BOB_ID}' WHERE id = '{ident(21)}'")
    await company.phone.sync()
    assert not await company.phone.replica.waiting_edits()
    mine = await company.phone.all(Intervention)
    assert {one.id for one in mine} == {ident(22), UUID(made["id"])}
    assert [one.id for one in await company.phone.all(Customer)] == [ident(12)]
