"""`twinbase ninjaone links` and `link …`: who is whom; the machine proposes, a person decides."""

from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncConnection

from twinbase.errors import TwinbaseError
from twinbase_ninjaone import linking
from twinbase_ninjaone.commands.options import By, make_decision, run_in_transaction
from twinbase_ninjaone.linking import ListedLink
from twinbase_ninjaone.settings import NinjaOneSettings
from twinbase_server.extension import AsJson, DatabaseUrl, PluginNames, answer, show_table

LinkId = Annotated[str, typer.Argument(metavar="ID", help="Which link: org-12, or user-3.")]


class NoneNamed(TwinbaseError):
    """Name links by their ids, or say --sure."""


def list_links(
    propose: Annotated[bool, typer.Option("--propose", help="Look for links first, and renew the proposals.")] = False,
    database_url: DatabaseUrl = None,
    plugins: PluginNames = "",
    as_json: AsJson = False,
) -> None:
    """List who is whom: organisations and customers, technicians and colleagues. What waits comes first."""

    async def work(connection: AsyncConnection) -> list[ListedLink]:
        if propose:
            await linking.propose(connection, NinjaOneSettings().link_score_min)
        return await linking.list_links(connection)

    found = run_in_transaction(database_url, plugins, work)
    answer([one.as_dict() for one in found], as_json=as_json, show=lambda console: _show(console, found))


def confirm(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Which links: org-12, user-3.")] = None,
    sure: Annotated[
        bool, typer.Option("--sure", help="All that were found by the same name or by e-mail; none by likeness.")
    ] = False,
    by: By = None,
    database_url: DatabaseUrl = None,
    plugins: PluginNames = "",
    as_json: AsJson = False,
) -> None:
    """Confirm proposed links: from now on tickets have a customer and an assignee."""
    if not ids and not sure:
        raise NoneNamed

    async def work(connection: AsyncConnection) -> int:
        for one in ids or ():
            await linking.confirm(connection, one, make_decision(by))
        return len(ids or ()) + (await linking.confirm_sure(connection, make_decision(by)) if sure else 0)

    _say("confirmed", run_in_transaction(database_url, plugins, work), as_json)


def reject(
    id: LinkId, by: By = None, database_url: DatabaseUrl = None, plugins: PluginNames = "", as_json: AsJson = False
) -> None:
    """Say that these two are not the same: the link goes, and is never proposed again."""

    async def work(connection: AsyncConnection) -> int:
        await linking.reject(connection, id, make_decision(by))
        return 1

    _say("rejected", run_in_transaction(database_url, plugins, work), as_json)


def link(
    id: LinkId,
    code: Annotated[str, typer.Argument(metavar="CODE", help="The customer's code, or the colleague's.")],
    by: By = None,
    database_url: DatabaseUrl = None,
    plugins: PluginNames = "",
    as_json: AsJson = False,
) -> None:
    """Say who it is, where no proposal does."""

    async def work(connection: AsyncConnection) -> int:
        await linking.link_by_hand(connection, id, code, make_decision(by))
        return 1

    _say("linked", run_in_transaction(database_url, plugins, work), as_json)


def _say(what: str, number: int, as_json: bool) -> None:
    answer({what: number}, as_json=as_json, show=lambda console: console.print(f"{number} {what}."))


def _show(console: Console, found: list[ListedLink]) -> None:
    headings = ("id", "NinjaOne", "here", "code", "found by", "confirmed")
    if found:
        show_table(console, headings, map(_cells, found))
    else:
        console.print("No links. `twinbase ninjaone links --propose` looks for them.")


def _cells(one: ListedLink) -> tuple[str, ...]:
    likeness = f"{one.method} {one.score:.0f}" if one.score is not None else one.method
    confirmed = f"{one.confirmed_by} {one.confirmed_at:%Y-%m-%d}" if one.confirmed_at else "—"
    return (str(one.id), one.there or "gone", one.here or "gone", one.code or "", likeness, confirmed)
