"""The list of jobs, and parts that go from the van onto a visit."""

from decimal import Decimal

from tests.presentation.phone import ME, Phone, ident, paris, visit

from twinbase_mobile.tables import Product, StockLevel, Storehouse, Unit
from twinbase_mobile.tables.kinds import Priority, VisitStatus
from twinbase_presentation import Route
from twinbase_presentation.screens.jobs import JobsModel, JobsShown
from twinbase_presentation.screens.stock import PartModel, PickModel, ProductModel, StockModel

VAN, JOINT, VISIT = ident(60), ident(70), ident(1001)


def shown(model: JobsModel) -> JobsShown:
    assert model.shown is not None, model.state
    return model.shown


def headings(model: JobsModel) -> list[tuple[str, list[str]]]:
    return [(group.heading, [row.title for row in group.rows]) for group in shown(model).groups]


async def test_jobs_are_narrowed_by_chips_and_words_and_grouped_by_day(phone: Phone) -> None:
    await phone.give(
        visit(1, paris(10, 14)),
        visit(2, paris(9, 8), title="Fuite", priority=Priority.URGENT),
        visit(3, paris(10, 15), title="Chaudière"),
        visit(4, paris(1, 8), status=VisitStatus.DONE),
        visit(5, None),
    )
    model = JobsModel(phone.workday)
    await model.open()
    assert headings(model) == [
        ("Tue, Jun 9", ["Fuite"]),
        ("Wed, Jun 10", ["Visit 1", "Chaudière"]),
        ("No date", ["Visit 5"]),
    ]
    assert [(chip.id, chip.is_on, chip.count) for chip in shown(model).chips][:3] == [
        ("open", True, 4),
        ("late", False, 1),
        ("done", False, None),
    ]
    await model.choose("urgent")
    assert headings(model) == [("Tue, Jun 9", ["Fuite"])]
    await model.choose("month")
    assert [title for _, titles in headings(model) for title in titles] == ["Fuite", "Visit 4"]
    await model.choose("open")
    await model.search("chaud")
    assert (headings(model), shown(model).total) == ([("Wed, Jun 10", ["Chaudière"])], 1)
    await model.search("xyz")
    assert shown(model).nothing == "No job matches. Clear the filters?"


async def test_a_day_of_another_year_says_which(phone: Phone) -> None:
    await phone.give(visit(1, paris(10, 8).replace(year=2025)))
    model = JobsModel(phone.workday)
    await model.open()
    assert [heading for heading, _ in headings(model)] == ["Tuesday, June 10, 2025"]


async def test_a_long_list_is_read_page_by_page(phone: Phone) -> None:
    await phone.give(*(visit(n, paris(10 + n % 15, 8)) for n in range(120)))
    model = JobsModel(phone.workday)
    await model.open()
    seen = []
    while True:
        seen.append(sum(len(group.rows) for group in shown(model).groups))
        if not shown(model).has_more:
            break
        await model.load_more()
    assert seen == [50, 100, 120]


async def filled(phone: Phone) -> None:
    """A van with three joints, where there should be four."""
    await phone.give(
        Unit(id=ident(61), code="u", decimals=0),
        Storehouse(id=VAN, caption="Camion", owner_id=ME),
        Product(id=JOINT, code="JNT-4410", caption="Joint de corps", stock_managed=True, unit_id=ident(61)),
        StockLevel(id=ident(62), product_id=JOINT, storehouse_id=VAN, real_qty=Decimal(3), min_qty=Decimal(4)),
        visit(1, paris(10, 9), status=VisitStatus.IN_PROGRESS),
    )


async def test_the_van_shows_what_is_low_and_the_catalogue_what_is_in_it(phone: Phone) -> None:
    await filled(phone)
    model = StockModel(phone.workday)
    await model.open()
    assert model.shown is not None
    assert [(row.caption, row.in_van) for row in model.shown.low] == [("Joint de corps", "Below the minimum: 3 of 4")]
    await model.search("jnt44")
    assert [(row.code, row.in_van) for row in model.shown.found] == [("JNT-4410", "3\u00a0u in the van")]


async def test_a_product_says_what_it_costs_and_how_much_of_it_is_in_the_van(phone: Phone) -> None:
    await filled(phone)
    model = ProductModel(phone.workday, JOINT)
    await model.open()
    assert model.facts == "JNT-4410" and model.is_low
    assert (model.title, model.in_van) == ("Joint de corps", "Below the minimum: 3 of 4")
    unknown = ProductModel(phone.workday, ident(71))
    await unknown.open()
    assert (unknown.shown, unknown.gone) == (None, "This product is not on this device.")
    assert (unknown.facts, unknown.in_van, unknown.title) == ("", "", "Part")


async def test_a_part_of_a_visit_is_picked_from_the_same_list(phone: Phone) -> None:
    await filled(phone)
    model = PickModel(phone.workday, VISIT)
    await model.open()
    assert (model.title, model.route) == ("Add a part", Route("visit", VISIT, "parts"))
    assert model.shown is not None and [row.id for row in model.shown.van] == [JOINT]


async def test_a_part_and_what_it_takes_out_of_the_van_are_one_transaction(phone: Phone) -> None:
    await filled(phone)
    model = PartModel(phone.workday, VISIT, JOINT)
    await model.open()
    form = await model.make_form()
    form.fill("quantity", "0")
    assert (await model.add(form)).fault and form.find("quantity").error == "Enter a quantity above nothing."
    form.fill("quantity", "4")
    form.fill("billable", "")
    assert (await model.add(form)).go == Route("visit", VISIT, "parts")
    assert await phone.sql("SELECT label, quantity, billable FROM intervention_parts") == [("Joint de corps", 4_000, 0)]
    assert await phone.sql("SELECT kind, quantity, from_storehouse_id FROM stock_movements") == [
        ("consumption", 4_000, str(VAN))
    ]
    assert await phone.sql("SELECT count(DISTINCT tx) FROM _twinbase_outbox") == [(1,)]
    assert model.shown is not None and model.shown.in_my_van == -1
    assert model.warning == "The stock on paper is negative: count it."

    (part,) = model.shown.uses
    await model.take_back(part.part_id)
    await phone.workday.settle()
    await model.load()
    assert await phone.sql("SELECT count(*) FROM intervention_parts") == [(0,)]
    assert model.shown.in_my_van == 3


async def test_a_closed_visit_takes_no_part(phone: Phone) -> None:
    await filled(phone)
    model = PartModel(phone.workday, VISIT, JOINT)
    await model.open()
    await phone.sql("UPDATE _twinbase_state SET applying = 1")
    await phone.sql("UPDATE interventions SET status = 'done'")
    await phone.sql("UPDATE _twinbase_state SET applying = 0")
    done = await model.add(await model.make_form())
    assert done.fault.startswith("The visit is done, so its parts can no longer be changed.")
    assert await phone.sql("SELECT count(*) FROM stock_movements") == [(0,)]
