"""Work that nobody has planned: a visit that is made on site and begun at once, a request that the office plans."""

from decimal import Decimal
from typing import Any

from tests.plugins.mobile.reading.company import Company
from tests.presentation.phone import BAKERY, ME, SITE, Phone, ident, paris, visit

from twinbase_mobile.rules import answer_id
from twinbase_mobile.tables import (
    ChecklistAnswer,
    ChecklistTemplate,
    Customer,
    CustomerEquipment,
    CustomerSite,
    InterventionEquipment,
    InterventionType,
)
from twinbase_mobile.tables.kinds import ActiveState, VisitStatus
from twinbase_presentation import Route
from twinbase_presentation.screens.new_request import NewRequestModel, VisitRequestModel
from twinbase_presentation.screens.new_visit import NewVisitModel
from twinbase_presentation.screens.today import TodayModel

BOILER, TEMPLATE, TYPE = ident(21), ident(22), ident(23)
ITEMS = [{"key": "co", "label": "CO in the room", "kind": "number", "unit": "ppm", "warn_max": 10, "max": 50}]


async def open_model(model: Any) -> Any:
    await model.open()
    await model.workday.finish_tasks()
    return model


async def pick_first(model: Any) -> None:
    await model.choose(model.shown.customers.rows[0])


async def test_a_visit_is_made_and_begun_in_one_transaction_and_waits_for_its_number(phone: Phone) -> None:
    await phone.give(
        CustomerEquipment(id=BOILER, customer_id=BAKERY, site_id=SITE, caption="Boiler", serial_number="21"),
        InterventionType(id=TYPE, caption="Repair"),
        ChecklistTemplate(id=TEMPLATE, code="GAZ", intervention_type_id=TYPE, items=ITEMS),
    )
    model = await open_model(NewVisitModel(phone.workday))
    assert [row.name for row in model.shown.customers.rows] == ["Boulangerie Noël"]
    await pick_first(model)
    form = model.form
    assert (form.find("site").text, form.find("start").text) == (str(SITE), "10:00")
    assert (await model.save()).fault == "Correct what is marked."
    assert form.find("title").error == "Say what is to be done."
    form.fill("type", str(TYPE))
    form.fill("equipment", str(BOILER))
    done = await model.save()
    assert done.go == Route("visit", model.id) and done.said
    assert await model.save() == type(done)(), "a second tap makes no second visit"
    today = await open_model(TodayModel(phone.workday))
    (row,) = today.shown.rows
    assert (row.title, row.visit.status, row.visit.customer) == ("Repair", VisitStatus.IN_PROGRESS, "Boulangerie Noël")
    assert [chip.said for chip in row.chips] == ["Made on site · number to come", "To send"]
    assert await phone.sql("SELECT count(*) FROM timesheets WHERE intervention_id IS NOT NULL") == [(1,)]
    assert await phone.sql("SELECT template_id FROM interventions") == [(str(TEMPLATE),)]
    assert await phone.sql("SELECT count(*) FROM intervention_equipment") == [(1,)]
    assert [one.route for one in (model, today)] == [Route("new_visit"), Route("today")]


async def test_what_was_typed_and_who_was_chosen_are_there_after_a_kill(phone: Phone) -> None:
    model = await open_model(NewVisitModel(phone.workday))
    await pick_first(model)
    model.form.fill("title", "Leak in the kitch")
    await phone.pass_seconds(1)
    model.close()
    phone.runner.close()
    again = Phone(phone.path, phone.plugins)
    await again.open()
    model = await open_model(NewVisitModel(again.workday))
    assert (model.shown.picked.name, model.form.find("title").text) == ("Boulangerie Noël", "Leak in the kitch")
    assert model.form.find("title").is_draft
    await again.workday.settle()
    again.runner.close()


async def test_customers_are_found_by_words_or_by_how_near_they_are(phone: Phone) -> None:
    await phone.give(
        Customer(id=ident(30), code="C2", name="Zinc bar"),
        CustomerSite(id=ident(31), customer_id=ident(30), city="Bron", lat=Decimal("45.77"), lon=Decimal("4.85")),
    )
    model = await open_model(NewRequestModel(phone.workday))
    assert not model.shown.customers.has_near, "nobody knows where she is"
    await model.search("zinc")
    assert [row.name for row in model.shown.customers.rows] == ["Zinc bar"]
    await model.search("nobody")
    assert model.shown.customers.nothing == "No customer of this device matches."
    await phone.give(CustomerSite(id=ident(33), customer_id=BAKERY, lat=Decimal("45.76"), lon=Decimal("4.85")))
    await phone.give(visit(1, paris(10, 8), status=VisitStatus.IN_PROGRESS, site_id=ident(33)))
    await model.show_near()
    assert [(row.name, row.figure) for row in model.shown.customers.rows] == [
        ("Boulangerie Noël", "0\u00a0m"), ("Zinc bar", "1.1\u00a0km")
    ]  # fmt: skip
    await model.choose(model.shown.customers.rows[1])
    assert model.form.find("site").text == str(ident(31))


async def test_a_request_stands_under_my_requests_with_its_state(phone: Phone) -> None:
    await phone.give(Customer(id=ident(30), code="C2", name="Barred", state=ActiveState.BLOCKED))
    model = await open_model(NewRequestModel(phone.workday, ident(30)))
    assert (model.shown.picked.name, model.shown.picked.warning) == ("Barred", "Blocked")
    model.form.fill("what", "The neighbour's boiler\nsmells of gas since Monday")
    model.form.fill("severity", "high")
    done = await model.save()
    assert (done.said, done.go) == ("Request kept. The office plans it.", Route("today"))
    today = await open_model(TodayModel(phone.workday))
    (request,) = today.shown.requests
    assert (request.incident.caption, request.incident.status, request.customer) == (
        "The neighbour's boiler", "proposed", "Barred"
    )  # fmt: skip
    assert await phone.sql("SELECT severity, creator_id FROM incidents") == [("high", str(ME))]


async def test_a_dangerous_measure_is_reported_with_what_is_known(phone: Phone) -> None:
    await phone.give(
        CustomerEquipment(id=BOILER, customer_id=BAKERY, site_id=SITE, caption="Boiler"),
        ChecklistTemplate(id=TEMPLATE, code="GAZ", items=ITEMS),
        visit(1, paris(10, 8), template_id=TEMPLATE, main_equipment_id=BOILER),
        InterventionEquipment(id=ident(24), intervention_id=ident(1001), equipment_id=BOILER),
        ChecklistAnswer(
            id=answer_id(ident(1001), BOILER, TEMPLATE, "co"), intervention_id=ident(1001), equipment_id=BOILER,
            template_id=TEMPLATE, item_key="co", value_number=Decimal(62), out_of_range=True,
        ),
    )  # fmt: skip
    model = await open_model(VisitRequestModel(phone.workday, ident(1001)))
    assert model.shown.picked.name == "Boulangerie Noël"
    fields = {name: model.form.find(name).text for name in ("what", "severity", "site", "equipment")}
    assert fields == {"what": "CO in the room: 62\u00a0ppm", "severity": "danger", "site": str(SITE),
                      "equipment": str(BOILER)}  # fmt: skip
    assert (await model.save()).go == Route("visit", ident(1001))
    assert await phone.sql("SELECT equipment_ids FROM incidents") == [(f'["{BOILER}"]',)]


async def test_another_customer_keeps_what_was_typed_and_drops_what_was_his(phone: Phone) -> None:
    await phone.give(CustomerEquipment(id=BOILER, customer_id=BAKERY, caption="Boiler"))
    await phone.give(Customer(id=ident(30), code="C2", name="Zinc bar"))
    model = await open_model(NewRequestModel(phone.workday, BAKERY))
    model.form.fill("what", "Smells")
    model.form.fill("equipment", str(BOILER))
    await model.choose(None)
    await model.search("zinc")
    await pick_first(model)
    assert (model.form.find("what").text, model.form.find("equipment").text) == ("Smells", "")
    assert (await model.save()).is_done


async def test_the_server_takes_both(company: Company) -> None:
    """With the rules that it has for whatever a device brings."""
    from twinbase_presentation import Runner, Workday, load_language

    device = company.phone
    await company.add(CustomerEquipment(id=BOILER, customer_id=ident(10), caption="Boiler"))
    await device.sync()
    import asyncio

    runner = Runner(asyncio.get_running_loop())

    async def give() -> Any:
        return device.replica

    await runner.open(give)
    workday = Workday(runner, ME, load_language("en"), clock=company.world.clock)
    models = {"title": NewVisitModel(workday, ident(10)), "what": NewRequestModel(workday, ident(10))}
    for field, made in models.items():
        model = await open_model(made)
        model.form.fill("equipment", str(BOILER))
        model.form.fill(field, "Leak")
        assert (await model.save()).is_done
    report = await device.sync()
    assert report.is_proven and set(report.outcomes) == {"applied"}, report
    visits = await company.world.sql("SELECT title, status, made_on_site FROM mobile.interventions ORDER BY title")
    assert visits == [("Boiler", "in_progress", False), ("Leak", "in_progress", True)]
    assert await company.world.sql("SELECT caption, status FROM mobile.incidents") == [("Leak", "proposed")]
