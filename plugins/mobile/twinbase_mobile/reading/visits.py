"""Visits as a list shows them: a technician's day, his week, what is still open."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading.columns import columns_of, pick, select_columns
from twinbase_mobile.reading.marking import Mark, Marks, read_marks
from twinbase_mobile.reading.moments import PARIS, Zone, days_of, local_day, local_time, span_of_days, week_of
from twinbase_mobile.rules import is_closed, minutes_of
from twinbase_mobile.rules.status import CLOSED
from twinbase_mobile.tables import (
    Customer,
    CustomerSite,
    Intervention,
    InterventionAssignment,
    InterventionType,
    Timesheet,
)
from twinbase_mobile.tables.kinds import Priority, VisitStatus

VISITS_MAX = 500


@dataclass(frozen=True, slots=True)
class Place:
    """Where one has to go."""

    site_id: UUID | None
    label: str
    address: tuple[str, ...]
    zip_code: str
    city: str
    lat: Decimal | None
    lon: Decimal | None
    access_notes: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One line of a list of visits. Times are on the clocks of the zone that was asked for.

    `late`: still open though its time is over. `phone`: of the contact on site, else of the customer.
    """

    id: UUID
    number: str
    title: str
    status: VisitStatus
    priority: Priority
    type: str
    color: str
    start: datetime | None
    end: datetime | None
    expected_minutes: int | None
    late: bool
    customer_id: UUID | None
    customer: str
    place: Place
    phone: str
    mark: Mark
    made_on_site: bool

    @property
    def is_open(self) -> bool:
        return not is_closed(self.status)


@dataclass(frozen=True, slots=True)
class Day:
    """One day: its visits in order of time, and the minutes that are planned and that were written down."""

    day: date
    visits: tuple[Visit, ...]
    expected_minutes: int
    written_minutes: int


@dataclass(frozen=True, slots=True)
class Week:
    """Monday to Sunday."""

    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class OpenJobs:
    """What is not finished: under way first, then late, then to come, then without a date. `total` counts all."""

    visits: tuple[Visit, ...]
    total: int

    @property
    def under_way(self) -> tuple[Visit, ...]:
        """Those that are started. More than one is worth a warning."""
        return tuple(visit for visit in self.visits if visit.status == VisitStatus.IN_PROGRESS)


async def my_day(
    session: ReplicaSession, me: UUID, day: date | None = None, *, now: datetime, zone: Zone = PARIS
) -> Day:
    """The visits of one day (today), those that only reach into it too. Three queries."""
    (only,) = await _days(session, me, (day or local_day(now, zone),), now, zone)
    return only


async def my_week(
    session: ReplicaSession, me: UUID, day: date | None = None, *, now: datetime, zone: Zone = PARIS
) -> Week:
    """The week that a day (today) is in. A visit over midnight stands in both days. Three queries."""
    return Week(await _days(session, me, week_of(day or local_day(now, zone)), now, zone))


async def open_jobs(
    session: ReplicaSession, me: UUID, *, now: datetime, zone: Zone = PARIS, limit: int = VISITS_MAX
) -> OpenJobs:
    """My visits that are neither done nor cancelled, whenever they are. Three queries."""
    v = columns_of(Intervention)
    mine = is_my_visit(me) & v.status.not_in(tuple(CLOSED))
    total = (await session.execute(select(func.count()).where(mine))).scalar_one()
    rows = await session.execute(visit_query().where(mine).order_by(*_IN_TIME).limit(limit))
    visits = visits_of(rows.mappings(), await read_marks(session, Intervention), now, zone)
    return OpenJobs(tuple(sorted(visits, key=_urgency)), total)


def is_my_visit(me: UUID) -> ColumnElement[bool]:
    """I lead it, or I am one of those who go."""
    v, a = columns_of(Intervention), columns_of(InterventionAssignment)
    return or_(v.lead_id == me, v.id.in_(select(a.intervention_id).where(a.colleague_id == me)))


_IN_TIME = (
    columns_of(Intervention).scheduled_start.is_(None),
    columns_of(Intervention).scheduled_start,
    columns_of(Intervention).id,
)


def visit_query(*more: object) -> Select[Any]:
    """The columns of which a `Visit` is made, and more."""
    v, c, s = columns_of(Intervention), columns_of(Customer), columns_of(CustomerSite)
    t = columns_of(InterventionType)
    return (
        select_columns(
            Intervention,
            *pick(Intervention, *_VISIT),
            *pick(InterventionType, "caption", "color", prefix="type_"),
            *pick(Customer, "name", "phone", "mobile", prefix="customer_"),
            *pick(CustomerSite, *_SITE, prefix="site_"),
            *more,
        )
        .outerjoin(InterventionType, v.type_id == t.id)
        .outerjoin(Customer, v.customer_id == c.id)
        .outerjoin(CustomerSite, v.site_id == s.id)
    )


_VISIT = (
    "id", "number", "title", "status", "priority", "scheduled_start", "scheduled_end", "expected_minutes",
    "made_on_site", "customer_id", "site_id", "site_snapshot", "contact_snapshot",
)  # fmt: skip
_SITE = (
    "label", "address1", "address2", "address3", "address4", "zip_code", "city", "lat", "lon", "access_notes",
)  # fmt: skip


def visits_of(rows: Iterable[Mapping[Any, Any]], known: Marks, now: datetime, zone: Zone) -> tuple[Visit, ...]:
    """The visits of the rows of a `visit_query`, in their order."""
    return tuple(visit_of(row, known, now, zone) for row in rows)


def visit_of(row: Mapping[Any, Any], known: Marks, now: datetime, zone: Zone) -> Visit:
    contact = row["contact_snapshot"] or {}
    phones = (contact.get("mobile"), contact.get("phone"), row["customer_mobile"], row["customer_phone"])
    # What has begun and has no end planned is under way for as long as it takes.
    has_begun = row["status"] in (VisitStatus.IN_PROGRESS, VisitStatus.PAUSED)
    over = row["scheduled_end"] or (None if has_begun else row["scheduled_start"])
    return Visit(
        id=row["id"],
        number=row["number"] or "",
        title=row["title"] or "",
        status=row["status"],
        priority=row["priority"],
        type=row["type_caption"] or "",
        color=row["type_color"] or "",
        start=local_time(row["scheduled_start"], zone),
        end=local_time(row["scheduled_end"], zone),
        expected_minutes=row["expected_minutes"],
        late=not is_closed(row["status"]) and over is not None and over < now,
        customer_id=row["customer_id"],
        customer=row["customer_name"] or "",
        place=place_of(row),
        phone=next((phone for phone in phones if phone), ""),
        mark=known.mark_of(Intervention, row["id"]),
        made_on_site=bool(row["made_on_site"]),
    )


def place_of(row: Mapping[Any, Any]) -> Place:
    """The customer's site as it is today, else what the ERP noted when it planned the visit."""
    noted = row["site_snapshot"] or {}
    here = {name: row[f"site_{name}"] for name in _SITE}
    if row["site_id"] is None or not any(here.values()):
        here = {**here, **{name: noted.get(name) for name in _SITE[1:7]}}
        here |= {name: _coordinate(noted.get(name)) for name in ("lat", "lon")}
    lines = tuple(here[f"address{number}"] for number in range(1, 5))
    return Place(
        site_id=row["site_id"],
        label=here["label"] or "",
        address=tuple(line for line in lines if line),
        zip_code=here["zip_code"] or noted.get("zip") or "",
        city=here["city"] or "",
        lat=here["lat"],
        lon=here["lon"],
        access_notes=here["access_notes"] or "",
    )


def _coordinate(noted: Any) -> Decimal | None:
    return None if noted is None or noted == "" else Decimal(str(noted))


async def _days(
    session: ReplicaSession, me: UUID, days: tuple[date, ...], now: datetime, zone: Zone
) -> tuple[Day, ...]:
    v = columns_of(Intervention)
    start, end = span_of_days(days[0], days[-1], zone)
    reaches = or_(v.scheduled_start >= start, v.scheduled_end > start)
    query = visit_query().where(is_my_visit(me), v.scheduled_start < end, reaches).order_by(*_IN_TIME).limit(VISITS_MAX)
    rows = (await session.execute(query)).mappings()
    visits = visits_of(rows, await read_marks(session, Intervention), now, zone)
    written = await _written_minutes(session, me, days)
    return tuple(_day(day, visits, written.get(day, 0), zone) for day in days)


def _day(day: date, visits: tuple[Visit, ...], written: int, zone: Zone) -> Day:
    its = tuple(visit for visit in visits if _touches(visit, day, zone))
    planned = (visit.expected_minutes or 0 for visit in its if visit.status != VisitStatus.CANCELLED)
    return Day(day, its, sum(planned), written)


def _touches(visit: Visit, day: date, zone: Zone) -> bool:
    assert visit.start is not None
    first, last = days_of(visit.start, visit.end or visit.start, zone)
    return first <= day <= last


async def _written_minutes(session: ReplicaSession, me: UUID, days: tuple[date, ...]) -> dict[date, int]:
    t = columns_of(Timesheet)
    query = select(t.day, t.minutes, t.start_at, t.end_at, t.break_minutes).where(
        t.colleague_id == me, t.day >= days[0], t.day <= days[-1]
    )
    written: Counter[date] = Counter()
    for row in (await session.execute(query)).mappings():
        written[row["day"]] += minutes_of(dict(row))
    return written


def _urgency(visit: Visit) -> int:
    if visit.status in (VisitStatus.IN_PROGRESS, VisitStatus.PAUSED, VisitStatus.TRAVELLING):
        return 0
    return 1 if visit.late else 2
