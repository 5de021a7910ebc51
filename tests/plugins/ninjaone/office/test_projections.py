"""Tickets and what was said on them, in `mobile`: through the links, row by row, deletions too."""

from typing import Any

from tests.plugins.ninjaone.office.company import Company

from twinbase_server.projection.run import Projected

TICKETS, COMMENTS = "ninjaone.tickets", "ninjaone.ticket_log_entries"
EVERYTHING = (
    "SELECT 't', id::text, to_jsonb(t)::text FROM mobile.tickets t "
    "UNION ALL SELECT 'c', id::text, to_jsonb(c)::text FROM mobile.ticket_comments c ORDER BY 1, 2"
)


def changed(reports: dict[str, Projected]) -> dict[str, tuple[int, int]]:
    counts = {name: (one.written, one.deleted) for name, one in reports.items()}
    return {name: count for name, count in counts.items() if any(count)}


async def ticket(company: Company, number: int, columns: str) -> Any:
    (row,) = await company.rows(f"SELECT {columns} FROM mobile.tickets WHERE number = :number", number=number)
    return row


async def test_every_ticket_and_every_word_on_it_is_there_once_and_a_second_run_writes_nothing(
    company: Company,
) -> None:
    desk = company.desk.world
    reports = await company.bring()
    said = [entry for log in desk.logs.values() for entry in log if entry["type"] in ("DESCRIPTION", "COMMENT")]
    assert changed(reports) == {TICKETS: (len(desk.tickets), 0), COMMENTS: (len(said), 0)}
    assert changed(await company.bring()) == {}
    minutes = -(-max(entry.get("timeTracked", 0) for entry in said) // 60)
    assert await company.rows("SELECT max(minutes) FROM mobile.ticket_comments") == [(minutes,)]


async def test_customer_and_assignee_come_and_go_with_the_links_and_with_those_they_name(company: Company) -> None:
    number = next(id for id, one in company.desk.world.tickets.items() if "assignedAppUserId" in one)
    there = company.desk.world.tickets[number]
    customer, anna = await company.customer("C1", "Anybody"), await company.colleague("ANNA", "A", "B")
    await company.bring()
    assert await ticket(company, number, "customer_id, assignee_id") == (None, None)
    await company.set_links(**{f"org_{there['clientId']}": "C1", f"user_{there['assignedAppUserId']}": "ANNA"})
    await company.project()
    assert await ticket(company, number, "customer_id, assignee_id") == (customer, anna)
    await company.world.sql("DELETE FROM mobile.customers")
    await company.customer("C1", "Anybody, again")
    await company.project()
    assert await ticket(company, number, "customer_id, assignee_id") == (customer, anna)
    await company.world.sql("DELETE FROM ninjaone.org_customer_links")
    await company.project()
    assert await ticket(company, number, "customer_id, assignee_id") == (None, anna)


async def test_a_proposal_that_nobody_confirmed_links_no_ticket(company: Company) -> None:
    number, there = next(iter(company.desk.world.tickets.items()))
    await company.customer("C1", "Garage Colas")
    company.call_organization(there["clientId"], "Garage Colas")
    await company.fetch()
    assert await company.propose_links()
    await company.project()
    assert await ticket(company, number, "customer_id") == (None,)


async def test_a_closed_ticket_whose_log_cannot_be_had_is_closed_all_the_same(company: Company) -> None:
    """Else it would be on devices for ever, as tickets are that are open."""
    closed = next(id for id, one in company.desk.world.tickets.items() if one["status"]["parentId"] == 6000)
    company.desk.faults.plan("500", f"/{closed}/log-entry", times=1000)
    await company.bring()
    assert await ticket(company, closed, "updated_at_source, closed_at IS NULL") == (None, False)


async def test_changes_and_deletions_in_ninjaone_arrive_and_nothing_else_is_written(company: Company) -> None:
    await company.bring()
    first, second, *_ = company.desk.world.tickets
    company.desk.world.change_ticket(first, company.desk.later(minutes=5), subject="Écran noir", status="6000")
    company.desk.world.add_comment(first, company.desk.later(minutes=1), "Remplacé.", timeTracked=61)
    company.desk.world.delete_ticket(second, company.desk.later(minutes=1))
    log = [one for one in company.desk.world.logs[second] if one["type"] in ("DESCRIPTION", "COMMENT")]
    company.desk.later(minutes=10)
    assert changed(await company.bring()) == {TICKETS: (1, 1), COMMENTS: (1, len(log))}
    subject, status, closed, updated = await ticket(
        company, first, "subject, status_parent, closed_at, updated_at_source"
    )
    assert (subject, status) == ("Écran noir", 6000) and closed == updated
    assert await company.rows("SELECT minutes FROM mobile.ticket_comments WHERE body = 'Remplacé.'") == [(2,)]
    assert not await company.rows("SELECT 1 FROM mobile.tickets WHERE number = :number", number=second)


async def test_row_by_row_it_becomes_what_it_would_be_if_all_were_projected_anew(company: Company) -> None:
    await company.bring()
    for number, (id, there) in enumerate(list(company.desk.world.tickets.items())[:6]):
        await company.customer(f"C{number}", "x")
        await company.set_links(**{f"org_{there['clientId']}": f"C{number}"})
        company.desk.world.add_comment(id, company.desk.later(minutes=1), f"Mot {number}")
        await company.bring()
    company.desk.world.users[1]["lastName"] = "Renommée"
    company.desk.later(hours=1)
    await company.bring()
    before = await company.rows(EVERYTHING)
    await company.world.sql("DELETE FROM twinbase.projection")
    await company.project()
    assert await company.rows(EVERYTHING) == before


async def test_without_mobile_the_projections_are_off_and_say_so(company: Company) -> None:
    await company.world.sql("DROP TABLE mobile.ticket_comments, mobile.customers CASCADE")
    await company.fetch()
    assert "customers" in (await company.project())[TICKETS].off
