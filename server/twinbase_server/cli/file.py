"""`twinbase file`: one device's file, from a terminal. Uses the replica alone; no server need be installed."""

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer
from rich.console import Console

from twinbase_server.cli.device_file import PASSWORD_VARIABLE, DeviceFile, Enrolment, KeyFile, make_key
from twinbase_server.cli.groups import make_command_group
from twinbase_server.cli.options import PluginNames
from twinbase_server.cli.run import FAILED
from twinbase_server.cli.screen import AsJson, answer, make_error_console, show_table
from twinbase_server.settings import split_names

if TYPE_CHECKING:
    from twinbase.replica import Replica
    from twinbase.replica.report import Report

command = make_command_group("One device's file: enrol it, sync it, look at what waits in it, check it.")


@command.command()
def enroll(
    file: DeviceFile,
    server: Annotated[str, typer.Option(envvar="TWINBASE_SERVER", help="URL of the server.")],
    plugins: PluginNames,
    email: Annotated[str, typer.Option(help="The account to sign in with; a password is asked for.")] = "",
    code: Annotated[str, typer.Option(help="Or a one-time code of the office.")] = "",
    password: Annotated[str, typer.Option(envvar=PASSWORD_VARIABLE, help="Asked for where it is not given.")] = "",
    device_name: Annotated[str, typer.Option("--name", help="What the office sees this device as.")] = "",
    plain_http: Annotated[
        bool, typer.Option("--plain-http", help="Allow http:// beyond this machine: anybody on the way can read it.")
    ] = False,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> int:
    """Make an encrypted file for an account, sign in, and fetch everything that the account may see.

    Stopped in the middle, the same command goes on after the last page that was kept.
    """
    from twinbase_server.cli.file_work import enroll_file

    if bool(email) is bool(code):
        raise typer.BadParameter("Give --email, or --code.")
    if email and not password:
        password = typer.prompt("Password", hide_input=True)
    made = make_key(file, key_file)
    if made is not None:
        make_error_console().print(
            f"A new key is in {made}. Without it nobody opens the file again: keep it well, and elsewhere."
        )
    enrolment = Enrolment(server, split_names(plugins), plain_http)
    name = device_name or file.stem

    async def begin(replica: "Replica") -> None:
        if code:
            await replica.enroll(code, device_name=name)
        else:
            await replica.sign_in(email, password, device_name=name)

    report = asyncio.run(enroll_file(file, key_file, enrolment, begin))
    return _say_report(report, as_json)


@command.command()
def sync(file: DeviceFile, key_file: KeyFile = None, as_json: AsJson = False) -> int:
    """Send what was written, fetch what changed, prove that both sides are equal; exit status 1 when not proven.

    Stopped anywhere, nothing is half done: the next sync goes on.
    """
    from twinbase_server.cli.file_work import sync_file

    return _say_report(asyncio.run(sync_file(file, key_file)), as_json)


@command.command("status")
def show_status(file: DeviceFile, key_file: KeyFile = None, as_json: AsJson = False) -> None:
    """Say whose file it is, when it was last synced, what it holds and what waits in it."""
    from twinbase_server.cli.file_work import read_file_status

    said = asyncio.run(read_file_status(file, key_file))
    answer(said, as_json=as_json, show=lambda console: _show_status(console, said))


@command.command("outbox")
def show_outbox(
    file: DeviceFile,
    discard: Annotated[UUID | None, typer.Option(metavar="ID", help="Forget this edit.")] = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """List the edits that wait for a person: refused, in conflict, or parked behind one of those."""
    from twinbase_server.cli.file_work import list_waiting_edits

    waiting = asyncio.run(list_waiting_edits(file, key_file, discard))
    answer(waiting, as_json=as_json, show=lambda console: _show_outbox(console, waiting))


@command.command()
def verify(
    file: DeviceFile,
    offline: Annotated[bool, typer.Option("--offline", help="Look at the file only, do not ask the server.")] = False,
    attachments: Annotated[
        bool, typer.Option("--attachments", help="Read every attachment too, and compare it with its hash.")
    ] = False,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> int:
    """Check every page of the file and the engine's own books, then prove it against the server by a sync.

    Exit status 1 when anything is wrong.
    """
    from twinbase_server.cli.file_work import check_file

    found = asyncio.run(check_file(file, key_file, online=not offline, attachments=attachments))
    answer(asdict(found) | {"sound": found.sound}, as_json=as_json, show=found.show)
    return 0 if found.sound else FAILED


def _say_report(report: "Report", as_json: bool) -> int:
    answer(report.as_dict(), as_json=as_json, show=lambda console: _show_report(console, report))
    return 0 if report.is_proven else FAILED


def _show_report(console: Console, report: "Report") -> None:
    outcomes = ", ".join(f"{count} {status}" for status, count in sorted(report.outcomes.items()))
    console.print(f"Sent {report.pushed} edits{f': {outcomes}' if outcomes else ''}")
    console.print(f"Fetched {report.pulled:,} rows, {report.removed:,} went, {report.repaired:,} repaired")
    if report.files_sent or report.files_waiting or report.files_refused:
        console.print(
            f"Sent {report.files_sent} attachments, {report.files_waiting} wait, {report.files_refused} were refused"
        )
    if report.files_problem:
        console.print(f"[yellow]![/] {report.files_problem}")
    kilobytes, seconds = report.bytes_received / 1000, sum(report.seconds.values())
    console.print(f"[dim]{kilobytes:,.0f} kB in {report.requests} requests, {seconds:.1f} s[/]")
    if report.is_proven:
        console.print(f"[green]✓[/] Proven: {len(report.proven)} twins equal what the server says you may see")
    for twin, why in sorted(report.unproven.items()):
        console.print(f"[red]✗[/] {twin} is not proven: {why}")


def _show_status(console: Console, said: dict[str, Any]) -> None:
    console.print(f"{said['account'] or 'nobody'} at {said['server']}")
    console.print(f"Last sync: {said['synced_at'] or 'never'}{'' if said['complete'] else ', not complete yet'}")
    edits = ", ".join(f"{count} {state}" for state, count in sorted(said["edits"].items()))
    console.print(f"Edits: {edits or 'none'}")
    show_table(
        console, ("twin", "rows"), ((twin, f"{rows:,}") for twin, rows in said["rows"].items()), numbers=("rows",)
    )


def _show_outbox(console: Console, waiting: list[dict[str, Any]]) -> None:
    if not waiting:
        console.print("[green]✓[/] Nothing waits for you.")
    for one in waiting:
        when = f"{one['at']:%Y-%m-%d %H:%M}"
        console.print(f"[bold]{one['state']}[/] {one['op']} {one['twin']} [dim]{one['id']}, {when}[/]")
        console.print(f"  {one['detail'] or one['reason']}", markup=False)
        for column, value in one["new"].items():
            console.print(f"  {column}: {value}", markup=False, style="dim")
