"""A month at a glance: how many visits each day has, for the dots of a calendar."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading.columns import columns_of
from twinbase_mobile.reading.moments import PARIS, Zone, days_of, local_day, span_of_days
from twinbase_mobile.reading.visits import is_my_visit
from twinbase_mobile.rules import is_closed
from twinbase_mobile.tables import Intervention
from twinbase_mobile.tables.kinds import Priority, VisitStatus

ROWS_MAX = 5_000


@dataclass(frozen=True, slots=True)
class MonthDay:
    """One day of a month. Of its `visits`, so many are `open`, and of these so many `late` and `urgent`."""

    day: date
    visits: int
    open: int
    late: int
    urgent: int


@dataclass(frozen=True, slots=True)
class Month:
    """From the first to the last of a month."""

    days: tuple[MonthDay, ...]


async def my_month(
    session: ReplicaSession, me: UUID, day: date | None = None, *, now: datetime, zone: Zone = PARIS
) -> Month:
    """The month that a day (today) is in; a visit over midnight counts in both days, a cancelled one in none. One
    query."""
    days = month_of(day or local_day(now, zone))
    v = columns_of(Intervention)
    start, end = span_of_days(days[0], days[-1], zone)
    query = select(v.scheduled_start, v.scheduled_end, v.status, v.priority).where(
        is_my_visit(me),
        v.status != VisitStatus.CANCELLED,
        v.scheduled_start < end,
        or_(v.scheduled_start >= start, v.scheduled_end > start),
    )
    by_day: dict[date, list[Mapping[Any, Any]]] = {each: [] for each in days}
    for row in (await session.execute(query.limit(ROWS_MAX))).mappings():
        for each in _days_within(row, days, zone):
            by_day[each].append(row)
    return Month(tuple(_counted(each, rows, now) for each, rows in by_day.items()))


def month_of(day: date) -> tuple[date, ...]:
    """All days of the month that the day is in."""
    first = day.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return tuple(first + timedelta(days=number) for number in range((following - first).days))


def _days_within(row: Mapping[Any, Any], days: tuple[date, ...], zone: Zone) -> Iterator[date]:
    first, last = days_of(row["scheduled_start"], row["scheduled_end"] or row["scheduled_start"], zone)
    return (each for each in days if first <= each <= last)


def _counted(day: date, rows: Iterable[Mapping[Any, Any]], now: datetime) -> MonthDay:
    its = list(rows)
    undone = [row for row in its if not is_closed(row["status"])]
    late = [row for row in undone if (row["scheduled_end"] or row["scheduled_start"]) < now]
    urgent = [row for row in undone if row["priority"] == Priority.URGENT]
    return MonthDay(day, len(its), len(undone), len(late), len(urgent))
