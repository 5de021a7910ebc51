"""What a person decides about a ticket: somebody goes, nobody goes, it is done."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from twinbase.errors import TwinbaseError
from twinbase_mobile import tables as mobile
from twinbase_ninjaone.linking.deciding import LinkDecision
from twinbase_ninjaone.proposing.rules import MATERIAL, checksum_of
from twinbase_ninjaone.tables import NinjaTicket, UserColleagueLink, VisitProposal, table_of


class NoSuchProposal(TwinbaseError):
    """There is no such proposal, colleague or visit. `twinbase ninjaone proposals` lists the proposals."""


class NotNow(TwinbaseError):
    """The proposal has been decided already."""


@dataclass(frozen=True, slots=True)
class VisitPlan:
    """Who goes, when, for how long; without a code, the colleague that the ticket is assigned to."""

    colleague_code: str | None = None
    start: datetime | None = None
    minutes: int | None = None
    with_incident: bool = False


async def approve(connection: AsyncConnection, ticket: int, plan: VisitPlan, who: LinkDecision) -> None:
    """Somebody goes: with the next projection the visit is there. Approved again, it is planned anew."""
    code = plan.colleague_code or await _assigned(connection, ticket)
    colleagues = table_of(mobile.Colleague)
    known = select(colleagues.c.code).where(colleagues.c.code == code).limit(1)
    if code is not None and await connection.scalar(known) is None:
        raise NoSuchProposal("Nobody of colleagues has this code.")
    planned = {
        "colleague_code": code, "scheduled_start": plan.start, "minutes": plan.minutes,
        "with_incident": plan.with_incident,
    }  # fmt: skip
    await _decide(connection, ticket, "approved", ("proposed", "rejected", "withdrawn", "approved"), who, **planned)


async def reject(connection: AsyncConnection, ticket: int, who: LinkDecision) -> None:
    """Nobody goes. It is proposed again only when the ticket has become another matter."""
    await _decide(connection, ticket, "rejected", ("proposed", "approved"), who)


async def mark_done(connection: AsyncConnection, ticket: int, visit: UUID | None, who: LinkDecision) -> None:
    """It is settled. `visit`: the one in the ERP that stands for it from now on, in the place of its own."""
    visits = table_of(mobile.Intervention)
    if visit is not None and await connection.scalar(select(visits.c.id).where(visits.c.id == visit)) is None:
        raise NoSuchProposal("There is no such visit.")
    named = {"visit_id": visit} if visit else {}
    await _decide(connection, ticket, "done", ("proposed", "approved", "done"), who, **named)


async def _decide(
    connection: AsyncConnection, ticket: int, state: str, possible: Collection[str], who: LinkDecision, **values: Any
) -> None:
    p = table_of(VisitProposal)
    before = await connection.scalar(select(p.c.state).where(p.c.ticket_id == ticket).with_for_update())
    if before is None:
        raise NoSuchProposal(f"Ticket {ticket}.")
    if before not in possible:
        raise NotNow(f"Ticket {ticket} is {before}.")
    said = {"checksum": await _checksum(connection, ticket), "decided_by": who.by, "decided_at": who.at}
    await connection.execute(update(p).where(p.c.ticket_id == ticket).values(state=state, **said, **values))


async def _checksum(connection: AsyncConnection, ticket: int) -> str:
    t = table_of(NinjaTicket)
    row = (await connection.execute(select(*(t.c[name] for name in MATERIAL)).where(t.c.id == ticket))).mappings()
    return checksum_of(dict(row.one()))


async def _assigned(connection: AsyncConnection, ticket: int) -> str | None:
    t, link = table_of(NinjaTicket), table_of(UserColleagueLink)
    confirmed = (link.c.user_id == t.c.assigned_app_user_id) & link.c.confirmed_at.is_not(None)
    code: str | None = await connection.scalar(
        select(link.c.colleague_code).join_from(t, link, confirmed).where(t.c.id == ticket)
    )
    return code
