"""The running line of a technician's hours: a row since its first second, so a kill ends no timer."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import running_hours
from twinbase_mobile.reading.moments import local_day
from twinbase_mobile.reasons import Reason
from twinbase_mobile.rules import claim_fault
from twinbase_mobile.rules.rows import values_of
from twinbase_mobile.tables import Timesheet
from twinbase_mobile.tables.kinds import Claim, WorkKind
from twinbase_presentation.acts.stamp import Stamp


async def start_line(
    session: ReplicaSession,
    stamp: Stamp,
    activity: WorkKind,
    *,
    visit: UUID | None = None,
    customer: UUID | None = None,
) -> UUID:
    """Begin a line of hours, and end those that run: nobody does two things at once. Answers its id."""
    await end_lines(session, stamp)
    line = Timesheet(
        colleague_id=stamp.me,
        day=stamp.day,
        start_at=stamp.now,
        activity=activity,
        intervention_id=visit,
        customer_id=customer,
        client_created_at=stamp.now,
    )
    session.add(line)
    return line.id


async def end_lines(
    session: ReplicaSession, stamp: Stamp, *, visit: UUID | None = None, at: datetime | None = None
) -> int:
    """End the lines that run, or those of one visit; answers how many. A line never ends before it began."""
    running = await running_hours(session, stamp.me, zone=stamp.zone)
    wanted = [entry for entry in running if visit is None or entry.visit_id == visit]
    for entry in wanted:
        line = await session.get_one(Timesheet, entry.id)
        assert line.start_at is not None
        line.end_at = max(at or stamp.now, line.start_at)
    return len(wanted)


async def end_line(session: ReplicaSession, id_: UUID, at: datetime) -> Reason | None:
    """End one line at a moment that is past; one that has ended meanwhile stays as it is. Answers why it cannot be."""
    line = await session.get_one(Timesheet, id_)
    if line.end_at is not None:
        return None
    before = dict(values_of(line))
    if fault := claim_fault(before, {**before, "end_at": at}):
        return fault
    line.end_at = at
    return None


async def write_hours(
    session: ReplicaSession,
    stamp: Stamp,
    start: datetime,
    end: datetime,
    *,
    activity: WorkKind = WorkKind.WORK,
    pause: int = 0,
    visit: UUID | None = None,
    comment: str = "",
) -> UUID:
    """A line that is entered by hand, on the day on which it begins. Answers its id."""
    line = Timesheet(
        colleague_id=stamp.me,
        day=local_day(start, stamp.zone),
        start_at=start,
        end_at=end,
        break_minutes=pause,
        activity=activity,
        intervention_id=visit,
        comment=comment or None,
        client_created_at=stamp.now,
    )
    session.add(line)
    return line.id


async def correct_hours(session: ReplicaSession, id_: UUID, **changes: object) -> Reason | None:
    """Change a line that is still a draft. Answers why it cannot be, and then writes nothing."""
    line = await session.get_one(Timesheet, id_)
    before = dict(values_of(line))
    if fault := claim_fault(before, {**before, **changes}):
        return fault
    for name, value in changes.items():
        setattr(line, name, value)
    return None


async def delete_hours(session: ReplicaSession, id_: UUID) -> Reason | None:
    """Take a line away that is still a draft."""
    line = await session.get_one(Timesheet, id_)
    if fault := claim_fault(line, None):
        return fault
    await session.delete(line)
    return None


async def submit_hours(session: ReplicaSession, ids: Iterable[UUID]) -> Reason | None:
    """Hand lines over to the office, all of them or none."""
    lines = [await session.get_one(Timesheet, id_) for id_ in ids]
    for line in lines:
        before = dict(values_of(line))
        if fault := claim_fault(before, {**before, "state": Claim.SUBMITTED}):
            return fault
    for line in lines:
        line.state = Claim.SUBMITTED
    return None
