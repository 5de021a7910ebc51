"""The screen of tickets, the card of a visit, and the comment."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from twinbase.screens import (
    ActionDone,
    ActionSpec,
    AskedField,
    BlocksCard,
    BlocksPage,
    BroughtScreen,
    CardSpec,
    EmptyBlock,
    FactsBlock,
    LinesBlock,
    ListedLine,
    PlaceRef,
    ScreenDesk,
    ScreenFilter,
    ScreenQuery,
    ScreenSpec,
)
from twinbase_mobile.reading import CommentLine, TicketSheet, TicketSummary, my_tickets, read_ticket
from twinbase_mobile.scopes import ME
from twinbase_mobile.tables import TicketComment
from twinbase_ninjaone.screens.texts import SayText, say_in

SCREEN = "tickets"


def make_screens(language: str) -> Iterator[BroughtScreen]:
    """One screen, one card, one action."""
    say = say_in(language)
    filters = (ScreenFilter("mine", say("Mine")), ScreenFilter("closed", say("Closed too")))
    yield ScreenSpec(SCREEN, say("Tickets"), "confirmation_number", load_tickets, filters, load_ticket, order=400)
    yield CardSpec("visit", "visit_tickets", say("Tickets"), "confirmation_number", load_of_visit)
    fields = (
        AskedField("body", say("Text"), "long_text", is_required=True),
        AskedField("public", say("The customer sees it"), "flag"),
        AskedField("minutes", say("Minutes"), "whole"),
    )
    yield ActionSpec(
        "screen", "comment", say("Comment"), "add_comment", write_comment, fields, "c", screen=SCREEN, is_main=True
    )


async def load_tickets(desk: ScreenDesk, query: ScreenQuery) -> BlocksPage:
    """The tickets on this device, by priority."""
    mine, closed = "mine" in query.filters, "closed" in query.filters
    me, say = _me(desk), say_in(desk.language)
    found = await desk.read(lambda session: my_tickets(session, me, text=query.text, mine=mine, closed=closed))
    lines = tuple(_line(ticket) for ticket in found[query.offset :])
    return BlocksPage([LinesBlock(lines) if lines else EmptyBlock(say("No ticket is open."))], total=len(found))


async def load_ticket(desk: ScreenDesk, id_: UUID) -> BlocksPage:
    """One ticket, and what was said on it."""
    me, say = _me(desk), say_in(desk.language)
    sheet = await desk.read(lambda session: read_ticket(session, me, id_))
    if sheet is None:
        return BlocksPage([EmptyBlock(say("This ticket is no longer on this device."))])
    comments: LinesBlock | EmptyBlock = EmptyBlock(say("Nothing was said yet."), "comment")
    if sheet.comments:
        comments = LinesBlock(tuple(map(_comment, sheet.comments)))
    return BlocksPage([FactsBlock(_facts(sheet, say)), *_visit(sheet, say), comments], _title(sheet.ticket))


async def load_of_visit(desk: ScreenDesk, visit: UUID) -> BlocksCard | None:
    """The tickets that are done on a visit; no card where there is none."""
    me = _me(desk)
    found = await desk.read(lambda session: my_tickets(session, me, visit=visit, closed=True))
    lines: Sequence[ListedLine] = tuple(_line(ticket) for ticket in found)
    return BlocksCard([LinesBlock(lines)], len(lines)) if lines else None


async def write_comment(desk: ScreenDesk, ticket: UUID, values: Mapping[str, Any]) -> ActionDone:
    """SayText something on a ticket; the help desk adds who it was."""
    comment = TicketComment(
        ticket_id=ticket,
        body=values["body"],
        public=bool(values.get("public")),
        minutes=values.get("minutes"),
        created_at_source=desk.now,
    )

    async def save(session: Any) -> None:
        session.add(comment)

    await desk.write(save)
    said = say_in(desk.language)("Comment kept. It is sent as soon as possible.")
    return ActionDone(said, go=PlaceRef(SCREEN, ticket))


def _me(desk: ScreenDesk) -> UUID:
    return UUID(str(desk.claims[ME]))


def _title(ticket: TicketSummary) -> str:
    return f"#{ticket.number} {ticket.subject}".rstrip()


def _line(ticket: TicketSummary) -> ListedLine:
    about = " · ".join(part for part in (ticket.customer, ticket.device, ticket.status) if part)
    mark = "pending" if ticket.unsent else ""
    return ListedLine(_title(ticket), about, ticket.priority, mark, PlaceRef(SCREEN, ticket.id))


def _comment(comment: CommentLine) -> ListedLine:
    when = "" if comment.written_at is None else f"{comment.written_at:%Y-%m-%d %H:%M}"
    mark = "" if comment.mark.state == "synced" else comment.mark.state
    return ListedLine(comment.body, " · ".join(part for part in (comment.author, when) if part), mark=mark)


def _facts(sheet: TicketSheet, say: SayText) -> Mapping[str, str]:
    ticket = sheet.ticket
    facts = {
        say("Status"): ticket.status,
        say("Customer"): ticket.customer,
        say("Device"): ticket.device,
        say("Assigned to"): ticket.assignee,
    }
    return {label: value for label, value in facts.items() if value}


def _visit(sheet: TicketSheet, say: SayText) -> Iterator[LinesBlock]:
    if (visit := sheet.visit) is not None:
        yield LinesBlock([ListedLine(visit.caption or visit.code, say("Job"), to=PlaceRef("visit", visit.id))])
