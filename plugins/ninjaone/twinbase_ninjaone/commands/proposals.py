"""`twinbase ninjaone proposals`, `approve`, `reject`, `done`: tickets that somebody should perhaps drive to."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncConnection

from twinbase_ninjaone import proposing
from twinbase_ninjaone.commands.options import By, make_decision, run_in_transaction
from twinbase_ninjaone.proposing import Proposed, VisitPlan
from twinbase_server.extension import AsJson, DatabaseUrl, PluginNames, answer, show_table

STATES = "proposed, approved, rejected, done or withdrawn"
Number = Annotated[int, typer.Argument(metavar="TICKET", help="The number of the ticket.")]


def list_proposals(
    state: Annotated[str, typer.Option(help=f'Only those that are {STATES}; "": all.')] = "proposed",
    database_url: DatabaseUrl = None,
    plugins: PluginNames = "",
    as_json: AsJson = False,
) -> None:
    """List the tickets that are proposed as visits, the newest first."""

    async def work(connection: AsyncConnection) -> list[Proposed]:
        return await proposing.list_proposals(connection, state)

    found = run_in_transaction(database_url, plugins, work)
    answer([one.as_dict() for one in found], as_json=as_json, show=lambda console: _show(console, found))


def approve(
    ticket: Number,
    at: Annotated[
        datetime | None, typer.Option(metavar="TIME", help="When, in UTC. Nobody sees a visit without a time.")
    ] = None,
    minutes: Annotated[int | None, typer.Option(min=1, help="How long it will take.")] = None,
    colleague: Annotated[
        str | None, typer.Option(metavar="CODE", help="Who goes; without it, whom the ticket is assigned to.")
    ] = None,
    incident: Annotated[bool, typer.Option("--incident", help="Make an incident too.")] = False,
    by: By = None,
    database_url: DatabaseUrl = None,
    plugins: PluginNames = "",
    as_json: AsJson = False,
) -> None:
    """Somebody goes: the next projection makes the visit. Approve it again to plan it anew."""
    plan = VisitPlan(colleague, at.replace(tzinfo=at.tzinfo or UTC) if at else None, minutes, incident)
    _decide(
        "approved",
        ticket,
        lambda line: proposing.approve(line, ticket, plan, make_decision(by)),
        database_url,
        plugins,
        as_json,
    )


def reject(
    ticket: Number, by: By = None, database_url: DatabaseUrl = None, plugins: PluginNames = "", as_json: AsJson = False
) -> None:
    """Nobody goes. It is proposed again only when the ticket becomes another matter."""
    who = make_decision(by)
    _decide("rejected", ticket, lambda line: proposing.reject(line, ticket, who), database_url, plugins, as_json)


def mark_done(
    ticket: Number,
    visit: Annotated[
        UUID | None, typer.Option(metavar="ID", help="The visit in the ERP that stands for it from now on.")
    ] = None,
    by: By = None,
    database_url: DatabaseUrl = None,
    plugins: PluginNames = "",
    as_json: AsJson = False,
) -> None:
    """It is settled: somebody went, or the ERP has a visit of its own for it."""
    _decide(
        "done",
        ticket,
        lambda line: proposing.mark_done(line, ticket, visit, make_decision(by)),
        database_url,
        plugins,
        as_json,
    )


def _decide(
    state: str,
    ticket: int,
    work: Callable[[AsyncConnection], Awaitable[None]],
    database_url: str | None,
    plugins: str,
    as_json: bool,
) -> None:
    run_in_transaction(database_url, plugins, work)
    said = {"ticket": ticket, "state": state}
    answer(said, as_json=as_json, show=lambda console: console.print(f"Ticket {ticket} is {state}."))


def _show(console: Console, found: list[Proposed]) -> None:
    headings = ("ticket", "state", "subject", "organisation", "priority", "who", "when")
    if found:
        show_table(console, headings, map(_cells, found))
    else:
        console.print("No ticket is proposed.")


def _cells(one: Proposed) -> tuple[str, ...]:
    when = f"{one.scheduled_start:%Y-%m-%d %H:%M}" if one.scheduled_start else ""
    texts = (one.subject, one.organization, one.priority, one.colleague_code)
    return (str(one.ticket), one.state, *(text or "" for text in texts), when)
