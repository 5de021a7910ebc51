"""A technician makes a visit where he is, without a network, and begins it at once; the office sees that it was made
on site."""

from datetime import timedelta
from typing import Any

import pytest
from tests.plugins.mobile.reading.company import BOB, BOB_ID, ME, NOW, Company, ident

from twinbase_mobile.reading import my_day
from twinbase_mobile.rules import new_visit_faults
from twinbase_mobile.tables import Customer, CustomerSite, Intervention, InterventionPart
from twinbase_mobile.tables.kinds import VisitStatus
from twinbase_mobile.tables.office import Sector

BAKERY, FAR_AWAY = ident(10), ident(11)


async def in_the_street(company: Company) -> None:
    """A bakery in Anna's sector, and a customer who is nobody's."""
    await company.add(
        BOB(),
        Customer(id=BAKERY, code="C1", name="Boulangerie"),
        CustomerSite(id=ident(12), customer_id=BAKERY, zip_code="31000"),
        Customer(id=FAR_AWAY, code="C2", name="Far away"),
        Sector(code="S31", zip_prefixes=["31"], colleague_codes=["ANNA"]),
    )
    await company.phone.sync()
    assert [one.name for one in await company.phone.all(Customer)] == ["Boulangerie"]


def made(**values: Any) -> Intervention:
    own = {"id": ident(500), "made_on_site": True, "lead_id": ME, "customer_id": BAKERY, "scheduled_start": NOW}
    return Intervention(**{**own, "title": "Fuite en cuisine", **values})


async def refusal(company: Company, visit: Intervention) -> str:
    """Why the server refuses a visit; "" when it takes it."""
    await company.phone.save(visit)
    await company.phone.sync()
    return "".join(one.reason for one in await company.phone.replica.waiting_edits())


async def test_a_visit_that_is_made_without_a_network_is_worked_on_at_once_and_keeps_its_id(company: Company) -> None:
    await in_the_street(company)
    company.phone.wire.up = False
    await company.phone.save(made())
    await company.phone.change(Intervention, ident(500), status=VisitStatus.IN_PROGRESS, actual_start=NOW)
    await company.phone.save(InterventionPart(intervention_id=ident(500), label="Joint 22"))
    async with company.phone.replica.read() as session:
        (shown,) = (await my_day(session, ME, now=NOW)).visits
    assert (shown.made_on_site, shown.number, shown.mark.state) == (True, "", "pending")
    company.phone.wire.up = True

    report = await company.phone.sync()

    assert report.is_proven and report.outcomes == {"applied": 3}
    (seen,) = await company.world.sql("SELECT id, status, made_on_site, source_table FROM mobile.interventions")
    assert tuple(seen) == (ident(500), "in_progress", True, None)
    assert await company.world.sql("SELECT intervention_id FROM mobile.intervention_parts") == [(ident(500),)]


async def test_what_the_office_plans_is_not_marked_and_a_device_cannot_mark_it(company: Company) -> None:
    await company.add(Intervention(id=ident(501), lead_id=ME, scheduled_start=NOW))
    await company.phone.sync()
    assert [one.made_on_site for one in await company.phone.all(Intervention)] == [False]
    with pytest.raises(Exception, match="made_on_site cannot be changed on a device"):
        await company.phone.change(Intervention, ident(501), made_on_site=True)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"made_on_site": False}, "made_without_mark"),
        ({"lead_id": BOB_ID}, "not_your_name"),
        ({"lead_id": None}, "nobodys_name"),
        ({"customer_id": None}, "made_without_customer"),
        ({"scheduled_start": None}, "made_without_start"),
        ({"status": VisitStatus.DONE}, "made_with_status"),
        ({"status": VisitStatus.CANCELLED}, "made_with_status"),
        ({"status": VisitStatus.TRAVELLING}, ""),
        ({"scheduled_start": NOW + timedelta(days=40)}, "out-of-scope"),
    ],
)
async def test_it_is_the_makers_own_for_a_customer_and_not_closed_at_its_birth(
    company: Company, values: dict[str, Any], reason: str
) -> None:
    await in_the_street(company)
    assert await refusal(company, made(**values)) == reason


async def test_a_customer_who_went_to_another_sector_meanwhile_is_no_longer_hers_to_visit(company: Company) -> None:
    await in_the_street(company)
    company.phone.wire.up = False
    await company.phone.save(made())
    await company.world.sql("UPDATE mobile.sectors SET colleague_codes = ARRAY['BOB']")
    company.phone.wire.up = True
    await company.phone.sync()
    (waiting,) = await company.phone.replica.waiting_edits()
    assert waiting.state == "refused" and await company.world.sql("SELECT id FROM mobile.interventions") == []


@pytest.mark.parametrize(("role", "reason"), [("technicien", ""), ("chef_chantier", ""), ("patron", "permission")])
async def test_a_role_may_make_visits_or_not(company: Company, role: str, reason: str) -> None:
    await in_the_street(company)
    await company.world.account("anna", colleague_id=str(ME), role=role)
    await company.world.sign_in(company.phone, "anna")
    assert await refusal(company, made()) == reason


def test_a_screen_asks_the_same_rules_before() -> None:
    assert new_visit_faults(made()) == []
    assert [one.code for one in new_visit_faults(Intervention(status=VisitStatus.DONE))] == [
        "made_without_mark", "made_without_customer", "made_without_start", "made_with_status",
    ]  # fmt: skip
