"""A ticket becomes a visit when a person says so; our own words that come back propose nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from tests.plugins.ninjaone.office.company import CLARA, Company
from tests.plugins.ninjaone.office.field import Field

from twinbase_mobile.tables import Incident, Intervention
from twinbase_mobile.tables.kinds import Priority, VisitStatus
from twinbase_ninjaone.proposing import NoSuchProposal, NotNow, VisitPlan, approve, list_proposals, mark_done, reject
from twinbase_ninjaone.proposing.rules import next_state
from twinbase_server.jobs.decisions import Chosen, retry


@pytest.mark.parametrize(
    ("state", "wanted", "changed", "after"),
    [
        (None, False, True, None),
        (None, True, True, "proposed"),
        ("proposed", False, False, "withdrawn"),
        ("withdrawn", True, False, "proposed"),
        ("rejected", True, False, "rejected"),
        ("rejected", True, True, "proposed"),
        ("rejected", False, True, "rejected"),
        ("approved", False, True, "approved"),
        ("done", True, True, "done"),
    ],
)
def test_what_becomes_of_a_proposal(state: str | None, wanted: bool, changed: bool, after: str | None) -> None:
    assert next_state(state, wanted, changed=changed) == after


async def states(company: Company) -> dict[int, str]:
    async with company.world.engine.connect() as connection:
        return {one.ticket: one.state for one in await list_proposals(connection)}


async def decide(company: Company, work: Any, *arguments: Any) -> None:
    async with company.world.engine.begin() as connection:
        await work(connection, *arguments, CLARA)


async def test_open_tickets_of_those_we_know_are_proposed_and_no_others(company: Company) -> None:
    tickets = company.desk.world.tickets
    await company.fetch()
    assert await states(company) == {}
    client = next(one["clientId"] for one in tickets.values() if one["status"]["parentId"] < 5000)
    await company.customer("C1", "x")
    await company.set_links(**{f"org_{client}": "C1"})
    await company.fetch()
    wanted = {id for id, one in tickets.items() if one["clientId"] == client and one["status"]["parentId"] < 5000}
    assert await states(company) == dict.fromkeys(wanted, "proposed")
    gone = wanted.pop()
    company.desk.world.change_ticket(gone, company.desk.later(minutes=5), status="CLOSED")
    await company.fetch()
    assert (await states(company))[gone] == "withdrawn"


async def test_what_was_rejected_comes_back_only_when_it_is_another_matter(field: Field) -> None:
    company, number = field.company, field.number
    await field.bring()
    await decide(company, reject, number)
    company.desk.world.add_comment(number, company.desk.later(minutes=1), "Toujours en panne !")
    company.desk.world.change_ticket(number, company.desk.later(minutes=1), status="3000")
    await field.bring()
    assert (await states(company))[number] == "rejected"
    company.desk.world.change_ticket(number, company.desk.later(minutes=1), priority="HIGH", subject="Serveur en feu")
    await field.bring()
    assert (await states(company))[number] == "proposed"


async def test_an_approved_ticket_is_a_visit_on_the_device_and_its_end_resolves_the_ticket(field: Field) -> None:
    company, number = field.company, field.number
    customer = await company.customer("C1", "x")
    await company.set_links(**{f"org_{field.ticket['clientId']}": "C1"})
    company.desk.world.change_ticket(number, company.desk.later(minutes=1), priority="HIGH")
    await field.bring()
    start = field.world.clock() + timedelta(hours=3)
    await decide(company, approve, number, VisitPlan(start=start, minutes=90, with_incident=True))
    await field.bring()
    await field.sync()
    (visit,) = await field.device.all(Intervention)
    assert (visit.lead_id, visit.customer_id, visit.priority) == (field.me, customer, Priority.HIGH)
    assert (visit.title, visit.scheduled_start, visit.scheduled_end) == (
        field.ticket["subject"],
        start,
        start + timedelta(minutes=90),
    )
    assert visit.external_ref == f"NinjaOne {number}" and visit.instructions
    (incident,) = await field.device.all(Incident)
    assert visit.incident_id == incident.id
    await field.device.change(Intervention, visit.id, status=VisitStatus.IN_PROGRESS)
    await field.finish(visit)
    assert await field.hand_over() == {"sent": 1}
    assert field.ticket["status"]["name"] == "RESOLVED" and field.ticket["priority"] == "HIGH"
    await field.bring()
    await field.hand_over()
    assert [state for state, _ in await field.deliveries()] == ["acknowledged"]
    await field.bring()
    assert (await states(company))[number] == "done"
    assert (await field.device.read(Intervention, visit.id)).status == VisitStatus.DONE  # type: ignore[union-attr]


async def test_a_status_that_somebody_was_quicker_to_change_is_decided_again(field: Field) -> None:
    company, number, calls = field.company, field.number, []

    def quicker(path: str) -> None:
        if path.endswith(f"/ticket/{number}"):
            calls.append(path)
            if len(calls) == 2:
                company.desk.world.change_ticket(number, company.desk.now, subject="Autre sujet")

    await field.bring()
    await decide(company, approve, number, VisitPlan(start=field.world.clock()))
    await field.bring()
    await field.sync()
    (visit,) = await field.device.all(Intervention)
    await field.world.sql("UPDATE mobile.interventions SET status = 'in_progress' WHERE id = :id", id=visit.id)
    await field.sync()
    await field.finish(visit)
    company.desk.faults.before_call = quicker
    assert await field.hand_over() == {"sent": 1}
    assert len(calls) == 4 and field.ticket["subject"] == "Autre sujet"
    assert field.ticket["status"]["name"] == "RESOLVED"


async def test_a_ticket_that_lacks_what_a_change_needs_says_so_and_gets_its_status_when_it_has_it(field: Field) -> None:
    company, number = field.company, field.number
    await field.bring()
    await decide(company, approve, number, VisitPlan(start=field.world.clock()))
    await field.bring()
    await field.sync()
    (visit,) = await field.device.all(Intervention)
    requester = field.ticket.pop("requesterUid")
    await field.world.sql("UPDATE mobile.interventions SET status = 'in_progress' WHERE id = :id", id=visit.id)
    await field.sync()
    await field.finish(visit)
    assert await field.hand_over() == {"refused": 1}
    ((_, said),) = await field.deliveries()
    assert said.startswith(f"NinjaOne changes no ticket without a requester: give ticket {number} one there.")
    field.ticket["requesterUid"] = requester
    connection = await asyncpg.connect(field.world.database_url)
    assert len(await retry(connection, Chosen(destination="ninjaone"), field.world.clock())) == 1
    await connection.close()
    assert await field.hand_over() == {"sent": 1}
    assert field.ticket["status"]["name"] == "RESOLVED"


async def test_the_visit_of_the_erp_takes_the_place_of_the_one_that_came_of_the_ticket(field: Field) -> None:
    company, number = field.company, field.number
    await field.bring()
    await decide(company, approve, number, VisitPlan(start=datetime(2026, 11, 23, tzinfo=UTC)))
    await company.project()
    theirs = UUID(int=77)
    await field.world.sql(
        "INSERT INTO mobile.interventions (id, status, priority, to_invoice, follow_up_needed, source_table, source_id)"
        " VALUES (:id, 'planned', 'normal', false, false, 'ScheduleEvent', 'x')",
        id=theirs,
    )
    await decide(company, mark_done, number, theirs)
    await company.project()
    assert await company.rows("SELECT id FROM mobile.interventions") == [(theirs,)]
    assert await company.rows("SELECT intervention_id FROM mobile.tickets WHERE number = :n", n=number) == [(theirs,)]


async def test_only_what_is_there_can_be_decided_and_only_once(company: Company) -> None:
    await company.fetch()
    with pytest.raises(NoSuchProposal):
        await decide(company, approve, 99, VisitPlan())
    ticket = next(iter(company.desk.world.tickets))
    await company.world.sql(
        "INSERT INTO ninjaone.visit_proposals (ticket_id, state, checksum, proposed_at, with_incident)"
        " VALUES (:ticket, 'done', '', now(), false)",
        ticket=ticket,
    )
    with pytest.raises(NotNow, match="is done"):
        await decide(company, reject, ticket)
