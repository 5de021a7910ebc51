"""`twinbase conflict`: the journal of what was set aside or flagged: looked at, put back, settled."""

import asyncio
import json
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape

from twinbase.clock import utc_now
from twinbase.plugins import Plugins
from twinbase_server.cli.asking import ask_database, name_operator, show_moment
from twinbase_server.cli.groups import make_command_group
from twinbase_server.cli.options import DatabaseUrl, PluginNames, load_named_plugins, open_database
from twinbase_server.cli.run import FAILED
from twinbase_server.cli.screen import AsJson, answer, show_table

command = make_command_group("What conflicts set aside, and what was taken and flagged: see it, put back, settle.")
LineId = Annotated[UUID, typer.Argument(metavar="ID", help="The line, as `twinbase conflict list` shows it.")]
NoteText = Annotated[str, typer.Option(metavar="TEXT", help="A word to whoever typed it; their device shows it.")]
TAKEN = ("applied", "merged")


@command.command("list")
def show_lines(
    waiting: Annotated[bool, typer.Option("--waiting", help="Only those that wait for the office.")] = False,
    flagged: Annotated[bool, typer.Option("--flagged", help="Only those that were taken and flagged.")] = False,
    twin: Annotated[str | None, typer.Option(metavar="TWIN", help="Only rows of this twin.")] = None,
    row: Annotated[
        str | None, typer.Option(metavar="KEY", help="Only this row; a JSON list for several columns.")
    ] = None,
    account: Annotated[str | None, typer.Option(metavar="EMAIL", help="Only edits of this account.")] = None,
    before: Annotated[UUID | None, typer.Option(metavar="ID", help="Only lines older than this one.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many at most, the newest first.")] = 50,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """List lines of the journal, the newest first: whose edit, on which row, what was decided, who has answered."""
    from twinbase_server.devices.journal import LineFilter, list_lines

    wanted = LineFilter("flag" if flagged else None, twin, row, account, waiting, None, before, limit)
    lines = ask_database(database_url, lambda connection: list_lines(connection, wanted))
    said = [asdict(line) for line in lines]
    answer(said, as_json=as_json, show=lambda console: _show(console, said, limit))


@command.command("show")
def show_one(id: LineId, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Show one line: for each column what was read, what the device wrote, what the server had, and who decided."""
    from twinbase_server.devices.journal import NotWaiting, read_line

    line = ask_database(database_url, lambda connection: read_line(connection, id))
    if line is None:
        raise NotWaiting(f"{id}.")
    said = asdict(line)
    answer(said, as_json=as_json, show=lambda console: _show_values(console, said))


@command.command("restore")
def write_back(
    id: LineId,
    side: Annotated[str, typer.Option(metavar="device|server", help="Whose value is written back.")],
    in_name_of: Annotated[str, typer.Option("--as", metavar="EMAIL", help="In whose name, and with whose rights.")],
    columns: Annotated[list[str] | None, typer.Option("--column", metavar="NAME", help="Only this column.")] = None,
    note: NoteText = "",
    plugins: PluginNames = "accounts",
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> int:
    """Write back what one side had, as an edit of the account that is named, with the rights that it has.

    The row is overwritten as it is now. Exit status 1 when it was not written: gone, not theirs, or against a rule.
    """
    if side not in ("device", "server"):
        raise typer.BadParameter("It is `device` or `server`: whose value is written back.", param_hint="--side")
    loaded = load_named_plugins(plugins)
    with open_database(database_url) as url:
        outcome = asyncio.run(_restore(url, loaded, id, side, in_name_of.strip(), columns, note))
    said = outcome.model_dump(mode="json")
    answer(said, as_json=as_json, show=lambda console: _show_outcome(console, said))
    return 0 if outcome.status in TAKEN else FAILED


@command.command("settle")
def settle(id: LineId, note: NoteText = "", database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Say that somebody has looked at a line: the row stays as it is, and whoever typed it hears of it."""
    from twinbase_server.devices.journal import settle_line

    line = ask_database(database_url, lambda connection: settle_line(connection, id, name_operator(), note, utc_now()))
    said = asdict(line)
    answer(said, as_json=as_json, show=lambda console: console.print("[green]✓[/] Settled; the row stays as it is."))


async def _restore(
    url: str, plugins: Plugins, id: UUID, side: Any, account: str, columns: list[str] | None, note: str
) -> Any:
    from twinbase_server.database.connection import open_pool
    from twinbase_server.devices.account import identify_account
    from twinbase_server.devices.restore import restore_line

    async with open_pool(url, min_size=1, max_size=2) as pool:
        async with pool.acquire() as connection:
            identity = plugins.roles.grant(await identify_account(connection, plugins, account))
        by = f"{name_operator()} as {account}"
        return await restore_line(pool, plugins, id, side, identity, by, utc_now(), columns=columns or None, note=note)


def _show(console: Console, lines: list[dict[str, Any]], limit: int) -> None:
    headings = ("id", "at", "kind", "account", "twin", "row", "what", "waits", "answered")
    show_table(console, headings, [_row(line) for line in lines])
    if not lines:
        console.print("[green]✓[/] The journal has no such line.")
    elif len(lines) == limit:
        console.print(f"There may be more: --before {lines[-1]['id']}", style="dim")


def _row(line: dict[str, Any]) -> tuple[str, ...]:
    what = line["detail"] or ", ".join(f"{column}: {who}" for column, who in line["decided"].items())
    waits = "waits" if line["asks"] and line["settled_at"] is None else ""
    answered = f"{line['settled_as']} by {line['settled_by']}" if line["settled_at"] else ""
    key = ", ".join(map(str, line["key"]))
    return (
        str(line["id"]),
        show_moment(line["at"]),
        line["kind"],
        line["author"],
        line["twin"],
        key,
        what,
        waits,
        answered,
    )


def _spell(value: Any) -> str:
    """As JSON: what somebody typed gives a terminal no orders."""
    return json.dumps(value, ensure_ascii=False)


def _show_values(console: Console, line: dict[str, Any]) -> None:
    key = ", ".join(map(_spell, line["key"]))
    console.print(f"{line['kind']}: {line['op']} {_spell(line['twin'])} {key}", markup=False)
    met = f", against {line['theirs_by']}" if line["theirs_by"] else ""
    console.print(
        f"by {_spell(line['author'])}, {show_moment(line['at'])}{met}; {line['strategy']}", markup=False, style="dim"
    )
    if line["detail"]:
        console.print(line["detail"], markup=False)
    theirs = line["theirs"] or {}
    for column in dict.fromkeys([*line["mine"], *line["base"], *line["decided"]]):
        sides = {"read": line["base"], "device": line["mine"], "server": theirs}
        shown = ", ".join(f"{side} {_spell(values[column])}" for side, values in sides.items() if column in values)
        decided = f" → {line['decided'][column]}" if column in line["decided"] else ""
        console.print(f"  {_spell(column)}: {shown}{decided}", markup=False)
    if line["restores"]:
        console.print(f"It takes back a value of the edit {line['restores']}.", markup=False)
    if line["settled_at"]:
        said = f"{line['settled_as']} by {line['settled_by']}, {show_moment(line['settled_at'])}. {line['note'] or ''}"
        console.print(said, markup=False)


def _show_outcome(console: Console, outcome: dict[str, Any]) -> None:
    mark = "[green]✓[/]" if outcome["status"] in TAKEN else "[red]✗[/]"
    console.print(f"{mark} {outcome['status']} {escape(outcome.get('detail') or '')}")
