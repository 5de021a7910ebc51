"""Look at every ticket again after a fetch: propose what is new, withdraw what is settled, finish what was done."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from twinbase_mobile import tables as mobile
from twinbase_ninjaone.projections.sql import visit_of
from twinbase_ninjaone.proposing.rules import MATERIAL, Links, checksum_of, is_wanted, next_state
from twinbase_ninjaone.settings import NinjaOneSettings
from twinbase_ninjaone.tables import NinjaTicket, OrganizationCustomerLink, UserColleagueLink, VisitProposal, table_of


async def renew(connection: AsyncConnection, settings: NinjaOneSettings, now: datetime) -> Mapping[str, int]:
    """In the caller's transaction; answers how many proposals went into which state."""
    counted: Counter[str] = Counter()
    links, known = await _links(connection), await _known(connection)
    for ticket in await _tickets(connection):
        state, before = known.get(ticket["id"], (None, ""))
        found = checksum_of(ticket)
        wanted = is_wanted(ticket, links, settings.propose, settings.finished_statuses)
        after = next_state(state, wanted, changed=found != before)
        if after is not None and (after != state or (after == "proposed" and found != before)):
            await _write(connection, ticket["id"], after, found, now)
            counted[after] += after != state
    counted["done"] += await _finish(connection)
    return +counted


async def _links(connection: AsyncConnection) -> Links:
    async def confirmed(model: Any, column: str) -> frozenset[int]:
        links = table_of(model)
        return frozenset(await connection.scalars(select(links.c[column]).where(links.c.confirmed_at.is_not(None))))

    users = await confirmed(UserColleagueLink, "user_id")
    return Links(users, await confirmed(OrganizationCustomerLink, "organization_id"))


async def _known(connection: AsyncConnection) -> Mapping[int, tuple[str, str]]:
    p = table_of(VisitProposal)
    rows = await connection.execute(select(p.c.ticket_id, p.c.state, p.c.checksum))
    return {ticket: (state, said) for ticket, state, said in rows}


async def _tickets(connection: AsyncConnection) -> list[Mapping[str, Any]]:
    t = table_of(NinjaTicket)
    columns = ("id", "deleted", "deleted_at", "status_parent_id", *MATERIAL)
    return [dict(row) for row in (await connection.execute(select(*(t.c[name] for name in columns)))).mappings()]


async def _write(connection: AsyncConnection, ticket: int, state: str, said: str, now: datetime) -> None:
    """A person may decide at this moment: what has another state by now is left alone."""
    p = table_of(VisitProposal)
    row = {"ticket_id": ticket, "state": state, "checksum": said, "proposed_at": now, "with_incident": False}
    changed = {"state": state, "checksum": said} | ({"proposed_at": now} if state == "proposed" else {})
    undecided = p.c.state.in_(["proposed", "withdrawn", "rejected"])
    statement = insert(p).values(row)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["ticket_id"], set_=changed, where=undecided)
    )


async def _finish(connection: AsyncConnection) -> int:
    """Approved ones whose visit is done. Without the plugin `mobile` there are no visits."""
    if await connection.scalar(text("SELECT to_regclass('mobile.interventions') IS NULL")):
        return 0
    p, visits = table_of(VisitProposal), table_of(mobile.Intervention)
    finished = select(visits.c.id).where(visits.c.status == "done")
    approved = update(p).where(p.c.state == "approved", visit_of(p).in_(finished))
    return int((await connection.execute(approved.values(state="done"))).rowcount)
