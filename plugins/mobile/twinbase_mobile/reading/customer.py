"""A customer from all sides: sites, people, appliances, contracts, what was done and what is open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import work
from twinbase_mobile.reading.columns import columns_of, joined, pick
from twinbase_mobile.reading.jobs import Earlier, Person, earlier_of
from twinbase_mobile.reading.marking import Mark, Marks, marks
from twinbase_mobile.reading.moments import PARIS, Zone, local, today
from twinbase_mobile.reading.people import full_name
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
    MaintenanceContract,
    Product,
    Project,
    Ticket,
)
from twinbase_mobile.tables.kinds import IncidentStatus, OwnerKind, ProjectKind, Severity, State

ROWS_MAX = 200
HISTORY_MAX = 50
NOTES_MAX = 20


@dataclass(frozen=True, slots=True)
class Equipment:
    """An appliance of the customer. `covered`: what its own guarantee still covers today."""

    id: UUID
    code: str
    caption: str
    product: str
    serial_number: str
    location_in_site: str
    installed_on: date | None
    covered: tuple[str, ...]
    state: State
    mark: Mark


@dataclass(frozen=True, slots=True)
class Site:
    """An address of the customer, and the appliances that stand there."""

    id: UUID
    label: str
    address: tuple[str, ...]
    zip_code: str
    city: str
    lat: Decimal | None
    lon: Decimal | None
    access_notes: str
    is_main: bool
    equipment: tuple[Equipment, ...]
    mark: Mark


@dataclass(frozen=True, slots=True)
class ContactLine:
    person: Person
    department: str
    is_main: bool
    mark: Mark


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
    state: State
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


async def customer_360(session: ReplicaSession, id_: UUID, *, now: datetime, zone: Zone = PARIS) -> Customer360 | None:
    """A customer with everything of his; None when he is not on this device. Thirteen queries."""
    query = joined(Customer, *pick(Customer, "id", "is_person", "state", *_TEXTS))
    row = (await session.execute(query.where(columns_of(Customer).id == id_))).mappings().one_or_none()
    if row is None:
        return None
    known, day = await marks(session, *_MARKED), today(now, zone)
    equipment = await _equipment(session, id_, day, known)
    sites = await _sites(session, id_, equipment, known)
    placed = {one.id for site in sites for one in site.equipment}
    return Customer360(
        **{name: row[name] or "" for name in _TEXTS},
        id=id_, is_person=row["is_person"], state=row["state"],
        sites=sites,
        elsewhere=tuple(one for _, one in equipment if one.id not in placed),
        contacts=await _contacts(session, id_, known),
        contracts=await _contracts(session, id_, day),
        coming=await _coming(session, id_, known, now, zone),
        history=await _history(session, id_, zone),
        timeline=await _timeline(session, id_, known, zone),
        incidents=await _incidents(session, id_, known, zone),
        projects=await _projects(session, id_),
        tickets=await _tickets(session, id_, zone),
        files=await work.files(session, [(OwnerKind.EQUIPMENT, [one.id for _, one in equipment])]),
    )  # fmt: skip


async def _equipment(
    session: ReplicaSession, customer: UUID, day: date, known: Marks
) -> list[tuple[UUID | None, Equipment]]:
    """Each with the site where it stands."""
    e, p = columns_of(CustomerEquipment), columns_of(Product)
    names = (
        "id", "site_id", "code", "caption", "serial_number", "location_in_site", "installed_on", "state",
        *(f"{what}_cover_end" for what in _COVERS),
    )  # fmt: skip
    query = joined(CustomerEquipment, *pick(CustomerEquipment, *names), p.caption.label("product"))
    query = query.outerjoin(Product, e.product_id == p.id).where(e.customer_id == customer)
    rows = (await session.execute(query.order_by(e.caption, e.id).limit(ROWS_MAX))).mappings()
    return [(row["site_id"], _appliance(row, day, known)) for row in rows]


_COVERS = ("parts", "labour", "travel")


def _appliance(row: Mapping[Any, Any], day: date, known: Marks) -> Equipment:
    ends = {what: row[f"{what}_cover_end"] for what in _COVERS}
    return Equipment(
        id=row["id"], code=row["code"] or "", caption=row["caption"] or row["product"] or "",
        product=row["product"] or "", serial_number=row["serial_number"] or "",
        location_in_site=row["location_in_site"] or "", installed_on=row["installed_on"],
        covered=tuple(what for what, end in ends.items() if end is not None and end >= day), state=row["state"],
        mark=known.of(CustomerEquipment, row["id"]),
    )  # fmt: skip


async def _sites(
    session: ReplicaSession, customer: UUID, equipment: list[tuple[UUID | None, Equipment]], known: Marks
) -> tuple[Site, ...]:
    """The main one first."""
    s, c = columns_of(CustomerSite), columns_of(Customer)
    lines = tuple(f"address{number}" for number in range(1, 5))
    names = ("id", "label", *lines, "zip_code", "city", "lat", "lon", "access_notes", "is_main_delivery")
    query = joined(CustomerSite, *pick(CustomerSite, *names), c.main_site_id.label("main_site_id"))
    query = query.join(Customer, s.customer_id == c.id).where(s.customer_id == customer).limit(ROWS_MAX)
    rows = (await session.execute(query.order_by(s.is_main_delivery.desc(), s.label, s.id))).mappings()
    found = tuple(
        Site(
            id=row["id"], label=row["label"] or "", address=tuple(row[line] for line in lines if row[line]),
            zip_code=row["zip_code"] or "", city=row["city"] or "", lat=row["lat"], lon=row["lon"],
            access_notes=row["access_notes"] or "",
            is_main=row["id"] == row["main_site_id"] if row["main_site_id"] else row["is_main_delivery"],
            equipment=tuple(one for site, one in equipment if site == row["id"]),
            mark=known.of(CustomerSite, row["id"]),
        )
        for row in rows
    )  # fmt: skip
    return tuple(sorted(found, key=lambda site: not site.is_main))


async def _contacts(session: ReplicaSession, customer: UUID, known: Marks) -> tuple[ContactLine, ...]:
    """The main ones first, then by name."""
    c = columns_of(Contact)
    ways = ("phone", "mobile", "email")
    names = ("id", "first_name", "last_name", "function", "department", "is_main", *ways)
    query = joined(Contact, *pick(Contact, *names)).where(c.customer_id == customer)
    query = query.order_by(c.is_main.desc(), c.last_name, c.first_name, c.id).limit(ROWS_MAX)
    return tuple(
        ContactLine(
            Person(row["id"], full_name(row), row["function"] or "", *(row[way] or "" for way in ways)),
            row["department"] or "", row["is_main"], known.of(Contact, row["id"]),
        )
        for row in (await session.execute(query)).mappings()
    )  # fmt: skip


async def _contracts(session: ReplicaSession, customer: UUID, day: date) -> tuple[Contract, ...]:
    """Those in force first, then the newest."""
    m = columns_of(MaintenanceContract)
    names = (
        "id", "code", "caption", "start_on", "end_on", "parts_covered", "labour_covered", "travel_covered",
        "periodicity_text", "equipment_ids",
    )  # fmt: skip
    query = joined(MaintenanceContract, *pick(MaintenanceContract, *names)).where(m.customer_id == customer)
    rows = (await session.execute(query.order_by(m.start_on.desc(), m.code).limit(ROWS_MAX))).mappings()
    return tuple(sorted((_contract(row, day) for row in rows), key=lambda contract: not contract.in_force))


def _contract(row: Mapping[Any, Any], day: date) -> Contract:
    return Contract(
        id=row["id"], code=row["code"], caption=row["caption"] or "", start_on=row["start_on"], end_on=row["end_on"],
        in_force=(row["start_on"] or day) <= day <= (row["end_on"] or day),
        covers=tuple(what for what in _COVERS if row[f"{what}_covered"]), periodicity=row["periodicity_text"] or "",
        equipment_ids=tuple(UUID(str(one)) for one in row["equipment_ids"] or ()),
    )  # fmt: skip


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
    query = joined(Intervention, *pick(Intervention, *names), *pick(Colleague, "first_name", "last_name"))
    query = query.outerjoin(Colleague, v.lead_id == c.id)
    query = query.where(v.customer_id == customer, v.status.in_(tuple(CLOSED)))
    rows = await session.execute(query.order_by(v.scheduled_start.desc(), v.id).limit(HISTORY_MAX))
    return tuple(earlier_of(row, zone) for row in rows.mappings())


async def _timeline(session: ReplicaSession, customer: UUID, known: Marks, zone: Zone) -> tuple[work.Note, ...]:
    """What was noted of the customer, or on his visits."""
    n, v = columns_of(InterventionNote), columns_of(Intervention)
    visits: Select[Any] = select(v.id).where(v.customer_id == customer)
    whose = or_(n.customer_id == customer, n.intervention_id.in_(visits))
    return await work.notes(session, whose, known, zone, NOTES_MAX)


async def _incidents(session: ReplicaSession, customer: UUID, known: Marks, zone: Zone) -> tuple[OpenIncident, ...]:
    i = columns_of(Incident)
    over = (IncidentStatus.CLOSED, IncidentStatus.REJECTED)
    query = joined(Incident, *pick(Incident, "id", "code", "caption", "severity", "status", "opened_at"))
    query = query.where(i.customer_id == customer, i.status.not_in(over)).order_by(i.opened_at.desc(), i.id)
    return tuple(
        OpenIncident(
            row["id"], row["code"] or "", row["caption"] or "", row["severity"], row["status"],
            local(row["opened_at"], zone), known.of(Incident, row["id"]),
        )
        for row in (await session.execute(query.limit(ROWS_MAX))).mappings()
    )  # fmt: skip


async def _projects(session: ReplicaSession, customer: UUID) -> tuple[ProjectLine, ...]:
    p = columns_of(Project)
    query = joined(Project, *pick(Project, "id", "kind", "code", "caption", "state", "start_on", "end_on"))
    query = query.where(p.customer_id == customer).order_by(p.start_on.desc(), p.code, p.id).limit(ROWS_MAX)
    return tuple(
        ProjectLine(
            row["id"], row["kind"], row["code"], row["caption"] or "", row["state"] or "", row["start_on"],
            row["end_on"],
        )
        for row in (await session.execute(query)).mappings()
    )  # fmt: skip


async def _tickets(session: ReplicaSession, customer: UUID, zone: Zone) -> tuple[TicketLine, ...]:
    """Open ones first, the newest first."""
    t = columns_of(Ticket)
    query = joined(Ticket, *pick(Ticket, "id", "number", "subject", "status_name", "opened_at", "closed_at"))
    query = query.where(t.customer_id == customer).order_by(t.closed_at.is_not(None), t.opened_at.desc(), t.number)
    return tuple(
        TicketLine(
            row["id"], row["number"], row["subject"] or "", row["status_name"] or "", local(row["opened_at"], zone),
            local(row["closed_at"], zone),
        )
        for row in (await session.execute(query.limit(ROWS_MAX))).mappings()
    )  # fmt: skip
