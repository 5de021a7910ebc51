"""Tickets: those that a board says were updated are fetched, with their logs; those that no board shows are looked for.

They are kept some at a time, each with the update under which it was fetched. So a run that is killed in the middle of
a thousand tickets goes on with those that it has not kept.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import select, update

from twinbase_ninjaone.contract import NinjaRow
from twinbase_ninjaone.errors import NinjaOneError, NotThere, NotWhole
from twinbase_ninjaone.fetching.board import SeenTickets, look
from twinbase_ninjaone.fetching.context import ENDS_THE_RUN, Fetch
from twinbase_ninjaone.fetching.keeping import keep, keep_cursor, mark_missing, read_cursor
from twinbase_ninjaone.tables import NinjaTicket, NinjaTicketLogEntry, SyncCursor, table_of

RESOURCE = "tickets"
TICKETS_AT_ONCE = 25
Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class KnownTicket:
    """What we have of a ticket. `updated`: None when its log could not be fetched."""

    updated: datetime | None
    tracked: int | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FetchedTicket:
    """A ticket as it is there now: None when it is gone. `failure`: why it, or its log, could not be had.

    `doubt`: why there may be more in its log than came.
    """

    id: int
    ticket: NinjaRow | None = None
    log: Sequence[NinjaRow] = ()
    failure: NinjaOneError | None = None
    doubt: NotWhole | None = None


@dataclass
class FetchProgress:
    """What a run has to fetch, and how far it has come; `failed` are tried again by the next run."""

    seen: SeenTickets
    known: Mapping[int, KnownTicket]
    wanted: Sequence[int]
    done: int = 0
    failed: list[int] = field(default_factory=list)


async def fetch_tickets(run: Fetch) -> None:
    """Everything that changed since the last run, and from time to time everything that is gone."""
    async with run.connection.begin():
        sync_cursor = await read_cursor(run.connection, RESOURCE)
    whole = is_due(sync_cursor, run)
    since = None if whole or sync_cursor.watermark is None else sync_cursor.watermark - run.settings.overlap
    looked = await look(run, since)
    seen, known = looked.seen, await _known(run)
    gone = vanished_tickets(seen, known) if whole and looked.whole else []
    work = FetchProgress(seen, known, [*changed_tickets(seen, known), *gone])
    for start in range(0, len(work.wanted), TICKETS_AT_ONCE):
        await _bring(run, work, work.wanted[start : start + TICKETS_AT_ONCE])
    if not looked.whole:
        return  # What was not seen may be older than what was: the next run looks again from where this one began.
    moved = sync_cursor.model_copy(
        update={"watermark": next_watermark(sync_cursor.watermark, seen, work.failed, run.now)}
    )
    if whole and not set(gone) & set(work.failed):
        moved.full_at = run.now
    async with run.connection.begin():
        await keep_cursor(run.connection, moved)


def is_due(sync_cursor: SyncCursor, run: Fetch) -> bool:
    """Whether the whole board has to be read, to see what is gone."""
    every = timedelta(seconds=run.settings.tickets_full_seconds)
    return sync_cursor.full_at is None or sync_cursor.full_at + every <= run.now


def changed_tickets(seen: SeenTickets, known: Mapping[int, KnownTicket]) -> list[int]:
    """The tickets to fetch, those updated last first: new, updated, back from the dead, or not fetched whole before."""
    nothing = KnownTicket(None)

    def is_wanted(row: NinjaRow) -> bool:
        have = known.get(row["id"], nothing)
        return have.deleted_at is not None or have.updated is None or have.updated != row["last_updated"]

    return [row["id"] for row in sorted(filter(is_wanted, seen.values()), key=_newest_first)]


def vanished_tickets(seen: SeenTickets, known: Mapping[int, KnownTicket]) -> list[int]:
    """The tickets that we have and no board shows. Each has to be asked for: it may only have left the boards."""
    return sorted(ticket for ticket, have in known.items() if have.deleted_at is None and ticket not in seen)


def next_watermark(before: datetime | None, seen: SeenTickets, failed: Iterable[int], now: datetime) -> datetime | None:
    """The newest update seen, but never in the future, and never beyond a ticket that has yet to be fetched."""
    updates = [row["last_updated"] for row in seen.values() if row["last_updated"] is not None]
    reached = max([*updates, *([before] if before else [])], default=None)
    held_back = [seen[ticket]["last_updated"] for ticket in failed if ticket in seen]
    return min([reached, now, *filter(None, held_back)]) if reached else None


async def _known(run: Fetch) -> dict[int, KnownTicket]:
    tickets = table_of(NinjaTicket)
    columns = (tickets.c.id, tickets.c.last_updated, tickets.c.total_time_tracked, tickets.c.deleted_at)
    async with run.connection.begin():
        rows = (await run.connection.execute(select(*columns))).all()
    return {ticket: KnownTicket(updated, tracked, deleted_at) for ticket, updated, tracked, deleted_at in rows}


async def _bring(run: Fetch, work: FetchProgress, tickets: Sequence[int]) -> None:
    """Fetch some tickets at once and keep them in one transaction.

    If none of so many could be had, none of the others can. A few say nothing: there are tickets that NinjaOne never
    gives, and a quiet run asks for these alone.
    """
    found = await _together(tickets, lambda ticket: _fetch(run, ticket))
    failures = [one.failure for one in found if one.failure]
    if len(failures) == TICKETS_AT_ONCE:
        raise failures[0]
    async with run.connection.begin():
        await _keep(run, work, found)
    work.failed += [one.id for one in found if one.failure]
    work.done += len(found)
    run.counted["tickets_failed"] += len(failures)
    run.tell(RESOURCE, work.done, len(work.wanted))


async def _fetch(run: Fetch, ticket_id: int) -> FetchedTicket:
    """A ticket and its log. Its failure is its own, unless it is one that every other would share.

    Only the ticket itself can say that it is gone: one whose log is not there is asked for again by the next run.
    """
    ticket: NinjaRow | None = None
    try:
        ticket = await run.ninja.read_ticket(ticket_id)
        return FetchedTicket(ticket_id, ticket, await run.ninja.read_log(ticket_id))
    except ENDS_THE_RUN:
        raise
    except NotWhole as doubt:
        return FetchedTicket(ticket_id, ticket, doubt.rows, doubt=doubt)
    except NinjaOneError as failure:
        gone = ticket is None and isinstance(failure, NotThere)
        return FetchedTicket(ticket_id, ticket, failure=None if gone else failure)


async def _keep(run: Fetch, work: FetchProgress, found: Sequence[FetchedTicket]) -> None:
    rows = [_row(one, one.ticket, work, run.now) for one in found if one.ticket is not None]
    run.counted["tickets_written"] += await keep(run.connection, NinjaTicket, rows)
    run.counted["tickets_deleted"] += sum(row["deleted_at"] == run.now for row in rows)
    logs = [{**entry, "ticket_id": one.id} for one in found for entry in one.log]
    run.counted["ticket_log_entries_written"] += await keep(run.connection, NinjaTicketLogEntry, logs)
    whole = {one.id for one in found if one.doubt is None}
    run.counted["ticket_log_entries_deleted"] += await _mark_removed(run, [e for e in logs if e["ticket_id"] in whole])
    _note_doubts(run, found)
    if gone := [one.id for one in found if one.ticket is None and one.failure is None]:
        tickets = table_of(NinjaTicket)
        live = update(tickets).where(tickets.c.id.in_(gone), tickets.c.deleted_at.is_(None))
        run.counted["tickets_deleted"] += (await run.connection.execute(live.values(deleted_at=run.now))).rowcount


def _note_doubts(run: Fetch, found: Sequence[FetchedTicket]) -> None:
    doubts = [one.doubt for one in found if one.doubt]
    run.counted["ticket_logs_doubted"] += len(doubts)
    if doubts:
        run.failed["ticket_log_entries"] = str(doubts[-1])


async def _mark_removed(run: Fetch, logs: Sequence[NinjaRow]) -> int:
    """What these tickets had in their logs and have no more. A log has its description: an empty one says nothing."""
    tickets, present = {entry["ticket_id"] for entry in logs}, {entry["id"] for entry in logs}
    theirs = table_of(NinjaTicketLogEntry).c.ticket_id.in_(tickets)
    return (await mark_missing(run.connection, NinjaTicketLogEntry, present, run.now, among=theirs)).rows


def _row(one: FetchedTicket, ticket: NinjaRow, work: FetchProgress, now: datetime) -> NinjaRow:
    """The ticket, with what its board said. It has no update while its log is still to be fetched."""
    have = work.known.get(one.id, KnownTicket(None))
    said = work.seen.get(one.id, {"last_updated": have.updated, "total_time_tracked": have.tracked})
    return {
        **ticket,
        "last_updated": None if one.failure else said["last_updated"],
        "total_time_tracked": said["total_time_tracked"],
        "deleted_at": (have.deleted_at or now) if ticket["deleted"] else None,
    }


async def _together(items: Sequence[Item], work: Callable[[Item], Awaitable[Result]]) -> list[Result]:
    """What the work on each answers; when one fails the others are cancelled, and its error is ours."""

    async def one(item: Item) -> Result:
        return await work(item)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(item)) for item in items]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]


def _newest_first(row: NinjaRow) -> float:
    return -row["last_updated"].timestamp() if row["last_updated"] is not None else 0.0
