"""`twinbase session`: who is signed in on which device, and the end of it."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer
from rich.console import Console

from twinbase.clock import utc_now
from twinbase.errors import TwinbaseError
from twinbase_server.cli.asking import ask_database, show_moment
from twinbase_server.cli.groups import make_command_group
from twinbase_server.cli.options import DatabaseUrl
from twinbase_server.cli.screen import AsJson, answer, show_table

if TYPE_CHECKING:
    from twinbase_server.database.connection import Connection

command = make_command_group("Sessions: one sign-in on one device, until it ends.")


class NoSession(TwinbaseError):
    """No session with this id goes on. `twinbase session list` shows which do."""


@command.command("list")
def show_sessions(
    account: Annotated[str | None, typer.Option(metavar="EMAIL", help="Only those of this account.")] = None,
    ended: Annotated[bool, typer.Option("--ended", help="With those that were ended lately, and why.")] = False,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """List the sessions that go on: of whom, on which device, when they were last used."""
    said = ask_database(database_url, lambda connection: _list(connection, account, ended))
    answer(said, as_json=as_json, show=lambda console: _show(console, said))


@command.command("end")
def end_some(
    session: Annotated[UUID | None, typer.Argument(help="The one to end.")] = None,
    account: Annotated[str | None, typer.Option(metavar="EMAIL", help="In place of one: all of this account.")] = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """End a session, or all of an account: their next request is refused. Unsent work is kept on the devices."""
    if (session is None) is (account is None):
        raise typer.BadParameter("Name one session, or --account for all of an account.")
    ended = ask_database(database_url, lambda connection: _end(connection, session, account))
    done = f"[green]✓[/] {ended} ended. Whoever signs in again goes on with what is unsent."
    answer({"ended": ended}, as_json=as_json, show=lambda console: console.print(done))


async def _list(connection: "Connection", account: str | None, ended: bool) -> list[dict[str, Any]]:
    from twinbase_server.sessions.store import list_sessions, read_device_names

    sessions = await list_sessions(connection, account, ended=ended)
    names = await read_device_names(connection, [session.replica for session in sessions])
    kept = ("id", "account", "replica", "made_at", "used_at", "ends_at", "ended_at", "ended_why")
    return [
        {name: asdict(session)[name] for name in kept} | {"device_name": names.get(session.replica, "")}
        for session in sessions
    ]


async def _end(connection: "Connection", session: UUID | None, account: str | None) -> int:
    from twinbase_server.sessions.store import ENDED_BY_OFFICE, end_session, end_sessions

    if account is not None:
        return await end_sessions(connection, account.strip().lower(), ENDED_BY_OFFICE, utc_now())
    assert session is not None
    if not await end_session(connection, session, ENDED_BY_OFFICE, utc_now()):
        raise NoSession(f"{session}.")
    return 1


def _show(console: Console, sessions: list[dict[str, Any]]) -> None:
    headings = ("session", "account", "device", "since", "last used", "ends", "ended", "why")
    rows = [
        (
            str(one["id"]),
            one["account"],
            one["device_name"],
            *(show_moment(one[name]) for name in ("made_at", "used_at", "ends_at", "ended_at")),
            one["ended_why"] or "",
        )
        for one in sessions
    ]
    show_table(console, headings, rows)
