"""An appliance: its facts and measures; corrected, replaced on a visit, and a new one."""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.presentation.phone import BAKERY, SITE, Phone, ident, paris, visit

from twinbase_mobile.rules import answer_id
from twinbase_mobile.tables import ChecklistAnswer, ChecklistTemplate, CustomerEquipment, InterventionEquipment
from twinbase_mobile.tables.kinds import Energy, VisitStatus
from twinbase_presentation.screens.equipment import EquipmentModel
from twinbase_presentation.screens.equipment_forms import EquipmentForms, NewEquipment

BOILER, TEMPLATE, VISIT = ident(21), ident(22), ident(1001)
ITEMS = [{"key": "co", "label": "CO", "kind": "number", "unit": "ppm", "warn_max": 10}]


async def filled(phone: Phone, **values: Any) -> Any:
    """A boiler that is on a visit under way, and was on one before it, with a measure on each."""
    await phone.give(
        CustomerEquipment(
            id=BOILER, customer_id=BAKERY, site_id=SITE, caption="Boiler", serial_number="OLD", energy=Energy.GAS,
            power_kw=Decimal("25.5"), parts_cover_end=date(2027, 1, 1), labour_cover_end=date(2025, 1, 1),
        ),
        ChecklistTemplate(id=TEMPLATE, code="GAZ", items=ITEMS),
        visit(1, paris(10, 8), status=VisitStatus.IN_PROGRESS, **values),
        visit(2, paris(3, 8), status=VisitStatus.DONE),
        InterventionEquipment(id=ident(31), intervention_id=VISIT, equipment_id=BOILER),
        InterventionEquipment(id=ident(32), intervention_id=ident(1002), equipment_id=BOILER),
        *(
            ChecklistAnswer(
                id=answer_id(ident(1000 + number), BOILER, TEMPLATE, "co"), intervention_id=ident(1000 + number),
                equipment_id=BOILER, template_id=TEMPLATE, item_key="co", value_number=Decimal(value),
                answered_at=paris(day, 9), out_of_range=value > 9,
            )
            for number, day, value in ((1, 10, 12), (2, 3, 4))
        ),
    )  # fmt: skip
    model: Any = EquipmentModel(phone.workday, BOILER)
    await model.open()
    return model


async def test_it_says_what_it_is_what_is_covered_and_what_was_measured(phone: Phone) -> None:
    model = await filled(phone)
    facts = dict(model.shown.facts)
    assert (model.title, facts["Energy"], facts["Power"]) == ("Boiler", "Gas", "25.5\u00a0kW")
    assert facts["Code"] == "The office has still to give a code"
    assert facts["Parts covered"].startswith("until ") and facts["Labour covered"].startswith("ended on ")
    (row,) = model.shown.measures
    assert (row.label, row.value, row.tone) == ("CO", "12\u00a0ppm", "amber") and "4\u00a0ppm" in row.earlier
    unknown = EquipmentModel(phone.workday, ident(99))
    await unknown.open()
    assert (unknown.shown, unknown.commands) == (None, ())


async def test_it_is_replaced_on_the_visit_and_the_old_number_is_kept(phone: Phone) -> None:
    model = await filled(phone)
    assert [command.is_enabled for command in model.commands] == [True, True]
    forms = EquipmentForms(model)
    form = await forms.make_replace_form()
    assert (await forms.save_replacement(form)).fault and form.find("serial_number").error == "This is needed."
    form.fill("serial_number", "NEW")
    assert (await forms.save_replacement(form)).said == "Replaced. The old number is kept on the visit."
    assert await forms.save_replacement(form), "twice is once"
    noted = "SELECT serial_number, replaced_by_serial FROM intervention_equipment WHERE replaced_by_serial IS NOT NULL"
    assert await phone.sql(noted) == [("OLD", "NEW")]
    assert await phone.sql("SELECT serial_number, installed_on FROM customer_equipment") == [("NEW", "2026-06-10")]
    assert await phone.sql("SELECT count(DISTINCT tx) FROM _twinbase_outbox") == [(1,)]


async def test_without_an_open_visit_it_is_not_replaced_and_that_is_said(phone: Phone) -> None:
    model = await filled(phone)
    await phone.sql("UPDATE _twinbase_state SET applying = 1")
    await phone.sql("UPDATE interventions SET status = 'done'")
    await phone.sql("UPDATE _twinbase_state SET applying = 0")
    await model.load()
    replace = model.commands[0]
    assert replace.why_not == "Add it to a visit that is open: the old number is kept there."
    form = await EquipmentForms(model).make_replace_form()
    form.fill("serial_number", "NEW")
    assert (await EquipmentForms(model).save_replacement(form)).fault == replace.why_not


async def test_it_is_corrected_with_what_a_technician_may_say(phone: Phone) -> None:
    model = await filled(phone)
    forms = EquipmentForms(model)
    form = await forms.make_correct_form()
    assert {field.name: field.text for field in form.fields if field.text} == {
        "serial_number": "OLD", "energy": "gas", "power_kw": "25.5"
    }  # fmt: skip
    form.fill("serial_number", "x" * 41)
    assert (await forms.correct(form)).fault and form.find("serial_number").error == "At most 40 letters."
    form.fill("serial_number", "OLD-2")
    form.fill("energy", "")
    form.fill("location_in_site", "Cellar")
    assert (await forms.correct(form)).is_done
    kept = await phone.sql("SELECT serial_number, energy, location_in_site, caption FROM customer_equipment")
    assert kept == [("OLD-2", None, "Cellar", "Boiler")]


async def test_a_new_one_is_of_the_customer_and_on_the_visit_once(phone: Phone) -> None:
    await filled(phone)
    new = NewEquipment(phone.workday, BAKERY, VISIT, SITE)
    form = await new.make_form()
    assert (await new.save(form)).fault and form.find("caption").error == "This is needed."
    form.fill("caption", "Heat pump")
    assert (await new.save(form)).is_done and (await new.save(form)).is_done
    made = await phone.sql("SELECT caption, site_id, code FROM customer_equipment WHERE id = ?", str(new.id))
    assert made == [("Heat pump", str(SITE), None)]
    assert await phone.sql(
        "SELECT intervention_id FROM intervention_equipment WHERE equipment_id = ?", str(new.id)
    ) == [(str(VISIT),)]
