"""A visit on its way from planned to done, with the line of hours that goes along."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reasons import Reason
from twinbase_mobile.rules import transition_fault
from twinbase_mobile.tables import Intervention
from twinbase_mobile.tables.kinds import VisitStatus, WorkKind
from twinbase_presentation.acts.hours import end_lines, start_line
from twinbase_presentation.acts.stamp import Stamp


@dataclass(frozen=True, slots=True)
class VisitEnd:
    """What somebody says when a visit is done."""

    end: datetime
    worked_minutes: int | None = None
    travel_minutes: int | None = None
    follow_up_needed: bool = False


async def set_off(session: ReplicaSession, id_: UUID, stamp: Stamp) -> Reason | None:
    """On the way there: the hours of it are travel. Answers why not, and then writes nothing."""
    visit = await session.get_one(Intervention, id_)
    if fault := transition_fault(visit.status, VisitStatus.TRAVELLING):
        return fault
    visit.status = VisitStatus.TRAVELLING
    await start_line(session, stamp, WorkKind.TRAVEL, visit=id_, customer=visit.customer_id)
    return None


async def start_work(session: ReplicaSession, id_: UUID, stamp: Stamp) -> Reason | None:
    """Begin the work, or go on with it after a pause: the first start stays."""
    visit = await session.get_one(Intervention, id_)
    if fault := transition_fault(visit.status, VisitStatus.IN_PROGRESS):
        return fault
    visit.status = VisitStatus.IN_PROGRESS
    if visit.actual_start is None:
        visit.actual_start = stamp.now
    await start_line(session, stamp, WorkKind.WORK, visit=id_, customer=visit.customer_id)
    return None


async def pause_work(session: ReplicaSession, id_: UUID, stamp: Stamp) -> Reason | None:
    """Interrupt the work: its line of hours ends."""
    visit = await session.get_one(Intervention, id_)
    if fault := transition_fault(visit.status, VisitStatus.PAUSED):
        return fault
    visit.status = VisitStatus.PAUSED
    await end_lines(session, stamp, visit=id_)
    return None


async def finish_work(session: ReplicaSession, id_: UUID, stamp: Stamp, said: VisitEnd) -> Reason | None:
    """The visit is done. What lacks for it the screen has asked before; the server asks again."""
    visit = await session.get_one(Intervention, id_)
    if fault := transition_fault(visit.status, VisitStatus.DONE):
        return fault
    await end_lines(session, stamp, visit=id_, at=said.end)
    visit.status, visit.actual_end = VisitStatus.DONE, said.end
    visit.worked_minutes, visit.travel_minutes = said.worked_minutes, said.travel_minutes
    visit.follow_up_needed = said.follow_up_needed
    return None


async def cancel_visit(session: ReplicaSession, id_: UUID, stamp: Stamp, why: str) -> Reason | None:
    """It does not take place, and why."""
    visit = await session.get_one(Intervention, id_)
    if fault := transition_fault(visit.status, VisitStatus.CANCELLED):
        return fault
    await end_lines(session, stamp, visit=id_)
    visit.status, visit.cancel_reason = VisitStatus.CANCELLED, why
    return None


async def write_report(session: ReplicaSession, id_: UUID, report: str, no_report_reason: str) -> None:
    """What was done, or why there is no report."""
    visit = await session.get_one(Intervention, id_)
    visit.report, visit.no_report_reason = report or None, no_report_reason or None
