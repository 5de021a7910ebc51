"""An appliance with what was measured on it, and what somebody chooses from."""

from datetime import date
from decimal import Decimal

from tests.plugins.mobile.reading.company import BOB, ME, NOW, Company, ident, paris
from tests.plugins.mobile.reading.test_days import visit

from twinbase_mobile.reading import list_storehouses, list_visit_types, read_equipment
from twinbase_mobile.rules import Judgement, answer_id
from twinbase_mobile.tables import (
    ChecklistAnswer,
    ChecklistTemplate,
    Customer,
    CustomerEquipment,
    CustomerSite,
    InterventionEquipment,
    InterventionType,
    Storehouse,
)

BAKERY, BOILER, TEMPLATE = ident(10), ident(11), ident(12)
ITEMS = [{"key": "co", "label": "CO", "kind": "number", "unit": "ppm", "warn_max": 10}]


async def test_an_appliance_says_what_is_covered_and_what_was_measured_newest_first(company: Company) -> None:
    await company.add_and_sync(
        Customer(id=BAKERY, code="C1", name="Noël", salesperson_id=ME),
        CustomerSite(id=ident(13), customer_id=BAKERY, address1="3 place", city="Bron"),
        CustomerEquipment(
            id=BOILER, customer_id=BAKERY, site_id=ident(13), caption="Boiler", serial_number="21",
            parts_cover_end=date(2026, 6, 10), labour_cover_end=date(2026, 6, 9),
        ),
        ChecklistTemplate(id=TEMPLATE, code="GAZ", items=ITEMS),
        visit(1, paris(9, 8), title="Last year", customer_id=BAKERY),
        visit(2, paris(10, 8), title="Today", customer_id=BAKERY),
        InterventionEquipment(id=ident(14), intervention_id=ident(1001), equipment_id=BOILER, replaced_by_serial="21"),
    )  # fmt: skip
    for number, day, value in ((1, 9, 3), (2, 10, 12)):
        id_ = answer_id(ident(1000 + number), BOILER, TEMPLATE, "co")
        await company.phone.save(
            ChecklistAnswer(
                id=id_, intervention_id=ident(1000 + number), equipment_id=BOILER, template_id=TEMPLATE, item_key="co",
                value_number=Decimal(value), answered_at=paris(day, 9), out_of_range=value > 9,
            )
        )  # fmt: skip
    with company.queries() as seen:
        async with company.phone.replica.read() as session:
            sheet = await read_equipment(session, BOILER, now=NOW)
    assert sheet is not None and len(seen) == 4 + 2, "the session begins with two of its own"
    assert [(one.what, one.in_force) for one in sheet.covers] == [("parts", True), ("labour", False)]
    assert [(one.value, one.unit, one.judgement) for one in sheet.measures] == [
        (12, "ppm", Judgement.ABNORMAL), (3, "ppm", Judgement.NORMAL)
    ]  # fmt: skip
    assert [(one.visit, one.replaced_by_serial) for one in sheet.visits] == [("Last year", "21")]
    assert (sheet.site, sheet.customer, sheet.mark.state) == ("3 place, Bron", "Noël", "synced")


async def test_an_appliance_that_is_not_here_is_none(company: Company) -> None:
    async with company.phone.replica.read() as session:
        assert await read_equipment(session, BOILER, now=NOW) is None
        assert await list_visit_types(session) == ()
        assert await list_storehouses(session, ME) == ()


async def test_types_have_their_newest_checklist_and_my_van_stands_first(company: Company) -> None:
    await company.add_and_sync(
        BOB(),
        InterventionType(id=ident(20), caption="Réparation"),
        InterventionType(id=ident(21), caption="entretien"),
        InterventionType(id=ident(22)),
        ChecklistTemplate(id=ident(30), code="A", version=1, intervention_type_id=ident(21), items=ITEMS),
        ChecklistTemplate(id=ident(31), code="A", version=2, intervention_type_id=ident(21), items=ITEMS),
        ChecklistTemplate(id=ident(32), code="A", version=3, intervention_type_id=ident(21), items=ITEMS, active=False),
        Storehouse(id=ident(40), caption="Annex"),
        Storehouse(id=ident(41), caption="Depot", is_main=True),
        Storehouse(id=ident(42), caption="Van", owner_id=ME),
        Storehouse(id=ident(43), caption="Old", asleep=True),
    )
    async with company.phone.replica.read() as session:
        types, houses = await list_visit_types(session), await list_storehouses(session, ME)
    assert [(one.caption, one.template_id) for one in types] == [("entretien", ident(31)), ("Réparation", None)]
    assert [(one.caption, one.is_mine) for one in houses] == [("Van", True), ("Depot", False), ("Annex", False)]
