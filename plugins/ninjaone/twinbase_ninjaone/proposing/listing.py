"""The proposals as people see them."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from twinbase_ninjaone.tables import NinjaOrganization, NinjaTicket, VisitProposal, table_of


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal and its ticket."""

    ticket: int
    state: str
    subject: str | None
    organization: str | None
    priority: str | None
    proposed_at: datetime
    colleague_code: str | None
    scheduled_start: datetime | None
    decided_by: str | None
    visit_id: UUID | None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(self).items()
        }


async def list_proposals(connection: AsyncConnection, state: str = "") -> list[Proposed]:
    """Those in this state, or all; the newest first."""
    p, t, o = table_of(VisitProposal), table_of(NinjaTicket), table_of(NinjaOrganization)
    wanted = (
        select(
            p.c.ticket_id,
            p.c.state,
            t.c.subject,
            o.c.name,
            t.c.priority,
            p.c.proposed_at,
            p.c.colleague_code,
            p.c.scheduled_start,
            p.c.decided_by,
            p.c.visit_id,
        )
        .select_from(p)
        .outerjoin(t, t.c.id == p.c.ticket_id)
        .outerjoin(o, o.c.id == t.c.client_id)
        .order_by(p.c.proposed_at.desc(), p.c.ticket_id.desc())
    )
    if state:
        wanted = wanted.where(p.c.state == state)
    return [Proposed(*tuple(row)) for row in await connection.execute(wanted)]
