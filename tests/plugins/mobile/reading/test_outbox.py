"""What a technician has not sent yet, in his words: whatever he writes has a name, and leads to its visit."""

from datetime import date
from decimal import Decimal

from tests.plugins.mobile.reading.company import BOB, BOB_ID, ME, NOW, PLUGINS, Company, ident, paris
from tests.plugins.mobile.reading.test_days import visit

from twinbase_mobile.captions import CAPTIONS
from twinbase_mobile.tables import (
    Customer,
    Incident,
    Intervention,
    InterventionNote,
    InterventionPart,
    Product,
    Timesheet,
)

VISIT = ident(1001)


def test_every_table_that_a_technician_writes_has_a_caption() -> None:
    assert {twin.name for twin in PLUGINS.twins if twin.name in CAPTIONS} == CAPTIONS.keys()
    assert [twin.name for twin in PLUGINS.twins if twin.pushes and twin.mirror.caption is None] == []


async def test_an_edit_is_called_by_its_row_its_product_or_its_day_and_by_its_customer(company: Company) -> None:
    bakery = Customer(id=ident(10), code="C1", name="Boulangerie Petit")
    pump = Product(id=ident(30), code="P1", caption="Circulateur 25-60")
    await company.add(BOB(), bakery, pump, visit(1, paris(10, 9), customer_id=bakery.id, title="Entretien"))
    await company.phone.sync()

    await company.phone.save(
        InterventionPart(intervention_id=VISIT, product_id=pump.id, quantity=Decimal(1)),
        InterventionNote(intervention_id=VISIT, author_id=ME, body="Fuite au\n joint", occurred_at=NOW),
        Timesheet(colleague_id=ME, day=date(2026, 6, 10), intervention_id=VISIT, minutes=60),
        Incident(customer_id=bakery.id, caption="Chaudière en défaut", creator_id=BOB_ID),
    )
    assert (await company.phone.sync()).outcomes["refused"] == 1
    await company.phone.change(Intervention, VISIT, report="Fait")

    async with company.phone.replica.read() as session:
        titles = {one.make_title(): one.belongs_to for one in await session.read_outbox()}
    assert titles == {
        "Visit: Entretien (Boulangerie Petit)": ("interventions", VISIT),
        "Part: Circulateur 25-60 (Boulangerie Petit)": ("interventions", VISIT),
        "Note: Fuite au joint (Boulangerie Petit)": ("interventions", VISIT),
        "Hours: 2026-06-10 (Boulangerie Petit)": ("interventions", VISIT),
        "Incident: Chaudière en défaut (Boulangerie Petit)": ("customers", bakery.id),
    }
