"""Colleagues: who is on my visits today first, and how each is reached."""

from typing import Any

from tests.presentation.phone import BOB, ME, Phone, ident, paris, visit

from twinbase_mobile.tables import Colleague, InterventionAssignment
from twinbase_presentation.screens.team import TeamModel


async def opened(phone: Phone) -> Any:
    model: Any = TeamModel(phone.workday)
    await model.open()
    return model


async def test_who_is_on_my_visits_today_stands_first_and_i_am_not_in_it(phone: Phone) -> None:
    await phone.give(
        Colleague(id=ident(5), code="ADA", first_name="Ada", last_name="Abel", function="Office", phone="04 78 1"),
        visit(1, paris(10, 10)),
        InterventionAssignment(intervention_id=ident(1001), colleague_id=BOB),
        InterventionAssignment(intervention_id=ident(1001), colleague_id=ME),
    )
    shown = (await opened(phone)).shown
    assert [(row.name, row.said) for row in shown.today] == [("Bob Petit", "on 1 of your visits today")]
    assert [(row.name, row.said) for row in shown.others] == [("Ada Abel", "Office")]


async def test_what_is_not_known_of_somebody_is_no_button(phone: Phone) -> None:
    await phone.give(
        Colleague(id=ident(5), code="ADA", last_name="Abel", phone="04 78 11", mobile="+33 6 11", email="a@b.fr"),
        Colleague(id=ident(6), code="EVE", last_name="Eve"),
    )
    model = await opened(phone)
    ways = {row.name: [(await one.run()).opens for one in model.list_ways(row)] for row in model.shown.rows}
    assert ways == {"Abel": ["tel:+33611", "sms:+33611", "mailto:a@b.fr"], "Eve": [], "Bob Petit": []}


async def test_they_are_found_by_name_by_what_they_can_and_by_number(phone: Phone) -> None:
    await phone.give(Colleague(id=ident(5), code="A", last_name="Élan", competences=["gaz", "PAC"], phone="0611"))
    model = await opened(phone)
    for text, names in (("elan", ["Élan"]), ("pac", ["Élan"]), ("06 11", ["Élan"]), ("zz", [])):
        await model.search(text)
        assert [row.name for row in model.shown.rows] == names
    assert model.shown.nothing == "Nobody of the company matches."
