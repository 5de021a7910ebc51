"""What somebody chooses from: the types of a visit, and the storehouses that something can be moved to."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading.columns import columns_of
from twinbase_mobile.reading.words import fold
from twinbase_mobile.tables import ChecklistTemplate, InterventionType, Storehouse
from twinbase_mobile.tables.kinds import StorehouseKind

CHOICES_MAX = 500


@dataclass(frozen=True, slots=True)
class VisitType:
    """A type of visit. `template_id`: the checklist that visits of it have, None for none."""

    id: UUID
    caption: str
    template_id: UUID | None


@dataclass(frozen=True, slots=True)
class StorehouseLine:
    """A depot, a van or a site where parts lie. `is_mine`: my own van."""

    id: UUID
    caption: str
    kind: StorehouseKind
    is_main: bool
    is_mine: bool


async def list_visit_types(session: ReplicaSession) -> tuple[VisitType, ...]:
    """By caption; the checklist of each is the newest one in use that is made for it. Two queries."""
    i, t = columns_of(InterventionType), columns_of(ChecklistTemplate)
    query = select(t.id, t.intervention_type_id).where(t.active.is_(True), t.intervention_type_id.is_not(None))
    templates = await session.execute(query.order_by(t.version, t.id))
    newest = {row.intervention_type_id: row.id for row in templates}
    rows = await session.execute(select(i.id, i.caption).where(i.caption.is_not(None)).limit(CHOICES_MAX))
    types = (VisitType(row.id, row.caption, newest.get(row.id)) for row in rows)
    return tuple(sorted(types, key=lambda one: (fold(one.caption), one.id)))


async def list_storehouses(session: ReplicaSession, me: UUID) -> tuple[StorehouseLine, ...]:
    """Those in use: my vans first, then the main depot, then by caption. One query."""
    s = columns_of(Storehouse)
    query = select(s.id, s.caption, s.kind, s.is_main, s.owner_id).where(s.asleep.is_(False)).limit(CHOICES_MAX)
    lines = (
        StorehouseLine(row.id, row.caption or "", row.kind, row.is_main, row.owner_id == me)
        for row in await session.execute(query)
    )
    return tuple(sorted(lines, key=lambda one: (not one.is_mine, not one.is_main, fold(one.caption), one.id)))
