"""The customers and the colleagues that a technician looks up."""

from datetime import date
from random import Random
from typing import Any

import pytest
from tests.plugins.mobile.reading.company import ANNA, BOB, BOB_ID, ME, NOW, Company, ident, paris
from tests.plugins.mobile.reading.test_days import visit

from twinbase_mobile.reading import FoundCustomers, find_customers, list_colleagues
from twinbase_mobile.reading.words import fold
from twinbase_mobile.tables import Colleague, Customer, CustomerSite, InterventionAssignment, MaintenanceContract
from twinbase_mobile.tables.kinds import ActiveState, Role, VisitStatus


async def found(company: Company, text: str = "", **options: Any) -> FoundCustomers:
    async with company.phone.replica.read() as session:
        return await find_customers(session, text, now=NOW, **options)


async def names(company: Company, text: str = "") -> list[str]:
    return [line.name for line in (await found(company, text)).customers]


async def some(company: Company) -> None:
    """Three customers, one of them with two sites and a contract that is over."""

    def whose(number: int, name: str, **values: Any) -> Customer:
        return Customer(id=ident(number), code=f"C{number:04}", name=name, salesperson_id=ME, **values)

    await company.add(
        whose(10, "Mairie d'Albi", phone="05 63 00 00 01", main_site_id=ident(22)),
        whose(11, "Boulangerie Élan", mobile="+33 6 12 34 56 78", state=ActiveState.BLOCKED),
        whose(12, "Élan sportif"),
        CustomerSite(id=ident(21), customer_id=ident(10), label="École", city="Bron", zip_code="69500"),
        CustomerSite(id=ident(22), customer_id=ident(10), label="Mairie", city="Albi", zip_code="81000"),
        CustomerSite(id=ident(23), customer_id=ident(11), city="Gaillac"),
        MaintenanceContract(id=ident(31), customer_id=ident(10), code="OLD", end_on=date(2026, 6, 9)),
        MaintenanceContract(id=ident(32), customer_id=ident(11), code="NOW", start_on=date(2026, 6, 10)),
    )
    await company.add_and_sync()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["Boulangerie Élan", "Élan sportif", "Mairie d'Albi"]),
        ("elan", ["Élan sportif", "Boulangerie Élan"]),
        ("bron", ["Mairie d'Albi"]),
        ("gaillac elan", ["Boulangerie Élan"]),
        ("c0012", ["Élan sportif"]),
        ("0563", ["Mairie d'Albi"]),
        ("+336 12", ["Boulangerie Élan"]),
        ("8100", ["Mairie d'Albi"]),
        ("lbi", []),
    ],
)
async def test_a_customer_is_found_by_name_place_or_number(company: Company, text: str, expected: list[str]) -> None:
    await some(company)
    assert await names(company, text) == expected


async def test_a_line_says_where_the_customer_is_and_what_to_mind(company: Company) -> None:
    await some(company)
    shown = await found(company, "a", limit=5)
    lines = {line.name: line for line in (await found(company)).customers}
    assert (shown.total, shown.on_device) == (1, 3)
    assert (lines["Mairie d'Albi"].city, lines["Mairie d'Albi"].zip_code) == ("Albi", "81000")
    assert (lines["Boulangerie Élan"].city, lines["Élan sportif"].city) == ("Gaillac", "")
    assert [name for name, line in lines.items() if line.has_contract] == ["Boulangerie Élan"]
    assert lines["Boulangerie Élan"].state == ActiveState.BLOCKED
    assert lines["Boulangerie Élan"].phone == "+33 6 12 34 56 78"


async def test_the_pages_of_customers_make_up_the_whole(company: Company) -> None:
    chance, words = Random(7), ["Noël", "élan", "Petit", "zinc", "Œuvre", "mairie"]
    made = [
        Customer(id=ident(100 + n), code=f"K{n}", name=" ".join(chance.sample(words, 2)), salesperson_id=ME)
        for n in range(40)
    ]
    await company.add_and_sync(*made)
    wanted = sorted(made, key=lambda one: (fold(one.name or ""), one.id))
    pages = [(await found(company, limit=9, offset=at)).customers for at in range(0, 45, 9)]
    assert [line.id for page in pages for line in page] == [one.id for one in wanted]


async def test_who_is_on_my_visits_today_comes_first(company: Company) -> None:
    carla, dan, emma = (
        Colleague(
            id=ident(50 + n), code=f"X{n}", first_name=name, last_name="Zola", mobile=f"06{n}", competences=["gaz"]
        )
        for n, name in enumerate(("Carla", "Dan", "Emma"))
    )

    def sent(number: int, visit_number: int, colleague: Colleague, role: Role = Role.HELPER) -> InterventionAssignment:
        where = ident(1000 + visit_number)
        return InterventionAssignment(id=ident(number), intervention_id=where, colleague_id=colleague.id, role=role)

    await company.add(
        BOB(),
        carla,
        dan,
        emma,
        visit(1, paris(10, 14)),
        visit(2, paris(10, 8), lead_id=BOB_ID),
        visit(3, paris(11, 8)),
        visit(4, paris(10, 9), status=VisitStatus.CANCELLED),
        sent(61, 1, dan),
        sent(62, 1, ANNA(), Role.LEAD),
        sent(63, 2, ANNA()),
        sent(64, 2, dan),
        sent(65, 3, carla),
        sent(66, 4, emma),
    )
    await company.add_and_sync()
    async with company.phone.replica.read() as session:
        lines = await list_colleagues(session, ME, now=NOW)
    assert [line.name for line in lines] == ["Bob Petit", "Dan Zola", "Anna Martin", "Carla Zola", "Emma Zola"]
    assert lines[0].visits_today == (ident(1002),)
    assert lines[1].visits_today == (ident(1002), ident(1001))
    assert [line.name for line in lines if line.is_me] == ["Anna Martin"]
    assert (lines[3].mobile, lines[3].competences) == ("060", ("gaz",))
