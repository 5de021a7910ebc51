"""Tickets of the help desk on a technician's device, and what was said on one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading.columns import columns_of, pick, select_columns
from twinbase_mobile.reading.jobs import Reference
from twinbase_mobile.reading.marking import Mark, read_marks
from twinbase_mobile.reading.matching import SearchText
from twinbase_mobile.reading.moments import PARIS, Zone, local_time
from twinbase_mobile.reading.people import full_name
from twinbase_mobile.tables import Colleague, Customer, Intervention, Ticket, TicketComment

ROWS_MAX = 1_000
PRIORITIES = ("HIGH", "MEDIUM", "LOW", "NONE")
"""The help desk's words, the most urgent first; one that is not known comes last."""


@dataclass(frozen=True, slots=True)
class TicketSummary:
    """A ticket in a list. `unsent`: so many comments on it are on this device alone."""

    id: UUID
    number: int
    subject: str
    status: str
    type: str
    priority: str
    severity: str
    customer_id: UUID | None
    customer: str
    device: str
    assignee: str
    is_mine: bool
    opened_at: datetime | None
    updated_at: datetime | None
    closed_at: datetime | None
    unsent: int

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class CommentLine:
    """What was said on a ticket; `author` is empty while the help desk has not said who wrote it."""

    id: UUID
    body: str
    public: bool
    minutes: int | None
    author: str
    written_at: datetime | None
    mark: Mark


@dataclass(frozen=True, slots=True)
class TicketSheet:
    """A ticket with its comments, the oldest first, and the visit that it is done on, if there is one here."""

    ticket: TicketSummary
    visit: Reference | None
    comments: tuple[CommentLine, ...]


_NAMES = (
    "id", "number", "subject", "status_name", "type", "priority", "severity", "customer_id", "device_name",
    "assignee_id", "opened_at", "updated_at_source", "closed_at", "intervention_id",
)  # fmt: skip


async def my_tickets(
    session: ReplicaSession,
    me: UUID,
    *,
    text: str = "",
    closed: bool = False,
    mine: bool = False,
    customer: UUID | None = None,
    visit: UUID | None = None,
    zone: Zone = PARIS,
) -> tuple[TicketSummary, ...]:
    """The tickets on this device, open ones unless `closed` ones are wanted too: by priority, then newest first.

    `mine`: assigned to me. Words are looked for in number, subject, customer and device. Two queries.
    """
    t = columns_of(Ticket)
    chosen = ((t.closed_at.is_(None), not closed), (t.assignee_id == me, mine))
    query = _query().where(*(condition for condition, wanted in chosen if wanted))
    for column, value in ((t.customer_id, customer), (t.intervention_id, visit)):
        query = query if value is None else query.where(column == value)
    rows = (await session.execute(query.order_by(t.opened_at.desc(), t.number.desc()).limit(ROWS_MAX))).mappings()
    asked, unsent = SearchText(text), await _unsent(session)
    found = [row for row in rows if not asked or _is_meant(asked, row)]
    return tuple(_summary(row, me, unsent, zone) for row in sorted(found, key=_urgency))


async def read_ticket(session: ReplicaSession, me: UUID, id_: UUID, *, zone: Zone = PARIS) -> TicketSheet | None:
    """A ticket with all that was said on it; None when it is not on this device. Three queries."""
    row = (await session.execute(_query().where(columns_of(Ticket).id == id_))).mappings().one_or_none()
    if row is None:
        return None
    c = columns_of(TicketComment)
    names = ("id", "body", "public", "minutes", "author_label", "created_at_source")
    query = select_columns(TicketComment, *pick(TicketComment, *names)).where(c.ticket_id == id_)
    said = (await session.execute(query.order_by(c.created_at_source, c.id).limit(ROWS_MAX))).mappings().all()
    known = await read_marks(session, TicketComment)
    comments = tuple(_comment(one, known.mark_of(TicketComment, one["id"]), zone) for one in said)
    unsent = {id_: sum(one.mark.state != "synced" for one in comments)}
    visit = Reference(row["intervention_id"], row["visit_number"] or "", row["visit_title"] or "")
    return TicketSheet(_summary(row, me, unsent, zone), visit if row["visit_id"] else None, comments)


def _query() -> Select[Any]:
    t, c, a, v = (columns_of(model) for model in (Ticket, Customer, Colleague, Intervention))
    return (
        select_columns(
            Ticket,
            *pick(Ticket, *_NAMES),
            c.name.label("customer"),
            *pick(Colleague, "first_name", "last_name", prefix="assignee_"),
            *pick(Intervention, "id", "number", "title", prefix="visit_"),
        )
        .outerjoin(Customer, t.customer_id == c.id)
        .outerjoin(Colleague, t.assignee_id == a.id)
        .outerjoin(Intervention, t.intervention_id == v.id)
    )


async def _unsent(session: ReplicaSession) -> Mapping[UUID, int]:
    """By ticket: how many comments the server has not taken."""
    counted: dict[UUID, int] = {}
    for edit in await session.pending_edits(TicketComment):
        ticket = edit.new.get("ticket_id")
        if isinstance(ticket, UUID):
            counted[ticket] = counted.get(ticket, 0) + 1
    return counted


def _is_meant(asked: SearchText, row: Mapping[Any, Any]) -> bool:
    number = str(row["number"])
    return asked.match([number, row["subject"], row["customer"], row["device_name"]], [number])


def _urgency(row: Mapping[Any, Any]) -> tuple[bool, int]:
    word = (row["priority"] or "NONE").upper()
    return row["closed_at"] is not None, PRIORITIES.index(word) if word in PRIORITIES else len(PRIORITIES)


def _summary(row: Mapping[Any, Any], me: UUID, unsent: Mapping[UUID, int], zone: Zone) -> TicketSummary:
    return TicketSummary(
        id=row["id"],
        number=row["number"],
        subject=row["subject"] or "",
        status=row["status_name"] or "",
        type=row["type"] or "",
        priority=row["priority"] or "",
        severity=row["severity"] or "",
        customer=row["customer"] or "",
        opened_at=local_time(row["opened_at"], zone),
        updated_at=local_time(row["updated_at_source"], zone),
        closed_at=local_time(row["closed_at"], zone),
        customer_id=row["customer_id"],
        device=row["device_name"] or "",
        assignee=full_name(row, "assignee_"),
        is_mine=row["assignee_id"] == me,
        unsent=unsent.get(row["id"], 0),
    )


def _comment(row: Mapping[Any, Any], mark: Mark, zone: Zone) -> CommentLine:
    return CommentLine(
        row["id"],
        row["body"] or "",
        row["public"],
        row["minutes"],
        row["author_label"] or "",
        local_time(row["created_at_source"], zone),
        mark,
    )
