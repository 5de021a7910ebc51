"""One visit: the cards that its status wants, what lacks before it may be finished, and how it ends."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.presentation.phone import ME, Phone, ident, paris, visit

from twinbase_mobile.rules import answer_id
from twinbase_mobile.tables import (
    ChecklistAnswer,
    ChecklistTemplate,
    Intervention,
    InterventionNote,
    InterventionSignature,
    Timesheet,
)
from twinbase_mobile.tables.kinds import Signer, VisitStatus
from twinbase_presentation import Route, load_language
from twinbase_presentation.screens.visit import VisitModel, VisitShown

VISIT, TEMPLATE = ident(1001), ident(30)
ITEMS = [
    {"key": "co_ppm", "label": "CO", "kind": "number", "unit": "ppm", "warn_max": 10, "max": 50, "required": True},
    {"key": "clean", "label": "Cleaned", "kind": "bool"},
]


async def opened(phone: Phone) -> VisitModel:
    model = VisitModel(phone.workday, VISIT)
    await model.open()
    return model


def shown(model: VisitModel) -> VisitShown:
    assert model.shown is not None, model.state
    return model.shown


async def begun(phone: Phone, **values: Any) -> None:
    """A visit under way since 8:34, with a checklist."""
    started = {"status": VisitStatus.IN_PROGRESS, "actual_start": paris(10, 8, 34), "template_id": TEMPLATE}
    await phone.give(
        ChecklistTemplate(id=TEMPLATE, code="BOILER", title="Boiler", items=ITEMS),
        visit(1, paris(10, 8, 30), **{**started, **values}),
        Timesheet(
            id=ident(40), colleague_id=ME, day=date(2026, 6, 10), start_at=paris(10, 8, 34), intervention_id=VISIT
        ),
    )


async def completed(phone: Phone) -> None:
    """All that lacks is entered."""
    place = answer_id(VISIT, None, TEMPLATE, "co_ppm")
    await phone.save(
        ChecklistAnswer(
            id=place, intervention_id=VISIT, template_id=TEMPLATE, item_key="co_ppm", value_number=Decimal(4)
        ),
        InterventionSignature(intervention_id=VISIT, role=Signer.CUSTOMER, signer_name="Mme Noël"),
    )
    await phone.sql("UPDATE interventions SET report = 'Cleaned.'")


async def test_its_cards_stand_in_the_order_that_its_status_wants(phone: Phone) -> None:
    await begun(phone, instructions="Ring twice", report="Old")
    model = await opened(phone)
    assert shown(model).cards == ("before_finish", "customer", "instructions", "checklist", "parts", "photos", "notes")
    await phone.give(InterventionNote(id=ident(50), intervention_id=VISIT, author_id=ME, body="Dog"))
    for status, cards in (
        (VisitStatus.CONFIRMED, ("customer", "instructions", "notes")),
        (VisitStatus.DONE, ("report", "checklist", "parts", "photos", "notes", "customer")),
    ):
        await phone.sql("UPDATE _twinbase_state SET applying = 1")
        await phone.sql("UPDATE interventions SET status = ?", status.value)
        await phone.sql("UPDATE _twinbase_state SET applying = 0")
        await model.load()
        assert shown(model).cards == cards
    assert shown(model).is_read_only and shown(model).steps == ()
    assert [command.id for command in model.commands] == ["route", "call", "message", "share"]


async def test_what_lacks_is_said_one_by_one_until_nothing_does(phone: Phone) -> None:
    await begun(phone)
    model = await opened(phone)
    steps = [(step.id, step.label, step.is_done, step.act) for step in shown(model).steps]
    assert steps == [
        ("answer", "CO", False, "Enter"),
        ("report", "Report", False, "Write"),
        ("signature", "Signature", False, "Have it signed"),
        ("hours", "Hours", False, "Enter"),
    ]
    assert shown(model).progress == (0, 3), "hours are not insisted on: the button that finishes says three, too"
    finish = next(command for command in model.commands if command.id == "finish")
    assert (finish.badge, finish.is_main, (await finish.run()).go) == (3, True, Route("visit", VISIT, "missing"))
    refused = await model.finish(await model.make_finish_form())
    assert refused.fault and await phone.sql("SELECT status FROM interventions") == [("in_progress",)]

    await completed(phone)
    await model.load()
    assert [(step.id, step.is_done) for step in shown(model).steps][:3] == [
        ("checklist", True),
        ("report", True),
        ("signature", True),
    ]
    finish = next(command for command in model.commands if command.id == "finish")
    assert (finish.badge, (await finish.run()).go) == (0, Route("visit", VISIT, "finish"))


async def test_a_finished_visit_is_written_after_the_seconds_in_which_it_can_be_undone(phone: Phone) -> None:
    await begun(phone)
    await completed(phone)
    model = await opened(phone)
    form = await model.make_finish_form()
    assert [field.text for field in form.fields] == ["10:00", "86", "", ""]
    form.fill("end", "09:50")
    form.fill("worked_minutes", "76")
    form.fill("follow_up_needed", "1")
    done = await model.finish(form)
    assert (done.said, done.can_undo) == ("Job done. It is sent as soon as possible.", True)
    assert {command.why_not for command in model.commands if command.id in ("pause", "finish", "cancel")} == {
        "This visit is being closed. Undo it first."
    }
    assert await phone.sql("SELECT status FROM interventions") == [("in_progress",)]
    await phone.pass_seconds(6)
    assert await phone.sql("SELECT status, actual_end, worked_minutes, follow_up_needed FROM interventions") == [
        ("done", "2026-06-10 07:50:00.000000", 76, 1)
    ]
    assert await phone.sql("SELECT end_at FROM timesheets") == [("2026-06-10 07:50:00.000000",)]


async def test_undone_it_is_as_it_was(phone: Phone) -> None:
    await begun(phone)
    await completed(phone)
    model = await opened(phone)
    await model.finish(await model.make_finish_form())
    assert phone.workday.held.undo()
    await phone.pass_seconds(60)
    assert await phone.sql("SELECT status, actual_end FROM interventions") == [("in_progress", None)]
    assert await phone.sql("SELECT end_at FROM timesheets") == [(None,)]


@pytest.mark.parametrize("second", [0, 1, 59])
async def test_a_visit_may_end_in_the_minute_in_which_it_began(phone: Phone, second: int) -> None:
    phone.clock.now = paris(10, 8, 34) + timedelta(seconds=59)
    began = paris(10, 8, 34) + timedelta(seconds=second)
    await begun(phone, actual_start=began)
    await completed(phone)
    model = await opened(phone)
    assert (await model.finish(await model.make_finish_form())).fault == ""
    await phone.pass_seconds(6)
    (written,) = await phone.sql("SELECT status, actual_start, actual_end FROM interventions")
    assert written[0] == "done" and written[1] == written[2]


async def test_an_end_before_the_start_is_said_at_its_field(phone: Phone) -> None:
    await begun(phone)
    await completed(phone)
    model = await opened(phone)
    form = await model.make_finish_form()
    form.fill("end", "08:00")
    done = await model.finish(form)
    assert done.fault and form.find("end").error == "The end of the visit is before its start."
    assert phone.workday.held.now is None


async def test_a_visit_that_is_cancelled_says_why_and_its_hours_end(phone: Phone) -> None:
    await begun(phone)
    model = await opened(phone)
    form = await model.make_cancel_form()
    assert (await model.cancel(form)).fault == "Say why the visit is cancelled."
    form.fill("why", form.find("why").choices[0].text)
    assert (await model.cancel(form)).can_undo
    await phone.workday.settle()
    assert await phone.sql("SELECT status, cancel_reason FROM interventions") == [("cancelled", "Customer absent")]
    assert await phone.sql("SELECT end_at FROM timesheets") == [("2026-06-10 08:00:00.000000",)]


async def test_a_visit_that_is_not_here_any_more_is_said_to_be_gone(phone: Phone) -> None:
    model = await opened(phone)
    assert model.shown is None and model.gone.startswith("This job is no longer on this device")
    await phone.give(visit(1, paris(10, 10)))
    await model.load()
    assert shown(model).job.visit.id == VISIT and model.title == "Visit 1"


async def test_a_rule_of_the_status_is_said_in_french_on_a_french_device(phone: Phone) -> None:
    await phone.give(visit(1, paris(10, 10), status=VisitStatus.CONFIRMED))
    phone.workday.language = load_language("fr")
    model = await opened(phone)
    start = next(command for command in model.commands if command.id == "start")
    assert start.label == "Démarrer"
    await phone.sql("UPDATE _twinbase_state SET applying = 1")
    await phone.sql("UPDATE interventions SET status = 'done'")
    await phone.sql("UPDATE _twinbase_state SET applying = 0")
    assert (await start.run()).fault == (
        "Une intervention terminée ne peut pas devenir en cours sur un appareil."
        " Seul le bureau peut la rendre\u00a0: en cours."
    )
    assert (await phone.ask(lambda replica: _status_of(replica))) == VisitStatus.DONE


async def _status_of(replica: Any) -> VisitStatus:
    async with replica.read() as session:
        found: Intervention = await session.get_one(Intervention, VISIT)
        return found.status
