"""A technician's hours: per day and week, by kind of work, beside what his week is planned to be."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading.columns import columns_of, pick, select_columns
from twinbase_mobile.reading.marking import Mark, Marks, read_marks
from twinbase_mobile.reading.moments import PARIS, Zone, local_day, local_time, week_of
from twinbase_mobile.rules import minutes_of
from twinbase_mobile.tables import Colleague, Customer, Intervention, Timesheet
from twinbase_mobile.tables.kinds import Claim, WorkKind

ENTRIES_MAX = 2000
WORK = tuple(kind for kind in WorkKind if kind not in (WorkKind.ABSENCE, WorkKind.ON_CALL))
"""What counts as worked. An absence excuses hours; being on call does neither."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timesheet. `minutes` as written, else from start to end less the break."""

    id: UUID
    day: date
    start: datetime | None
    end: datetime | None
    minutes: int
    activity: WorkKind
    visit_id: UUID | None
    visit: str
    customer: str
    billable: bool
    comment: str
    state: Claim
    rejection_reason: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class DayHours:
    """One day. `balance`: worked and excused, less what the week schedule asks for."""

    day: date
    entries: tuple[Entry, ...]
    expected: int
    worked: int
    absent: int
    on_call: int

    @property
    def balance(self) -> int:
        return self.worked + self.absent - self.expected


@dataclass(frozen=True, slots=True)
class WeekHours:
    """Monday to Sunday, all in minutes. `by_kind` has the kinds of work that there are, most minutes first."""

    days: tuple[DayHours, ...]
    by_kind: tuple[tuple[WorkKind, int], ...]
    expected: int
    worked: int
    absent: int
    on_call: int

    @property
    def balance(self) -> int:
        return self.worked + self.absent - self.expected


async def my_hours(
    session: ReplicaSession, me: UUID, day: date | None = None, *, weeks: int = 1, now: datetime, zone: Zone = PARIS
) -> tuple[WeekHours, ...]:
    """The week that a day (today) is in, and those before it: newest first. Three queries."""
    last = week_of(day or local_day(now, zone))
    mondays = [last[0] - timedelta(weeks=number) for number in range(weeks)]
    schedule = await _schedule(session, me)
    entries = await _entries(session, me, mondays[-1], last[-1], zone)
    return tuple(_week(week_of(monday), entries, schedule) for monday in mondays)


async def running_hours(session: ReplicaSession, me: UUID, *, zone: Zone = PARIS) -> tuple[Entry, ...]:
    """The lines that have begun and have neither an end nor minutes, the newest first: usually one, or none. They are
    running: a timer on a screen is the time since their start. Two queries."""
    t = columns_of(Timesheet)
    query = _entry_query(me).where(t.start_at.is_not(None), t.end_at.is_(None), t.minutes.is_(None))
    rows = (await session.execute(query.order_by(t.start_at.desc(), t.id.desc()).limit(ENTRIES_MAX))).mappings().all()
    known = await read_marks(session, Timesheet)
    return tuple(_entry(row, known, zone) for row in rows)


def _week(days: Iterable[date], entries: Iterable[Entry], schedule: tuple[int, ...]) -> WeekHours:
    listed = list(entries)
    its = tuple(_day(day, [one for one in listed if one.day == day], schedule[day.weekday()]) for day in days)
    kinds: Counter[WorkKind] = Counter()
    for entry in (entry for day in its for entry in day.entries):
        kinds[entry.activity] += entry.minutes
    return WeekHours(
        its,
        tuple(sorted(kinds.items(), key=lambda pair: (-pair[1], pair[0]))),
        *(sum(getattr(day, what) for day in its) for what in ("expected", "worked", "absent", "on_call")),
    )


def _day(day: date, entries: list[Entry], expected: int) -> DayHours:
    def minutes(*kinds: WorkKind) -> int:
        return sum(entry.minutes for entry in entries if entry.activity in kinds)

    return DayHours(day, tuple(entries), expected, minutes(*WORK), minutes(WorkKind.ABSENCE), minutes(WorkKind.ON_CALL))


async def _entries(session: ReplicaSession, me: UUID, first: date, last: date, zone: Zone) -> list[Entry]:
    """By day, then by start."""
    t = columns_of(Timesheet)
    query = _entry_query(me).where(t.day >= first, t.day <= last).order_by(t.day, t.start_at, t.id).limit(ENTRIES_MAX)
    rows = (await session.execute(query)).mappings().all()
    known = await read_marks(session, Timesheet)
    return [_entry(row, known, zone) for row in rows]


def _entry_query(me: UUID) -> Select[Any]:
    t, v, c = columns_of(Timesheet), columns_of(Intervention), columns_of(Customer)
    return (
        select_columns(Timesheet, *pick(Timesheet, *_LINE), v.title.label("visit"), c.name.label("customer"))
        .outerjoin(Intervention, t.intervention_id == v.id)
        .outerjoin(Customer, t.customer_id == c.id)
        .where(t.colleague_id == me)
    )


_LINE = (
    "id", "day", "start_at", "end_at", "break_minutes", "minutes", "activity", "intervention_id", "billable",
    "comment", "state", "rejection_reason",
)  # fmt: skip


def _entry(row: Mapping[Any, Any], known: Marks, zone: Zone) -> Entry:
    return Entry(
        id=row["id"],
        day=row["day"],
        start=local_time(row["start_at"], zone),
        end=local_time(row["end_at"], zone),
        minutes=minutes_of(row),
        activity=row["activity"],
        visit_id=row["intervention_id"],
        visit=row["visit"] or "",
        customer=row["customer"] or "",
        billable=row["billable"],
        comment=row["comment"] or "",
        state=row["state"],
        rejection_reason=row["rejection_reason"] or "",
        mark=known.mark_of(Timesheet, row["id"]),
    )


async def _schedule(session: ReplicaSession, me: UUID) -> tuple[int, ...]:
    """The minutes that each day of the week is planned to have, Monday first."""
    c = columns_of(Colleague)
    found = (await session.execute(select(c.week_schedule).where(c.id == me))).scalar_one_or_none()
    days = found if isinstance(found, list) else []
    return tuple(_planned(days[number]) if number < len(days) else 0 for number in range(7))


def _planned(day: Any) -> int:
    """From start to end less lunch; nothing on a day that is free, or that nobody filled in."""
    if not isinstance(day, Mapping) or not day.get("active"):
        return 0
    lunch = _between(day.get("lunch_start"), day.get("lunch_end"))
    return max(0, _between(day.get("start"), day.get("end")) - lunch)


def _between(start: Any, end: Any) -> int:
    if not start or not end:
        return 0
    first, last = (time.fromisoformat(each) for each in (start, end))
    return max(0, (last.hour - first.hour) * 60 + last.minute - first.minute)
