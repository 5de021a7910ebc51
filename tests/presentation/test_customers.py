"""Customers: found by words, near where one works, under contract; all of one; and what may be said of him."""

import asyncio
from datetime import date
from decimal import Decimal

from tests.plugins.mobile.reading.company import ME as COMPANY_ME
from tests.plugins.mobile.reading.company import Company
from tests.presentation.phone import BAKERY, BOB, ME, SITE, ManualTiming, Phone, ident, paris, visit

from twinbase.replica import Replica
from twinbase_mobile.tables import Customer, CustomerEquipment, CustomerSite, MaintenanceContract
from twinbase_mobile.tables.kinds import ActiveState, VisitStatus
from twinbase_presentation import Route, Runner, Workday, load_language
from twinbase_presentation.screens.customer import CustomerModel, CustomerShown
from twinbase_presentation.screens.customers import CustomersModel, CustomersShown

SCHOOL, FARM = ident(20), ident(21)


async def fill(phone: Phone) -> None:
    """A school that does not pay three kilometres from the bakery, and a farm far away, under contract."""
    await phone.give(
        Customer(
            id=SCHOOL, code="C2", name="École Jules-Verne", state=ActiveState.NON_PAYMENT, mobile="06 12 34 56 78"
        ),
        CustomerSite(id=ident(30), customer_id=SCHOOL, city="Lyon", lat=Decimal("45.76"), lon=Decimal("4.89")),
        Customer(id=FARM, code="C3", name="Ferme des Noyers"),
        CustomerSite(id=ident(31), customer_id=FARM, city="Cluny", lat=Decimal("46.43"), lon=Decimal("4.66")),
        MaintenanceContract(id=ident(32), code="CT1", customer_id=FARM, start_on=date(2026, 1, 1)),
        MaintenanceContract(id=ident(33), code="CT0", customer_id=BAKERY, end_on=date(2026, 6, 9)),
    )
    await phone.sql("UPDATE _twinbase_state SET applying = 1")
    await phone.sql("UPDATE customer_sites SET lat = 45733000, lon = 4910000 WHERE id = ?", str(SITE))
    await phone.sql("UPDATE _twinbase_state SET applying = 0")


async def opened(phone: Phone) -> CustomersModel:
    model = CustomersModel(phone.workday)
    await model.open()
    return model


def shown(model: CustomersModel) -> CustomersShown:
    assert model.shown is not None, model.state
    return model.shown


def names(model: CustomersModel) -> list[str]:
    return [row.name for row in shown(model).rows]


async def test_customers_are_found_by_words_and_telephone_numbers(phone: Phone) -> None:
    await fill(phone)
    model = await opened(phone)
    assert names(model) == ["Boulangerie Noël", "École Jules-Verne", "Ferme des Noyers"]
    assert [(chip.id, chip.count) for chip in shown(model).chips] == [("all", 3), ("near", None), ("contract", None)]
    assert shown(model).limit == "Only yours and the nearest are here."
    await model.search("noel bron")
    assert names(model) == ["Boulangerie Noël"]
    await model.search("0612")
    assert names(model) == ["École Jules-Verne"]
    assert [chip.said for chip in shown(model).rows[0].chips] == ["Does not pay"]
    await model.search("' OR 1=1 --")
    assert (names(model), shown(model).nothing) == ([], "No customer of this device matches.")


async def test_those_under_contract_are_picked_and_one_that_has_ended_is_none(phone: Phone) -> None:
    await fill(phone)
    model = await opened(phone)
    await model.choose("contract")
    assert (names(model), shown(model).total) == (["Ferme des Noyers"], 1)


async def test_near_is_measured_from_where_one_works_else_from_the_last_visit_with_a_position(phone: Phone) -> None:
    await fill(phone)
    model = await opened(phone)
    await model.choose("near")
    assert shown(model).nothing == "It is not known where you are: none of your last visits has a position."
    await phone.give(visit(1, paris(9, 9), status=VisitStatus.DONE))
    await model.load()
    assert [(row.name, row.distance) for row in shown(model).rows] == [
        ("Boulangerie Noël", "0\u00a0m"),
        ("École Jules-Verne", "3.4\u00a0km"),
    ]
    assert shown(model).measured == "As the crow flies from Boulangerie Noël, your last visit with a position."
    await phone.give(visit(2, paris(10, 9), status=VisitStatus.IN_PROGRESS, customer_id=SCHOOL, site_id=ident(30)))
    await model.load()
    assert names(model) == ["École Jules-Verne", "Boulangerie Noël"]
    assert shown(model).measured == "As the crow flies from École Jules-Verne, where you are working."
    await model.search("noël")
    assert names(model) == ["Boulangerie Noël"]


async def test_nobody_near_says_among_how_many(phone: Phone) -> None:
    await fill(phone)
    await phone.give(visit(1, paris(9, 9), status=VisitStatus.DONE, customer_id=FARM, site_id=ident(31)))
    model = await opened(phone)
    await model.choose("near")
    await model.search("jules")
    assert shown(model).nothing == "No customer within 20 km among the 3 on this device."


async def test_a_long_list_is_read_page_by_page(phone: Phone) -> None:
    await phone.give(*(Customer(id=ident(5000 + n), code=f"K{n}", name=f"Client {n:03}") for n in range(120)))
    model = await opened(phone)
    seen = [len(names(model))]
    while shown(model).has_more:
        await model.load_more()
        seen.append(len(names(model)))
    assert seen == [50, 100, 121] and len(set(names(model))) == 121


async def find_customer(phone: Phone, id_: object = BAKERY) -> tuple[CustomerModel, CustomerShown]:
    model = CustomerModel(phone.workday, id_)  # type: ignore[arg-type]
    await model.open()
    assert model.shown is not None
    return model, model.shown


async def test_a_customer_is_shown_with_what_can_be_done_for_him(phone: Phone) -> None:
    await fill(phone)
    await phone.give(
        CustomerEquipment(
            id=ident(40), customer_id=BAKERY, site_id=SITE, caption="Four", parts_cover_end=date(2026, 6, 10),
            labour_cover_end=date(2026, 6, 9),
        ),
        visit(1, paris(12, 9)),
        visit(2, paris(2, 9), status=VisitStatus.DONE, lead_id=BOB),
    )  # fmt: skip
    model, him = await find_customer(phone)
    assert (model.title, him.summary) == ("Boulangerie Noël", "C1\u00a0· Bron")
    assert [row.title for row in him.coming] == ["Visit 1"]
    assert [(one.title, one.by) for one in him.facts.history] == [("Visit 2", "Bob Petit")]
    assert him.facts.sites[0].equipment[0].covered == ("parts",)
    acts = {command.id: (await command.run()).opens for command in model.commands}
    assert acts["call"] == "tel:0478001122" and acts["route"].startswith("geo:45.733")
    assert "mail" not in acts, "he has no e-mail"
    assert (await model.commands[-1].run()).go == Route("customer", BAKERY, "correction")


async def test_who_is_not_on_this_device_is_said_to_be_elsewhere(phone: Phone) -> None:
    model = CustomerModel(phone.workday, ident(9999))
    await model.open()
    assert (model.shown, model.commands, model.title) == (None, (), "Customer")
    assert model.gone == "This customer is not on this device."


async def test_access_is_written_by_whoever_stands_there_and_what_was_typed_survives_a_kill(phone: Phone) -> None:
    model, _ = await find_customer(phone)
    form = await model.make_access_form(SITE)
    assert form.find("access_notes").text == "4521B"
    form.fill("access_notes", "Sonner deux fois ; <b>chien</b> 🐕")
    await phone.pass_seconds(1)
    await phone.open()
    model, _ = await find_customer(phone)
    form = await model.make_access_form(SITE)
    assert form.is_draft
    assert (await model.save_access(SITE, form)).said == "Access kept. It is sent as soon as possible."
    assert model.shown is not None
    assert model.shown.facts.sites[0].access_notes == "Sonner deux fois ; <b>chien</b> 🐕"
    assert model.shown.facts.sites[0].mark.state == "pending"


async def test_a_correction_is_a_note_that_the_server_takes_and_the_customer_is_as_before(company: Company) -> None:
    runner = Runner(asyncio.get_running_loop())

    async def open_replica() -> Replica:
        return company.phone.replica

    await runner.open(open_replica)
    workday = Workday(runner, COMPANY_ME, load_language("en"), clock=company.world.clock, timing=ManualTiming())
    model = CustomerModel(workday, ident(10))
    await model.open()
    form = await model.make_correction_form()
    assert (await model.save_correction(form)).fault == "Correct what is marked."
    form.fill("about", "Telephone")
    form.fill("body", "06 99 88 77 66")
    assert (await model.save_correction(form)).said.startswith("Note kept for the office.")
    await model.load()
    assert model.shown is not None
    (note,) = model.shown.facts.timeline
    assert (note.title, note.body, note.mark.state) == ("To correct: Telephone", "06 99 88 77 66", "pending")
    report = await company.phone.sync()
    assert report.is_proven, report
    rows = await company.world.sql("SELECT title, body, customer_id, author_id FROM mobile.intervention_notes")
    assert rows == [("To correct: Telephone", "06 99 88 77 66", ident(10), ME)]
    assert await company.world.sql("SELECT name, phone FROM mobile.customers") == [("Noël", None)]
