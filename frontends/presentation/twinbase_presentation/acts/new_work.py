"""Work that nobody has planned: a visit that is made on site, and a fault that is reported to the office."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reasons import Reason, make_reason
from twinbase_mobile.rules import new_visit_faults
from twinbase_mobile.tables import CustomerEquipment, Incident, Intervention, InterventionEquipment
from twinbase_mobile.tables.kinds import Severity
from twinbase_presentation.acts.stamp import Stamp
from twinbase_presentation.acts.visits import start_work

CAPTION_MAX = 80


@dataclass(frozen=True, slots=True)
class WorkSpot:
    """For whom it is, and where."""

    customer: UUID
    site: UUID | None = None
    equipment: UUID | None = None


@dataclass(frozen=True, slots=True)
class MadeVisit:
    """What somebody says of a visit that he makes himself. `id` is the row's for life: saved twice, it is one visit."""

    id: UUID
    title: str
    start: datetime
    type: UUID | None = None
    template: UUID | None = None
    instructions: str = ""
    begins_now: bool = False


async def make_visit(session: ReplicaSession, said: MadeVisit, spot: WorkSpot, stamp: Stamp) -> Reason | None:
    """Make the visit, with its appliance, and begin it where that is wanted. Answers why it cannot be made."""
    if await session.get(Intervention, said.id) is not None:
        return None
    visit = Intervention(
        id=said.id,
        made_on_site=True,
        title=said.title,
        type_id=said.type,
        template_id=said.template,
        lead_id=stamp.me,
        scheduled_start=said.start,
        customer_id=spot.customer,
        site_id=spot.site,
        main_equipment_id=spot.equipment,
        instructions=said.instructions or None,
    )
    if fault := next(iter(new_visit_faults(visit)), None):
        return fault
    session.add(visit)
    await session.flush()
    if spot.equipment is not None:
        session.add(InterventionEquipment(intervention_id=said.id, equipment_id=spot.equipment))
    return await start_work(session, said.id, stamp) if said.begins_now else None


async def report_incident(
    session: ReplicaSession, id_: UUID, what: str, severity: Severity, spot: WorkSpot, stamp: Stamp
) -> Reason | None:
    """Report a fault, which the office plans. `id_`: saved twice, it is one. Answers why it cannot be."""
    if await session.get(Incident, id_) is not None:
        return None
    if spot.equipment is not None:
        appliance = await session.get(CustomerEquipment, spot.equipment)
        if appliance is None or appliance.customer_id != spot.customer:
            return make_reason("equipment_unknown")
    first, _, rest = what.strip().partition("\n")
    session.add(
        Incident(
            id=id_,
            caption=first[:CAPTION_MAX],
            description=what.strip() if rest or len(first) > CAPTION_MAX else None,
            customer_id=spot.customer,
            site_id=spot.site,
            equipment_ids=[str(spot.equipment)] if spot.equipment is not None else None,
            severity=severity,
            opened_at=stamp.now,
            creator_id=stamp.me,
        )
    )
    return None
