"""Tickets of the help desk, as a technician's phone shows them."""

from typing import Any

from tests.plugins.mobile.reading.company import BOB, BOB_ID, ME, NOW, Company, ident, paris
from tests.plugins.mobile.reading.test_days import visit

from twinbase_mobile.reading import TicketSheet, TicketSummary, my_tickets, read_ticket
from twinbase_mobile.tables import Customer, Ticket, TicketComment


def ticket(number: int, **values: Any) -> Ticket:
    own = {"id": ident(200 + number), "number": number, "assignee_id": ME, "opened_at": paris(1 + number, 8)}
    return Ticket(**{**own, **values})


async def tickets(company: Company, **options: Any) -> tuple[TicketSummary, ...]:
    async with company.phone.replica.read() as session:
        return await my_tickets(session, ME, **options)


async def numbers(company: Company, **options: Any) -> list[int]:
    return [one.number for one in await tickets(company, **options)]


async def sheet(company: Company, number: int) -> TicketSheet | None:
    async with company.phone.replica.read() as session:
        return await read_ticket(session, ME, ident(200 + number))


async def some(company: Company) -> None:
    """Tickets of every urgency, of two customers, one of them closed."""
    await company.add(
        BOB(),
        Customer(id=ident(10), code="C1", name="Étude Noël", salesperson_id=ME),
        visit(1, paris(10, 8), title="Remplacer le serveur"),
        ticket(1, priority="LOW", subject="Imprimante"),
        ticket(2, priority="HIGH", subject="Serveur arrêté", device_name="SRV-01", intervention_id=ident(1001)),
        ticket(3, priority="HIGH", assignee_id=BOB_ID, customer_id=ident(10), status_name="In Progress"),
        ticket(4, priority=None),
        ticket(5, priority="CRITICAL"),
        ticket(6, priority="HIGH", closed_at=paris(9, 8)),
        TicketComment(
            id=ident(301), ticket_id=ident(202), body="Depuis ce matin", author_label="Mme Noël", public=True,
            created_at_source=paris(2, 9),
        ),
    )  # fmt: skip
    await company.add_and_sync()


async def test_the_most_urgent_come_first_and_of_these_the_newest(company: Company) -> None:
    await some(company)
    assert await numbers(company) == [3, 2, 1, 4, 5]
    assert await numbers(company, closed=True) == [3, 2, 1, 4, 5, 6]


async def test_the_list_is_narrowed_to_mine_a_customer_a_visit_or_words(company: Company) -> None:
    await some(company)
    assert await numbers(company, mine=True) == [2, 1, 4, 5]
    assert await numbers(company, customer=ident(10)) == [3]
    assert await numbers(company, visit=ident(1001)) == [2]
    assert await numbers(company, text="noel") == [3]
    assert await numbers(company, text="srv01") == []
    assert await numbers(company, text="srv") == [2]
    assert await numbers(company, text="serveur arr") == [2]
    assert await numbers(company, text="6") == []


async def test_a_line_says_whose_ticket_it_is(company: Company) -> None:
    await some(company)
    third = (await tickets(company))[0]
    assert (third.customer, third.assignee, third.is_mine, third.status) == (
        "Étude Noël",
        "Bob Petit",
        False,
        "In Progress",
    )
    assert third.is_open and str(third.opened_at) == "2026-06-04 08:00:00+02:00"


async def test_a_comment_stands_there_at_once_and_is_marked_until_the_server_has_it(company: Company) -> None:
    await some(company)
    await company.phone.save(
        TicketComment(ticket_id=ident(202), body="Disque remplacé", minutes=30, created_at_source=NOW)
    )
    found = await sheet(company, 2)
    assert found is not None and found.visit is not None
    assert (found.visit.id, found.visit.caption) == (ident(1001), "Remplacer le serveur")
    assert [(one.body, one.author, one.public, one.minutes, one.mark.state) for one in found.comments] == [
        ("Depuis ce matin", "Mme Noël", True, None, "synced"),
        ("Disque remplacé", "", False, 30, "pending"),
    ]
    assert found.ticket.unsent == 1
    assert {one.number: one.unsent for one in await tickets(company)} == {3: 0, 2: 1, 1: 0, 4: 0, 5: 0}
    await company.phone.sync()
    again = await sheet(company, 2)
    assert again is not None and [one.mark.state for one in again.comments] == ["synced", "synced"]


async def test_a_ticket_that_is_not_on_the_phone_is_none(company: Company) -> None:
    await company.phone.sync()
    assert await sheet(company, 1) is None
