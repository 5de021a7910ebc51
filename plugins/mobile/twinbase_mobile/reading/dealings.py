"""What the office has going with a customer: contracts, faults, projects, tickets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading.columns import columns_of, pick, select_columns
from twinbase_mobile.reading.marking import Mark, Marks, read_marks
from twinbase_mobile.reading.moments import PARIS, Zone, local_time
from twinbase_mobile.reading.sites import COVERS, ROWS_MAX
from twinbase_mobile.tables import Customer, Incident, MaintenanceContract, Project, Ticket
from twinbase_mobile.tables.kinds import IncidentStatus, ProjectKind, Severity


@dataclass(frozen=True, slots=True)
class Contract:
    """`in_force`: today is between its first and its last day (open ends count as for ever)."""

    id: UUID
    code: str
    caption: str
    start_on: date | None
    end_on: date | None
    in_force: bool
    covers: tuple[str, ...]
    periodicity: str
    equipment_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class OpenIncident:
    id: UUID
    code: str
    caption: str
    severity: Severity
    status: IncidentStatus
    opened_at: datetime | None
    mark: Mark


@dataclass(frozen=True, slots=True)
class RequestLine:
    """What I have reported to the office, and what it says of it."""

    incident: OpenIncident
    customer_id: UUID | None
    customer: str


@dataclass(frozen=True, slots=True)
class ProjectLine:
    id: UUID
    kind: ProjectKind
    code: str
    caption: str
    state: str
    start_on: date | None
    end_on: date | None


@dataclass(frozen=True, slots=True)
class TicketLine:
    id: UUID
    number: int
    subject: str
    status: str
    opened_at: datetime | None
    closed_at: datetime | None


async def contracts_of(session: ReplicaSession, customer: UUID, day: date) -> tuple[Contract, ...]:
    """Those in force first, then the newest."""
    m = columns_of(MaintenanceContract)
    names = (
        "id", "code", "caption", "start_on", "end_on", "parts_covered", "labour_covered", "travel_covered",
        "periodicity_text", "equipment_ids",
    )  # fmt: skip
    query = select_columns(MaintenanceContract, *pick(MaintenanceContract, *names)).where(m.customer_id == customer)
    rows = (await session.execute(query.order_by(m.start_on.desc(), m.code).limit(ROWS_MAX))).mappings()
    return tuple(sorted((_contract(row, day) for row in rows), key=lambda contract: not contract.in_force))


def _contract(row: Mapping[Any, Any], day: date) -> Contract:
    return Contract(
        id=row["id"],
        code=row["code"],
        caption=row["caption"] or "",
        start_on=row["start_on"],
        end_on=row["end_on"],
        in_force=(row["start_on"] or day) <= day <= (row["end_on"] or day),
        covers=tuple(what for what in COVERS if row[f"{what}_covered"]),
        periodicity=row["periodicity_text"] or "",
        equipment_ids=tuple(UUID(str(one)) for one in row["equipment_ids"] or ()),
    )


async def incidents_of(session: ReplicaSession, customer: UUID, known: Marks, zone: Zone) -> tuple[OpenIncident, ...]:
    i = columns_of(Incident)
    over = (IncidentStatus.CLOSED, IncidentStatus.REJECTED)
    query = select_columns(Incident, *pick(Incident, *_INCIDENT))
    query = query.where(i.customer_id == customer, i.status.not_in(over)).order_by(i.opened_at.desc(), i.id)
    rows = (await session.execute(query.limit(ROWS_MAX))).mappings()
    return tuple(_incident(row, known, zone) for row in rows)


async def my_requests(session: ReplicaSession, me: UUID, *, zone: Zone = PARIS) -> tuple[RequestLine, ...]:
    """What I have reported and the office has not closed, the newest first; what it has rejected too. Two queries."""
    i, c = columns_of(Incident), columns_of(Customer)
    query = select_columns(Incident, *pick(Incident, *_INCIDENT), i.customer_id, c.name.label("customer"))
    query = query.outerjoin(Customer, i.customer_id == c.id)
    query = query.where(i.creator_id == me, i.status != IncidentStatus.CLOSED).order_by(i.opened_at.desc(), i.id.desc())
    rows = (await session.execute(query.limit(ROWS_MAX))).mappings().all()
    known = await read_marks(session, Incident)
    return tuple(RequestLine(_incident(row, known, zone), row["customer_id"], row["customer"] or "") for row in rows)


_INCIDENT = ("id", "code", "caption", "severity", "status", "opened_at")


def _incident(row: Mapping[Any, Any], known: Marks, zone: Zone) -> OpenIncident:
    return OpenIncident(
        row["id"],
        row["code"] or "",
        row["caption"] or "",
        row["severity"],
        row["status"],
        local_time(row["opened_at"], zone),
        known.mark_of(Incident, row["id"]),
    )


async def projects_of(session: ReplicaSession, customer: UUID) -> tuple[ProjectLine, ...]:
    p = columns_of(Project)
    query = select_columns(Project, *pick(Project, "id", "kind", "code", "caption", "state", "start_on", "end_on"))
    query = query.where(p.customer_id == customer).order_by(p.start_on.desc(), p.code, p.id).limit(ROWS_MAX)
    return tuple(
        ProjectLine(
            row["id"],
            row["kind"],
            row["code"],
            row["caption"] or "",
            row["state"] or "",
            row["start_on"],
            row["end_on"],
        )
        for row in (await session.execute(query)).mappings()
    )


async def tickets_of(session: ReplicaSession, customer: UUID, zone: Zone) -> tuple[TicketLine, ...]:
    """Open ones first, the newest first."""
    t = columns_of(Ticket)
    query = select_columns(Ticket, *pick(Ticket, "id", "number", "subject", "status_name", "opened_at", "closed_at"))
    query = query.where(t.customer_id == customer).order_by(t.closed_at.is_not(None), t.opened_at.desc(), t.number)
    return tuple(
        TicketLine(
            row["id"],
            row["number"],
            row["subject"] or "",
            row["status_name"] or "",
            local_time(row["opened_at"], zone),
            local_time(row["closed_at"], zone),
        )
        for row in (await session.execute(query.limit(ROWS_MAX))).mappings()
    )
