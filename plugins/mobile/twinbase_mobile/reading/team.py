"""The people one works with, and who is on the same visits today."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading.columns import columns_of, pick, select_columns
from twinbase_mobile.reading.moments import PARIS, Zone, local_day, span_of_days
from twinbase_mobile.reading.people import full_name
from twinbase_mobile.reading.visits import is_my_visit
from twinbase_mobile.rules.rows import list_of
from twinbase_mobile.tables import Colleague, Intervention, InterventionAssignment
from twinbase_mobile.tables.kinds import VisitStatus

ROWS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class ColleagueLine:
    """Somebody of the company. `visits_today`: my visits of today that they go to as well."""

    id: UUID
    name: str
    function: str
    phone: str
    mobile: str
    email: str
    competences: tuple[str, ...]
    is_me: bool
    visits_today: tuple[UUID, ...]


async def list_colleagues(
    session: ReplicaSession, me: UUID, *, now: datetime, zone: Zone = PARIS
) -> tuple[ColleagueLine, ...]:
    """Those who are on my visits today first, then by name. Two queries."""
    c = columns_of(Colleague)
    ways = ("phone", "mobile", "email")
    query = select_columns(
        Colleague, *pick(Colleague, "id", "first_name", "last_name", "function", "competences", *ways)
    )
    rows = (await session.execute(query.order_by(c.last_name, c.first_name, c.id).limit(ROWS_MAX))).mappings()
    together = await _together(session, me, now, zone)
    lines = (_line(row, me, together.get(row["id"], ())) for row in rows)
    return tuple(sorted(lines, key=lambda line: not line.visits_today))


async def _together(session: ReplicaSession, me: UUID, now: datetime, zone: Zone) -> Mapping[UUID, tuple[UUID, ...]]:
    """By colleague: my visits of today, in order of time, that they lead or are sent to."""
    v, a = columns_of(Intervention), columns_of(InterventionAssignment)
    today = local_day(now, zone)
    start, end = span_of_days(today, today, zone)
    query = (
        select(v.id, v.lead_id, a.colleague_id)
        .outerjoin_from(Intervention, InterventionAssignment, a.intervention_id == v.id)
        .where(is_my_visit(me), v.status != VisitStatus.CANCELLED, v.scheduled_start < end)
        .where(or_(v.scheduled_start >= start, v.scheduled_end > start))
        .order_by(v.scheduled_start, v.id)
    )
    found: dict[UUID, dict[UUID, None]] = defaultdict(dict)
    for visit, lead, sent in await session.execute(query.limit(ROWS_MAX)):
        for colleague in {lead, sent} - {me, None}:
            found[colleague][visit] = None
    return {colleague: tuple(visits) for colleague, visits in found.items()}


def _line(row: Mapping[Any, Any], me: UUID, visits: tuple[UUID, ...]) -> ColleagueLine:
    return ColleagueLine(
        id=row["id"],
        name=full_name(row),
        function=row["function"] or "",
        phone=row["phone"] or "",
        mobile=row["mobile"] or "",
        email=row["email"] or "",
        competences=tuple(map(str, list_of(row["competences"]))),
        is_me=row["id"] == me,
        visits_today=visits,
    )
