"""One product: what is known of it, where it lies, where it was used."""

from decimal import Decimal

from tests.plugins.mobile.reading.company import ME, Company, ident, paris
from tests.plugins.mobile.reading.test_days import visit
from tests.plugins.mobile.reading.test_stock import DEPOT, OTHER, PIPE, SCREW, VALVE, VAN, filled, movement

from twinbase_mobile.reading import ProductSheet, my_stock, read_product
from twinbase_mobile.tables import Customer, InterventionPart, Product, VatRate
from twinbase_mobile.tables.kinds import Movement, VisitStatus


async def product(company: Company, id_: object) -> ProductSheet | None:
    async with company.phone.replica.read() as session:
        return await read_product(session, ME, id_)  # type: ignore[arg-type]


async def sheet(company: Company, id_: object) -> ProductSheet:
    found = await product(company, id_)
    assert found is not None
    return found


async def test_a_product_says_what_it_is_and_costs(company: Company) -> None:
    rate = VatRate(id=ident(90), rate=Decimal("10"), caption="10 %")
    valve = Product(
        id=ident(91), code="VAN-9", caption="Vanne 3 voies", price_ht=Decimal("42.5"), vat_rate_id=rate.id,
        tracking_mode=1, barcode="3760001",
    )  # fmt: skip
    await company.add_and_sync(rate, valve)
    found = await sheet(company, ident(91))
    assert (found.code, found.caption, found.barcode, found.unit) == ("VAN-9", "Vanne 3 voies", "3760001", "")
    assert (found.price_ht, found.vat_rate, found.is_tracked) == (Decimal("42.5"), Decimal(10), True)
    assert (found.places, found.uses) == ((), ())
    assert await product(company, ident(5)) is None


async def test_its_stock_is_my_van_first_then_the_depot_and_counts_what_i_moved(company: Company) -> None:
    await filled(company)
    await company.phone.save(
        movement(1, SCREW, "2", from_storehouse_id=VAN),
        movement(2, SCREW, "30", from_storehouse_id=DEPOT, to_storehouse_id=VAN, kind=Movement.TRANSFER),
        movement(3, PIPE, "1", from_storehouse_id=VAN),
        movement(4, VALVE, "4", to_storehouse_id=OTHER, kind=Movement.TRANSFER),
    )
    screws = await sheet(company, SCREW)
    assert [(place.storehouse, place.is_mine, place.known, place.moved) for place in screws.places] == [
        ("Camion Anna", True, Decimal(100), Decimal(28)),
        ("Dépôt", False, Decimal(5000), Decimal(-30)),
    ]
    assert (screws.in_my_van, screws.places[0].minimum) == (Decimal(128), Decimal(99))
    assert [(place.storehouse, place.here) for place in (await sheet(company, VALVE)).places] == [("Autre", Decimal(4))]


async def test_the_sheet_and_the_list_of_the_van_say_the_same(company: Company) -> None:
    await filled(company)
    await company.phone.save(
        movement(1, SCREW, "7", from_storehouse_id=VAN),
        movement(2, PIPE, "0.125", to_storehouse_id=VAN),
        movement(3, VALVE, "3", to_storehouse_id=VAN),
    )
    async with company.phone.replica.read() as session:
        (van,) = await my_stock(session, ME)
    assert {line.product_id: line.here for line in van.lines} == {
        id_: (await sheet(company, id_)).in_my_van for id_ in (SCREW, PIPE, VALVE)
    }


async def test_its_last_uses_are_on_my_visits_and_marked_while_they_are_unsent(company: Company) -> None:
    await filled(company)
    await company.add(
        Customer(id=ident(40), code="C1", name="Mairie"),
        visit(1, paris(3, 8), title="Ancienne", status=VisitStatus.DONE, customer_id=ident(40)),
        visit(2, paris(10, 8), title="Nouvelle"),
        InterventionPart(id=ident(51), intervention_id=ident(1001), product_id=PIPE, quantity=Decimal("1.5")),
        InterventionPart(id=ident(52), intervention_id=ident(1001), product_id=SCREW, quantity=Decimal(9)),
    )
    await company.add_and_sync()
    await company.phone.save(
        InterventionPart(id=ident(53), intervention_id=ident(1002), product_id=PIPE, quantity=Decimal(2))
    )
    uses = (await sheet(company, PIPE)).uses
    assert [(use.visit, use.customer, use.quantity, use.mark.state) for use in uses] == [
        ("Nouvelle", "", Decimal(2), "pending"),
        ("Ancienne", "Mairie", Decimal("1.5"), "synced"),
    ]
    assert str(uses[1].start) == "2026-06-03 08:00:00+02:00"
