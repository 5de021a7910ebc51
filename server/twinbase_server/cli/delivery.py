"""`twinbase delivery`: what is on its way to other systems, and what a person decides about it."""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape

from twinbase.clock import utc_now
from twinbase.errors import TwinbaseError
from twinbase_server.cli.asking import ask_database
from twinbase_server.cli.groups import make_command_group
from twinbase_server.cli.options import DatabaseUrl
from twinbase_server.cli.screen import AsJson, answer

if TYPE_CHECKING:
    from twinbase_server.jobs.decisions import Chosen, ListedDelivery

STATES = "waiting, sent, acknowledged, refused or held"
Ids = Annotated[list[UUID] | None, typer.Argument(metavar="[ID]...", help="Which ones.")]
To = Annotated[str, typer.Option("--to", metavar="DESTINATION", help="Only those to this destination.")]
AllOfThem = Annotated[bool, typer.Option("--all", help="All that can be, instead of naming them.")]

command = make_command_group("What is on its way to other systems.")


class NoneChosen(TwinbaseError):
    """Name deliveries by their ids, or say --all."""


@command.command("list")
def list_deliveries(
    state: Annotated[str, typer.Option(help=f"Only those that are {STATES}.")] = "",
    to: To = "",
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 50,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """List deliveries, the newest first: which row, where to, whose, what became of it. Never what is in them."""
    from twinbase_server.jobs import decisions

    found = ask_database(database_url, lambda connection: decisions.list_deliveries(connection, state, to, limit))
    answer([one.as_dict() for one in found], as_json=as_json, show=lambda console: _show(console, found))


@command.command()
def retry(
    ids: Ids = None,
    all_of_them: AllOfThem = False,
    to: To = "",
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Hand refused deliveries over once more, and those that wait for their next try at once.

    One whose row was handed over again since is left as it is: it would undo that.
    """
    from twinbase_server.jobs import decisions

    chosen = _chosen(ids, all_of_them, to)
    done = ask_database(database_url, lambda connection: decisions.retry(connection, chosen, utc_now()))
    _say(done, "wait now", as_json)


@command.command()
def hold(
    ids: Ids = None,
    all_of_them: AllOfThem = False,
    to: To = "",
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Keep waiting deliveries back until they are released; later ones of the same rows wait behind them."""
    from twinbase_server.jobs import decisions

    chosen = _chosen(ids, all_of_them, to)
    done = ask_database(database_url, lambda connection: decisions.hold(connection, chosen))
    _say(done, "are held", as_json)


@command.command()
def release(
    ids: Ids = None,
    all_of_them: AllOfThem = False,
    to: To = "",
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Let held deliveries go."""
    from twinbase_server.jobs import decisions

    chosen = _chosen(ids, all_of_them, to)
    done = ask_database(database_url, lambda connection: decisions.release(connection, chosen, utc_now()))
    _say(done, "wait now", as_json)


def _chosen(ids: list[UUID] | None, all_of_them: bool, to: str) -> "Chosen":
    from twinbase_server.jobs.decisions import Chosen

    if not ids and not all_of_them:
        raise NoneChosen
    return Chosen(tuple(ids or ()), to)


def _say(ids: list[UUID], what: str, as_json: bool) -> None:
    changed: dict[str, Any] = {"changed": [str(id) for id in ids]}
    answer(changed, as_json=as_json, show=lambda console: console.print(f"{len(ids)} deliveries {what}."))


def _show(console: Console, found: "list[ListedDelivery]") -> None:
    from twinbase_server.cli.task_words import format_time

    for one in found:
        console.print(f"[bold]{one.state}[/] {escape(one.destination)} {escape(one.action)} [dim]{one.id}[/]")
        when = f"{format_time(one.created_at)}, {one.attempts} tries"
        console.print(f"  {one.twin}/{one.row_key} of {one.author}, {when}", markup=False, style="dim")
        if one.said:
            console.print(f"  {one.said}", markup=False)
    if not found:
        console.print("No delivery.")
