"""One visit with everything on it: what a technician has before him while he works."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import false, select

from twinbase.replica import PendingEdit, ReplicaSession
from twinbase_mobile.reading import work
from twinbase_mobile.reading.checklists import Checklist, checklists_of
from twinbase_mobile.reading.columns import columns_of, pick, select_columns, table_of
from twinbase_mobile.reading.deliveries import DeliveryLine, my_deliveries
from twinbase_mobile.reading.marking import Marks, read_marks
from twinbase_mobile.reading.moments import PARIS, Zone, local_time
from twinbase_mobile.reading.people import full_name
from twinbase_mobile.reading.visits import Visit, visit_of, visit_query
from twinbase_mobile.reasons import Reason
from twinbase_mobile.rules import allowed_transitions, done_faults, minutes_of
from twinbase_mobile.tables import (
    ChecklistAnswer,
    ChecklistTemplate,
    Colleague,
    Contact,
    Incident,
    Intervention,
    InterventionEquipment,
    InterventionNote,
    InterventionPart,
    InterventionPhoto,
    InterventionSignature,
    MaintenanceContract,
    Project,
    Ticket,
    Timesheet,
)
from twinbase_mobile.tables.kinds import OwnerKind, VisitStatus

HISTORY_MAX = 10


@dataclass(frozen=True, slots=True)
class ContactPerson:
    """Whom to ask for; `contact_id` is None where the ERP only noted a name."""

    contact_id: UUID | None
    name: str
    function: str
    phone: str
    mobile: str
    email: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A row that the visit belongs to: its id, its code, what it is called."""

    id: UUID
    code: str
    caption: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """A visit before this one, at the same site."""

    id: UUID
    number: str
    title: str
    status: VisitStatus
    start: datetime | None
    by: str
    report: str


@dataclass(frozen=True, slots=True)
class Job:
    """A visit and all that hangs on it.

    `may_become`: the buttons of its status. `missing`: what lacks before it may be done. `refused`: new rows of this
    visit that the server did not take, with what was typed. `deliveries`: what became of its rows in other systems.
    """

    visit: Visit
    instructions: str
    office_notes: str
    report: str
    actual_start: datetime | None
    actual_end: datetime | None
    worked_minutes: int | None
    travel_minutes: int | None
    percent_done: int | None
    follow_up_needed: bool
    cancel_reason: str
    no_report_reason: str
    external_ref: str
    contact: ContactPerson | None
    contract: Reference | None
    project: Reference | None
    incident: Reference | None
    tickets: tuple[Reference, ...]
    team: tuple[work.Teammate, ...]
    appliances: tuple[work.Appliance, ...]
    parts: tuple[work.Part, ...]
    notes: tuple[work.Note, ...]
    photos: tuple[work.Photo, ...]
    signatures: tuple[work.Signature, ...]
    checklists: tuple[Checklist, ...]
    files: tuple[work.File, ...]
    history: tuple[Earlier, ...]
    written_minutes: int
    may_become: tuple[VisitStatus, ...]
    missing: tuple[Reason, ...]
    refused: tuple[PendingEdit, ...]
    deliveries: tuple[DeliveryLine, ...]


_OWN = (
    "instructions", "office_notes", "report", "no_report_reason", "actual_start", "actual_end", "worked_minutes",
    "travel_minutes", "percent_done", "follow_up_needed", "cancel_reason", "external_ref", "template_id",
    "contact_id", "contract_id", "project_id", "incident_id", "main_equipment_id",
)  # fmt: skip
_MARKED = (
    Intervention, InterventionEquipment, InterventionNote, InterventionPart, InterventionPhoto, InterventionSignature,
    ChecklistAnswer, Timesheet,
)  # fmt: skip


async def read_job(session: ReplicaSession, id_: UUID, *, now: datetime, zone: Zone = PARIS) -> Job | None:
    """A visit with everything on it; None when it is not on this device. Fourteen queries at most."""
    row = (await session.execute(_query().where(columns_of(Intervention).id == id_))).mappings().one_or_none()
    if row is None:
        return None
    known = await read_marks(session, *_MARKED)
    appliances = await work.appliances_of(session, id_, known)
    answers, signed = await _answers(session, id_), await work.signatures_of(session, id_, known, zone)
    template = {"id": row["template_id"], "title": row["template_title"], "items": row["template_items"]}
    template_or_none = template if row["template_id"] and row["template_items"] is not None else None
    entered = (
        await work.parts_of(session, id_, known),
        await work.notes_of(session, columns_of(InterventionNote).intervention_id == id_, known, zone),
        await work.photos_of(session, id_, known, zone),
    )
    ids = [id_, *(one.id for rows in (*entered, signed) for one in rows)]
    signatures = [{"role": one.role, "refused": one.refused, "refusal_reason": one.refusal_reason} for one in signed]
    return Job(
        visit=visit_of(row, known, now, zone),
        **_texts(row, zone),
        contact=_contact(row),
        contract=_reference(row, "contract"),
        project=_reference(row, "project"),
        incident=_reference(row, "incident"),
        tickets=await _tickets(session, id_),
        team=await work.team_of(session, id_, zone),
        appliances=appliances,
        parts=entered[0],
        notes=entered[1],
        photos=entered[2],
        signatures=signed,
        checklists=checklists_of(template_or_none, answers, _asked(row, appliances), known),
        files=await work.files_of(session, _owners(row, appliances)),
        history=await _history(session, row, zone),
        written_minutes=await _written(session, id_),
        may_become=allowed_transitions(row["status"]),
        missing=tuple(done_faults(dict(row), template=template_or_none, answers=answers, signatures=signatures)),
        refused=_refused(known, id_),
        deliveries=await my_deliveries(session, rows=ids, zone=zone),
    )


def _query() -> Any:
    v = columns_of(Intervention)
    contact, contract, incident = columns_of(Contact), columns_of(MaintenanceContract), columns_of(Incident)
    project, template = columns_of(Project), columns_of(ChecklistTemplate)
    return (
        visit_query(
            *pick(Intervention, *_OWN),
            *pick(Contact, "first_name", "last_name", "function", "phone", "mobile", "email", prefix="contact_"),
            *pick(MaintenanceContract, "code", "caption", prefix="contract_"),
            *pick(Project, "code", "caption", prefix="project_"),
            *pick(Incident, "code", "caption", prefix="incident_"),
            *pick(ChecklistTemplate, "title", "items", prefix="template_"),
        )
        .outerjoin(Contact, v.contact_id == contact.id)
        .outerjoin(MaintenanceContract, v.contract_id == contract.id)
        .outerjoin(Project, v.project_id == project.id)
        .outerjoin(Incident, v.incident_id == incident.id)
        .outerjoin(ChecklistTemplate, v.template_id == template.id)
    )


def _texts(row: Mapping[Any, Any], zone: Zone) -> dict[str, Any]:
    texts = ("instructions", "office_notes", "report", "cancel_reason", "no_report_reason", "external_ref")
    same = ("worked_minutes", "travel_minutes", "percent_done", "follow_up_needed")
    return (
        {name: row[name] or "" for name in texts}
        | {name: row[name] for name in same}
        | {name: local_time(row[name], zone) for name in ("actual_start", "actual_end")}
    )


def _contact(row: Mapping[Any, Any]) -> ContactPerson | None:
    """The customer's contact as it is today; what the ERP noted for this visit fills what it lacks."""
    noted = row["contact_snapshot"] or {}
    name = full_name(row, "contact_") or noted.get("name") or ""
    ways = [row[f"contact_{way}"] or noted.get(way) or "" for way in ("phone", "mobile", "email")]
    if not name and not any(ways):
        return None
    return ContactPerson(row["contact_id"], name, row["contact_function"] or "", *ways)


def _reference(row: Mapping[Any, Any], name: str) -> Reference | None:
    """None also where the row itself is not on this device."""
    code, caption = row[f"{name}_code"], row[f"{name}_caption"]
    known = row[f"{name}_id"] is not None and (code is not None or caption is not None)
    return Reference(row[f"{name}_id"], code or "", caption or "") if known else None


def _asked(row: Mapping[Any, Any], appliances: Sequence[work.Appliance]) -> list[UUID]:
    """The appliances that a checklist is filled in for."""
    ids = [one.equipment_id for one in appliances if one.equipment_id is not None]
    return ids or ([row["main_equipment_id"]] if row["main_equipment_id"] else [])


def _owners(row: Mapping[Any, Any], appliances: Sequence[work.Appliance]) -> list[tuple[OwnerKind, Any]]:
    projects = [row["project_id"]] if row["project_id"] else []
    return [
        (OwnerKind.INTERVENTION, [row["id"]]),
        (OwnerKind.PROJECT, projects),
        (OwnerKind.EQUIPMENT, _asked(row, appliances)),
    ]


async def _answers(session: ReplicaSession, visit: UUID) -> list[Mapping[Any, Any]]:
    a = columns_of(ChecklistAnswer)
    query = select(table_of(ChecklistAnswer)).where(a.intervention_id == visit).order_by(a.answered_at, a.id)
    return [dict(row) for row in (await session.execute(query.limit(work.ROWS_MAX * 5))).mappings()]


async def _tickets(session: ReplicaSession, visit: UUID) -> tuple[Reference, ...]:
    t = columns_of(Ticket)
    query = select(t.id, t.number, t.subject).where(t.intervention_id == visit).order_by(t.number)
    rows = await session.execute(query.limit(work.ROWS_MAX))
    return tuple(Reference(row.id, str(row.number), row.subject or "") for row in rows)


async def _history(session: ReplicaSession, row: Mapping[Any, Any], zone: Zone) -> tuple[Earlier, ...]:
    """The last visits before this one at the same site, or of the same customer where no site is known."""
    v, c = columns_of(Intervention), columns_of(Colleague)
    where = "site_id" if row["site_id"] else "customer_id"
    here = v[where] == row[where] if row[where] else false()
    query = (
        select_columns(
            Intervention,
            *pick(Intervention, "id", "number", "title", "status", "scheduled_start", "report"),
            *pick(Colleague, "first_name", "last_name"),
        )
        .outerjoin(Colleague, v.lead_id == c.id)
        .where(here, v.id != row["id"])
    )
    if row["scheduled_start"] is not None:
        query = query.where(v.scheduled_start < row["scheduled_start"])
    found = await session.execute(query.order_by(v.scheduled_start.desc(), v.id).limit(HISTORY_MAX))
    return tuple(earlier_of(one, zone) for one in found.mappings())


def earlier_of(row: Mapping[Any, Any], zone: Zone) -> Earlier:
    return Earlier(
        row["id"],
        row["number"] or "",
        row["title"] or "",
        row["status"],
        local_time(row["scheduled_start"], zone),
        full_name(row),
        row["report"] or "",
    )


async def _written(session: ReplicaSession, visit: UUID) -> int:
    t = columns_of(Timesheet)
    query = select(t.minutes, t.start_at, t.end_at, t.break_minutes).where(t.intervention_id == visit)
    rows = (await session.execute(query.limit(work.ROWS_MAX))).mappings()
    return sum((minutes_of(dict(row)) for row in rows), 0)


def _refused(known: Marks, visit: UUID) -> tuple[PendingEdit, ...]:
    return tuple(one for one in known.refused_inserts() if one.new.get("intervention_id") == visit)
