"""The van's stock: the server's level, and one's own movements that it does not have yet."""

from decimal import Decimal
from typing import Any

from tests.plugins.mobile.reading.company import BOB_ID, ME, NOW, Company, ident

from twinbase_mobile.reading import Stock, my_stock
from twinbase_mobile.tables import Product, StockLevel, StockMovement, Storehouse, Unit
from twinbase_mobile.tables.kinds import Movement, StorehouseKind

VAN, DEPOT, OTHER = ident(10), ident(11), ident(12)
SCREW, PIPE, VALVE = ident(20), ident(21), ident(22)


async def filled(company: Company) -> None:
    """Anna's van with screws and pipes, the depot, and somebody else's van."""
    await company.add(
        Storehouse(id=VAN, caption="Camion Anna", owner_id=ME, kind=StorehouseKind.VAN),
        Storehouse(id=DEPOT, caption="Dépôt", is_main=True),
        Storehouse(id=OTHER, caption="Autre", owner_id=BOB_ID),
        Unit(id=ident(15), code="M", decimals=3),
        Product(id=SCREW, code="VIS", caption="Vis"),
        Product(id=PIPE, code="TUB", caption="Écran tube", unit_id=ident(15)),
        Product(id=VALVE, code="VAN", caption="Vanne"),
    )
    await company.add_and_sync(
        StockLevel(id=ident(30), product_id=SCREW, storehouse_id=VAN, real_qty=Decimal(100), min_qty=Decimal(99)),
        StockLevel(id=ident(31), product_id=PIPE, storehouse_id=VAN, real_qty=Decimal("7.250")),
        StockLevel(id=ident(32), product_id=SCREW, storehouse_id=DEPOT, real_qty=Decimal(5000)),
    )


def movement(number: int, product: object, quantity: str, **values: Any) -> StockMovement:
    own = {"id": ident(100 + number), "colleague_id": ME, "product_id": product, "occurred_at": NOW}
    return StockMovement(**{**own, "quantity": Decimal(quantity), **values})


async def stock(company: Company) -> Stock:
    async with company.phone.replica.read() as session:
        (van,) = await my_stock(session, ME)
    return van


def here(van: Stock) -> dict[str, Decimal]:
    return {line.code: line.here for line in van.lines}


async def test_my_van_is_shown_by_caption_and_no_other_storehouse(company: Company) -> None:
    await filled(company)
    van = await stock(company)
    assert (van.storehouse, [line.caption for line in van.lines]) == ("Camion Anna", ["Écran tube", "Vis"])
    assert (van.lines[0].unit, van.lines[0].decimals, van.lines[0].here) == ("M", 3, Decimal("7.250"))


async def test_what_i_take_out_is_gone_at_once_and_stays_gone_until_the_server_knows(company: Company) -> None:
    await filled(company)
    await company.phone.save(
        movement(1, SCREW, "2", from_storehouse_id=VAN),
        movement(2, PIPE, "0.250", from_storehouse_id=VAN),
        movement(3, VALVE, "1", from_storehouse_id=DEPOT, to_storehouse_id=VAN, kind=Movement.TRANSFER),
        movement(4, SCREW, "-1", from_storehouse_id=VAN, kind=Movement.RETURN),
    )
    van = await stock(company)
    assert here(van) == {"TUB": Decimal("7.000"), "VAN": Decimal(1), "VIS": Decimal(99)}
    screws = van.lines[-1]
    assert (screws.known, screws.moved, screws.is_low) == (Decimal(100), Decimal(-1), False)
    await company.phone.save(movement(5, SCREW, "1", from_storehouse_id=VAN))
    assert (await stock(company)).lines[-1].is_low


async def test_a_movement_counts_once_when_the_server_has_it(company: Company) -> None:
    """The level comes with the movement, or later: it is the server's from then on."""
    await filled(company)
    await company.phone.save(movement(1, SCREW, "2", from_storehouse_id=VAN))
    await company.world.sql("UPDATE mobile.stock_levels SET real_qty = 98 WHERE id = :id", id=ident(30))
    await company.phone.sync()
    screws = (await stock(company)).lines[-1]
    assert (screws.known, screws.moved, screws.here) == (Decimal(98), Decimal(0), Decimal(98))


async def test_who_has_no_van_has_no_stock(company: Company) -> None:
    await company.phone.sync()
    async with company.phone.replica.read() as session:
        assert await my_stock(session, ME) == ()
