"""A customer from all sides: sites, people, appliances, contracts, what was done and what is open."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import work
from twinbase_mobile.reading.columns import columns_of, pick, select_columns
from twinbase_mobile.reading.dealings import (
    Contract,
    OpenIncident,
    ProjectLine,
    TicketLine,
    contracts_of,
    incidents_of,
    projects_of,
    tickets_of,
)
from twinbase_mobile.reading.jobs import ContactPerson, Earlier, earlier_of
from twinbase_mobile.reading.marking import Mark, Marks, read_marks
from twinbase_mobile.reading.moments import PARIS, Zone, local_day
from twinbase_mobile.reading.people import full_name
from twinbase_mobile.reading.sites import ROWS_MAX, Equipment, Site, equipment_of, sites_of
from twinbase_mobile.reading.visits import Visit, visit_query, visits_of
from twinbase_mobile.rules.status import CLOSED
from twinbase_mobile.tables import (
    Colleague,
    Contact,
    Customer,
    CustomerEquipment,
    CustomerSite,
    Incident,
    Intervention,
    InterventionNote,
)
from twinbase_mobile.tables.kinds import ActiveState, OwnerKind

HISTORY_MAX = 50
NOTES_MAX = 20


@dataclass(frozen=True, slots=True)
class ContactLine:
    person: ContactPerson
    department: str
    is_main: bool
    mark: Mark


@dataclass(frozen=True, slots=True)
class Customer360:
    """All that this device has of a customer. `elsewhere`: appliances whose site is not known or not here.

    Visits are those on this device: `coming` are open, soonest first; `history` closed, newest first.
    """

    id: UUID
    code: str
    name: str
    civility: str
    is_person: bool
    state: ActiveState
    phone: str
    mobile: str
    email: str
    notes: str
    technical_sheet: str
    sites: tuple[Site, ...]
    elsewhere: tuple[Equipment, ...]
    contacts: tuple[ContactLine, ...]
    contracts: tuple[Contract, ...]
    coming: tuple[Visit, ...]
    history: tuple[Earlier, ...]
    timeline: tuple[work.Note, ...]
    incidents: tuple[OpenIncident, ...]
    projects: tuple[ProjectLine, ...]
    tickets: tuple[TicketLine, ...]
    files: tuple[work.File, ...]


_TEXTS = ("code", "name", "civility", "phone", "mobile", "email", "notes", "technical_sheet")
_MARKED = (CustomerSite, Contact, CustomerEquipment, Incident, Intervention, InterventionNote)


async def read_customer_360(
    session: ReplicaSession, id_: UUID, *, now: datetime, zone: Zone = PARIS
) -> Customer360 | None:
    """A customer with everything of his; None when he is not on this device. Thirteen queries."""
    query = select_columns(Customer, *pick(Customer, "id", "is_person", "state", *_TEXTS))
    row = (await session.execute(query.where(columns_of(Customer).id == id_))).mappings().one_or_none()
    if row is None:
        return None
    known, day = await read_marks(session, *_MARKED), local_day(now, zone)
    equipment = await equipment_of(session, id_, day, known)
    sites = await sites_of(session, id_, equipment, known)
    placed = {one.id for site in sites for one in site.equipment}
    return Customer360(
        **{name: row[name] or "" for name in _TEXTS},
        id=id_,
        is_person=row["is_person"],
        state=row["state"],
        sites=sites,
        elsewhere=tuple(one for _, one in equipment if one.id not in placed),
        contacts=await _contacts(session, id_, known),
        contracts=await contracts_of(session, id_, day),
        coming=await _coming(session, id_, known, now, zone),
        history=await _history(session, id_, zone),
        timeline=await _timeline(session, id_, known, zone),
        incidents=await incidents_of(session, id_, known, zone),
        projects=await projects_of(session, id_),
        tickets=await tickets_of(session, id_, zone),
        files=await work.files_of(session, [(OwnerKind.EQUIPMENT, [one.id for _, one in equipment])]),
    )


async def _contacts(session: ReplicaSession, customer: UUID, known: Marks) -> tuple[ContactLine, ...]:
    """The main ones first, then by name."""
    c = columns_of(Contact)
    ways = ("phone", "mobile", "email")
    names = ("id", "first_name", "last_name", "function", "department", "is_main", *ways)
    query = select_columns(Contact, *pick(Contact, *names)).where(c.customer_id == customer)
    query = query.order_by(c.is_main.desc(), c.last_name, c.first_name, c.id).limit(ROWS_MAX)
    return tuple(
        ContactLine(
            ContactPerson(row["id"], full_name(row), row["function"] or "", *(row[way] or "" for way in ways)),
            row["department"] or "",
            row["is_main"],
            known.mark_of(Contact, row["id"]),
        )
        for row in (await session.execute(query)).mappings()
    )


async def _coming(
    session: ReplicaSession, customer: UUID, known: Marks, now: datetime, zone: Zone
) -> tuple[Visit, ...]:
    v = columns_of(Intervention)
    query = visit_query().where(v.customer_id == customer, v.status.not_in(tuple(CLOSED)))
    rows = await session.execute(query.order_by(v.scheduled_start, v.id).limit(HISTORY_MAX))
    return visits_of(rows.mappings(), known, now, zone)


async def _history(session: ReplicaSession, customer: UUID, zone: Zone) -> tuple[Earlier, ...]:
    v, c = columns_of(Intervention), columns_of(Colleague)
    names = ("id", "number", "title", "status", "scheduled_start", "report")
    query = select_columns(Intervention, *pick(Intervention, *names), *pick(Colleague, "first_name", "last_name"))
    query = query.outerjoin(Colleague, v.lead_id == c.id)
    query = query.where(v.customer_id == customer, v.status.in_(tuple(CLOSED)))
    rows = await session.execute(query.order_by(v.scheduled_start.desc(), v.id).limit(HISTORY_MAX))
    return tuple(earlier_of(row, zone) for row in rows.mappings())


async def _timeline(session: ReplicaSession, customer: UUID, known: Marks, zone: Zone) -> tuple[work.Note, ...]:
    """What was noted of the customer, or on his visits."""
    n, v = columns_of(InterventionNote), columns_of(Intervention)
    visits = select(v.id).where(v.customer_id == customer)
    whose = or_(n.customer_id == customer, n.intervention_id.in_(visits))
    return await work.notes_of(session, whose, known, zone, NOTES_MAX)
