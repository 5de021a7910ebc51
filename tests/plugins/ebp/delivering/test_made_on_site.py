"""A visit that a technician has made himself becomes an entry of EBP's agenda, or an incident, and stays one visit with
one id; the number that EBP gives it comes back."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.plugins.ebp.delivering.company import (
    ANNA,
    CUSTOMER,
    PIECE,
    PUMP,
    SITE,
    TYPE,
    VAN,
    VISIT,
    Company,
    read_moment,
)

from twinbase_mobile.tables import Intervention, InterventionAssignment, InterventionNote, InterventionPart
from twinbase_mobile.tables.kinds import VisitStatus

INCIDENT = "TWINBASE_EBP_EXPORT_MADE_ON_SITE"


async def made(company: Company, **values: Any) -> UUID:
    """Anna stands before a leak that nobody has planned."""
    own = {
        "made_on_site": True, "lead_id": ANNA, "customer_id": CUSTOMER, "site_id": SITE, "type_id": TYPE,
        "scheduled_start": company.world.clock(), "title": "Fuite", "instructions": "Sous l'évier",
    }  # fmt: skip
    visit = Intervention(**{**own, **values})
    id = visit.id
    await company.phone.save(visit)
    await company.phone.sync()
    return id


async def visits(company: Company) -> dict[UUID, tuple[str | None, str, bool]]:
    """As Anna sees them: number, status, made on site."""
    await company.phone.sync()
    return {one.id: (one.number, one.status, one.made_on_site) for one in await company.phone.all(Intervention)}


@pytest.mark.parametrize("keeps_ids", [True, False], ids=["EBP keeps our id", "EBP gives its own"])
async def test_it_is_one_visit_whatever_key_ebp_gives_it_and_gets_ebps_number(
    company: Company, keeps_ids: bool
) -> None:
    company.keeps_ids = keeps_ids
    id = await made(company, status=VisitStatus.IN_PROGRESS)
    assert await company.hand_over() == {"sent": 1}
    (row,) = company.rows("NewScheduleEvent")
    assert (row["Id"], row["ColleagueId"], row["CustomerId"], row["AddressId"]) == (str(id), "ANNA", "C1", str(SITE))
    assert (row["Caption"], row["EventState"], row["EventType"]) == ("Fuite", "1", str(TYPE))
    assert row["Maintenance_InterventionDescriptionClear"] == "Sous l'évier"
    assert read_moment(row["EndDateTime"]) > read_moment(row["StartDateTime"])

    await company.imports()
    await company.load()
    assert await company.hand_over() == {"acknowledged": 1}

    assert await company.told() == [("create ScheduleEvent", "acknowledged", "It is in EBP: INT00001.")]
    assert await visits(company) == {VISIT: (None, "planned", False), id: ("INT00001", "in_progress", True)}
    mine = [one for one in await company.phone.all(InterventionAssignment) if one.intervention_id == id]
    assert [one.colleague_id for one in mine] == [ANNA], "EBP's agenda says who goes, of this visit too"


async def test_what_is_done_before_ebp_has_given_a_key_follows_when_it_has(company: Company) -> None:
    company.keeps_ids = False
    id = await made(company)
    await company.phone.change(Intervention, id, status=VisitStatus.IN_PROGRESS, report="Joint changé")
    await company.phone.save(
        InterventionNote(intervention_id=id, customer_id=CUSTOMER, author_id=ANNA, body="Robinet à prévoir"),
        InterventionPart(intervention_id=id, product_id=PUMP, unit_id=PIECE, storehouse_id=VAN, label="Circulateur"),
    )
    await company.phone.sync()
    assert await company.hand_over() == {"sent": 1, "waiting": 2}

    await company.imports()
    await company.load()
    company.world.clock.advance(minutes=10)
    assert await company.hand_over() == {"sent": 2, "acknowledged": 1}
    key = (await company.ebp.fetchval('SELECT "Id" FROM "ScheduleEvent" WHERE "Caption" = $1', "Fuite")).hex
    assert [row["Id"].replace("-", "") for row in company.rows("ScheduleEvent")] == [key] != [id.hex]
    assert [row["ScheduleEventId"].replace("-", "") for row in company.rows("Activity")] == [key]

    await company.imports()
    await company.load()
    assert await company.hand_over() == {"acknowledged": 2}
    await company.load()
    assert await visits(company) == {VISIT: (None, "planned", False), id: ("INT00001", "in_progress", True)}
    (note,) = await company.phone.all(InterventionNote)
    assert note.intervention_id == id, "what EBP hangs on its entry hangs on the visit that was made on site"


async def test_what_the_office_changes_in_it_afterwards_arrives(company: Company) -> None:
    id = await made(company)
    await company.hand_over()
    await company.imports()
    await company.load()
    await company.hand_over()
    await company.office("ScheduleEvent", id, Caption="Fuite, cuisine")
    await company.load()
    await company.phone.sync()
    changed = await company.phone.read(Intervention, id)
    assert changed is not None and (changed.title, changed.made_on_site) == ("Fuite, cuisine", True)


async def test_nobody_takes_another_entry_for_it_that_looks_alike(company: Company) -> None:
    """The office had planned the same thing for the same hour, before it was handed over."""
    company.keeps_ids = False
    start = company.world.clock() + timedelta(minutes=1)
    wall = company.wall_clock + timedelta(minutes=1)
    twin = UUID(int=(0x0198C5A0 << 96) + 77)
    await company.plan(twin, Caption="Fuite", StartDateTime=wall, EndDateTime=wall + timedelta(hours=1))
    await company.load()
    id = await made(company, scheduled_start=start.replace(microsecond=0))
    await company.hand_over()
    await company.load()
    assert await company.hand_over() == {}
    assert await company.deliveries() == [("create ScheduleEvent", "sent")]
    assert (await visits(company)).keys() == {VISIT, twin, id}


async def test_as_an_incident_it_gets_its_number_and_is_the_visit_that_the_office_plans_of_it(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(INCIDENT, "incident")
    id = await made(company, status=VisitStatus.IN_PROGRESS)
    await company.hand_over()
    (row,) = company.rows("Incident")
    assert (row["Caption"], row["CustomerId"], row["DescriptionClear"]) == ("Fuite", "C1", "Sous l'évier")
    await company.imports()
    await company.load()
    await company.hand_over()
    assert (await visits(company))[id] == ("N0000", "in_progress", True)

    planned = UUID(int=(0x0198C5A0 << 96) + 78)
    await company.plan(planned, Maintenance_IncidentId="N0000", ScheduleEventNumber="INT00007", EventState=1)
    await company.load()
    assert await visits(company) == {VISIT: (None, "planned", False), id: ("INT00007", "in_progress", True)}


async def test_a_visit_that_nobody_made_on_a_phone_waits_for_no_key_of_ebps(company: Company) -> None:
    """Somebody has written it into the database by hand: EBP never hears of it, as before."""
    id = UUID(int=(0x0198C5A0 << 96) + 79)
    await company.world.sql(
        "INSERT INTO mobile.interventions"
        " (id, lead_id, scheduled_start, status, priority, to_invoice, follow_up_needed)"
        " VALUES (:id, :lead, now(), 'planned', 'normal', false, false)",
        id=id,
        lead=ANNA,
    )
    await company.phone.sync()
    await company.phone.change(Intervention, id, report="Fait")
    await company.phone.sync()
    assert await company.deliveries() == []
