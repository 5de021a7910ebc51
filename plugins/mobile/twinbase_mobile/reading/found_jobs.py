"""The list of all visits of a technician: found by words, status and time, one page of it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading.columns import columns_of, pick, select_columns
from twinbase_mobile.reading.marking import read_marks
from twinbase_mobile.reading.matching import SearchText
from twinbase_mobile.reading.moments import PARIS, Zone
from twinbase_mobile.reading.visits import Visit, is_my_visit, visit_query, visits_of
from twinbase_mobile.rules.status import CLOSED
from twinbase_mobile.tables import Customer, CustomerSite, Intervention, InterventionType
from twinbase_mobile.tables.kinds import Priority, VisitStatus

PAGE_ROWS = 50
SEARCHED_MAX = 10_000
JobOrder = Literal["soonest", "newest"]


@dataclass(frozen=True, slots=True)
class FoundJobs:
    """One page of what was found; `total` counts all of it."""

    visits: tuple[Visit, ...]
    total: int


async def find_jobs(
    session: ReplicaSession,
    me: UUID,
    *,
    text: str = "",
    statuses: Collection[VisitStatus] | None = None,
    priorities: Collection[Priority] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    late: bool = False,
    order: JobOrder = "soonest",
    limit: int = PAGE_ROWS,
    offset: int = 0,
    now: datetime,
    zone: Zone = PARIS,
) -> FoundJobs:
    """My visits with these words in number, title, type, customer or place. Three queries.

    `since`, `until`: of the planned start, the second not included; with either, visits without a start are left out.
    `late`: only open ones whose time is over. `soonest`: without a start they come last, `newest`: first.
    """
    wanted = [is_my_visit(me), *_bounds(since, until), *_is_one_of(statuses, priorities)]
    wanted += _is_late(now) if late else ()
    asked = SearchText(text)
    if asked:
        found = await _matching(session, asked, wanted, order)
        total, page = len(found), columns_of(Intervention).id.in_(found[offset : offset + limit])
        query = _sorted(visit_query().where(page), order)
    else:
        total = await _count(session, wanted)
        query = _sorted(visit_query().where(*wanted), order).limit(limit).offset(offset)
    rows = (await session.execute(query)).mappings()
    return FoundJobs(visits_of(rows, await read_marks(session, Intervention), now, zone), total)


async def count_jobs(
    session: ReplicaSession,
    me: UUID,
    *,
    statuses: Collection[VisitStatus] | None = None,
    late: bool = False,
    now: datetime,
) -> int:
    """How many visits `find_jobs` finds, of these statuses or late; in one query."""
    return await _count(session, [is_my_visit(me), *_is_one_of(statuses, None), *(_is_late(now) if late else ())])


async def _count(session: ReplicaSession, wanted: Iterable[ColumnElement[bool]]) -> int:
    counted = select(func.count()).select_from(Intervention).where(*wanted)
    return int((await session.execute(counted)).scalar_one())


def _bounds(since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    start = columns_of(Intervention).scheduled_start
    return [*([start >= since] if since is not None else []), *([start < until] if until is not None else [])]


def _is_one_of(
    statuses: Collection[VisitStatus] | None, priorities: Collection[Priority] | None
) -> list[ColumnElement[bool]]:
    v = columns_of(Intervention)
    pairs = ((v.status, statuses), (v.priority, priorities))
    return [column.in_(tuple(words)) for column, words in pairs if words is not None]


def _is_late(now: datetime) -> list[ColumnElement[bool]]:
    v = columns_of(Intervention)
    return [v.status.not_in(tuple(CLOSED)), func.coalesce(v.scheduled_end, v.scheduled_start) < now]


def _sorted(query: Select[Any], order: JobOrder) -> Select[Any]:
    v = columns_of(Intervention)
    if order == "newest":
        return query.order_by(v.scheduled_start.is_not(None), v.scheduled_start.desc(), v.id.desc())
    return query.order_by(v.scheduled_start.is_(None), v.scheduled_start, v.id)


async def _matching(
    session: ReplicaSession, asked: SearchText, wanted: Sequence[ColumnElement[bool]], order: JobOrder
) -> list[UUID]:
    """The ids of the visits with the words, in order."""
    v, c, s, t = (columns_of(model) for model in (Intervention, Customer, CustomerSite, InterventionType))
    query = (
        select_columns(
            Intervention,
            *pick(Intervention, "id", "title", "number", "external_ref", "site_snapshot"),
            *pick(Customer, "name", "phone", "mobile", prefix="customer_"),
            *pick(CustomerSite, "label", "address1", "zip_code", "city", prefix="site_"),
            t.caption.label("type"),
        )
        .outerjoin(InterventionType, v.type_id == t.id)
        .outerjoin(Customer, v.customer_id == c.id)
        .outerjoin(CustomerSite, v.site_id == s.id)
        .where(*wanted)
    )
    rows = (await session.execute(_sorted(query, order).limit(SEARCHED_MAX))).mappings()
    return [row["id"] for row in rows if asked.match(_texts(row), _codes(row))]


def _texts(row: Any) -> list[str | None]:
    noted = row["site_snapshot"] or {}
    named = [row[name] for name in ("number", "title", "type", "customer_name", "site_label", "site_address1")]
    return [*named, row["site_zip_code"] or noted.get("zip"), row["site_city"] or noted.get("city")]


def _codes(row: Any) -> list[str | None]:
    return [row[name] for name in ("number", "external_ref", "customer_phone", "customer_mobile")]
