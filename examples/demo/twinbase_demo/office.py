"""What the office does in EBP while nobody has a network. Plain SQL on EBP's own tables: no tool of ours in the way."""

from datetime import date, timedelta
from uuid import UUID

from twinbase_demo.company import Company
from twinbase_demo.erp import mutate_office_day


async def hand_over(company: Company, visit: UUID, to: str) -> None:
    """Give a visit to a colleague (EBP's key)."""
    await company.erp.execute(f'UPDATE "ScheduleEvent" SET "ColleagueId" = $2, {_NOTED} WHERE "Id" = $1', visit, to)


async def cancel(company: Company, visit: UUID) -> None:
    await company.erp.execute(f'UPDATE "ScheduleEvent" SET "EventState" = 3, {_NOTED} WHERE "Id" = $1', visit)


async def write_instructions(company: Company, visit: UUID, text: str) -> None:
    """A word to whoever goes there. It stands in our own table, and nothing of ours is asked."""
    await company.connection.execute("UPDATE mobile.interventions SET instructions = $2 WHERE id = $1", visit, text)


async def delete_customer(company: Company, customer: UUID) -> str:
    """Delete a customer, with its addresses and contacts; answers the name it had."""
    code = await company.connection.fetchval("SELECT source_id FROM mobile.customers WHERE id = $1", customer)
    async with company.erp.transaction():
        for table in ("Address", "Contact"):
            await company.erp.execute(f'DELETE FROM "{table}" WHERE "AssociatedCustomerId" = $1', code)
        return str(await company.erp.fetchval('DELETE FROM "Customer" WHERE "Id" = $1 RETURNING "Name"', code))


async def work_a_day(company: Company, day: date, *, seed: int, changes: int) -> int:
    """Customers, prices, agendas, stock: about so many rows, in many small transactions; answers how many."""
    done = await mutate_office_day(company.erp, seed=seed, changes=changes, today=day)
    return done.total


async def visits_of(company: Company, colleague: UUID, day: date, count: int) -> list[UUID]:
    """Planned visits of a colleague from this day on, the nearest first."""
    rows = await company.connection.fetch(_VISITS, colleague, day, count)
    return [row["id"] for row in rows]


async def find_visit(company: Company, colleague: UUID, day: date) -> UUID:
    """The last visit that a colleague has on the phone, whatever its status."""
    window = timedelta(days=25)
    found: UUID = await company.connection.fetchval(_LAST, colleague, day - window, day + window)
    return found


async def find_shared_contact(company: Company, one: UUID, other: UUID, day: date) -> UUID | None:
    """A contact of a customer whom both visit; nobody, when they have no customer in common."""
    window = timedelta(days=25)
    return await company.connection.fetchval(_SHARED, one, other, day - window, day + window)  # type: ignore[no-any-return]


async def find_quiet_customer(company: Company, crew: list[UUID], day: date, *, but: UUID) -> UUID:
    """A customer that somebody of the crew has on the phone, with as few visits to come as can be; not this one."""
    window = timedelta(days=25)
    return await company.connection.fetchval(_QUIET, crew, day, day - window, day + window, but)  # type: ignore[no-any-return]


# As the ERP does: every write carries its time, later than all before it.
_NOTED = '"sysModifiedDate" = (SELECT max("sysModifiedDate") + interval \'1 second\' FROM "ScheduleEvent")'
_VISITS = """
SELECT id FROM mobile.interventions
WHERE lead_id = $1 AND status = 'planned' AND scheduled_start >= $2 AND customer_id IS NOT NULL
ORDER BY scheduled_start, id LIMIT $3
"""
_LAST = """
SELECT id FROM mobile.interventions WHERE lead_id = $1 AND scheduled_start BETWEEN $2 AND $3
ORDER BY scheduled_start DESC, id LIMIT 1
"""
_SHARED = """
SELECT k.id FROM mobile.contacts k
WHERE EXISTS (SELECT FROM mobile.interventions i
        WHERE i.customer_id = k.customer_id AND i.lead_id = $1 AND i.scheduled_start BETWEEN $3 AND $4)
    AND EXISTS (SELECT FROM mobile.interventions i
        WHERE i.customer_id = k.customer_id AND i.lead_id = $2 AND i.scheduled_start BETWEEN $3 AND $4)
ORDER BY k.id LIMIT 1
"""
_QUIET = """
SELECT c.id FROM mobile.customers c JOIN mobile.interventions i ON i.customer_id = c.id
WHERE i.lead_id = ANY ($1) AND i.scheduled_start BETWEEN $3 AND $4 AND c.id <> $5
GROUP BY c.id
ORDER BY count(*) FILTER (WHERE i.status = 'planned' AND i.scheduled_start < $2::date + 3),
    count(*) FILTER (WHERE i.status = 'planned'), c.id
LIMIT 1
"""
