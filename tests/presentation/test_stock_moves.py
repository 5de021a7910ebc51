"""A product is carried to another storehouse and counted: by movements, and the paper says what is there."""

from decimal import Decimal
from typing import Any

from tests.presentation.phone import ME, Phone, ident

from twinbase_mobile.tables import Product, StockLevel, Storehouse
from twinbase_presentation import Done
from twinbase_presentation.screens.stock_moves import CountModel, TransferModel, make_stock_commands

VAN, DEPOT, JOINT, PUMP = ident(60), ident(61), ident(62), ident(63)


async def filled(phone: Phone, *, van: bool = True, depot: bool = True) -> None:
    await phone.give(
        Storehouse(id=VAN, caption="Van", owner_id=ME if van else None),
        *([Storehouse(id=DEPOT, caption="Depot", is_main=True)] if depot else []),
        Product(id=JOINT, code="JNT", caption="Joint", stock_managed=True),
        Product(id=PUMP, code="PMP", caption="Pump", stock_managed=True, tracking_mode=1),
        StockLevel(product_id=JOINT, storehouse_id=VAN, real_qty=Decimal(3)),
    )


async def opened(model: Any) -> tuple[Any, Any]:
    await model.load()
    return model, await model.make_form()


async def movements(phone: Phone) -> list[Any]:
    return await phone.sql("SELECT kind, quantity, from_storehouse_id, to_storehouse_id FROM stock_movements")


async def test_what_is_moved_is_less_in_the_van_and_more_elsewhere_once(phone: Phone) -> None:
    await filled(phone)
    model, form = await opened(TransferModel(phone.workday, JOINT))
    assert (form.find("source").text, form.find("target").text) == (str(VAN), str(DEPOT))
    form.fill("quantity", "2")
    form.fill("target", str(VAN))
    assert (await model.save(form)).fault
    assert form.find("target").error == "It is there already: choose another storehouse."
    form.fill("target", str(DEPOT))
    assert (await model.save(form)).said == "Moved. It is sent as soon as possible."
    assert await model.save(form) == Done(), "a second tap moves nothing"
    assert await movements(phone) == [("transfer", 2_000, str(VAN), str(DEPOT))]
    await model.load()
    assert [(one.storehouse, one.here) for one in model.shown.places] == [("Van", 1), ("Depot", 2)]


async def test_what_has_a_number_of_its_own_is_moved_by_it(phone: Phone) -> None:
    await filled(phone)
    model, form = await opened(TransferModel(phone.workday, PUMP))
    assert (await model.save(form)).fault and form.find("serial_number").error == "This is needed."


async def test_a_count_writes_the_difference_and_twice_the_same_count_is_one(phone: Phone) -> None:
    await filled(phone)
    model, form = await opened(CountModel(phone.workday, JOINT))
    form.fill("counted", "-1")
    assert (await model.save(form)).fault and form.find("counted").error == "Nobody has less than nothing."
    form.fill("counted", "1")
    assert (await model.save(form)).said == "Counted: -2 against the stock on paper."
    assert (await model.save(form)).said == "Counted: it is as on paper."
    assert await movements(phone) == [("inventory_gap", -2_000, None, str(VAN))]
    await model.load()
    assert model.shown.in_my_van == 1


async def test_of_what_nobody_has_in_the_van_some_are_found(phone: Phone) -> None:
    await filled(phone)
    model, form = await opened(CountModel(phone.workday, PUMP))
    form.fill("counted", "1")
    assert (await model.save(form)).said == "Counted: +1 against the stock on paper."


async def test_who_has_no_van_is_told_so(phone: Phone) -> None:
    await filled(phone, van=False)
    model = CountModel(phone.workday, JOINT)
    await model.load()
    assert (model.can_be_moved, model.unmoved) == (False, "Nobody counts this product, or there is no van of yours.")
    assert [one.id for one in make_stock_commands(phone.workday, JOINT)] == ["transfer", "count"]


async def test_where_there_is_one_storehouse_nothing_is_moved_and_it_can_be_counted(phone: Phone) -> None:
    await filled(phone, depot=False)
    model = TransferModel(phone.workday, JOINT)
    await model.load()
    assert (model.can_be_moved, model.unmoved) == (False, "There is one storehouse only: it can go nowhere else.")
    model, _ = await opened(CountModel(phone.workday, JOINT))
    assert model.can_be_moved
