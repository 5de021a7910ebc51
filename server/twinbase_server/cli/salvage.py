"""`twinbase salvage`: the unsent edits of devices that were wiped, which wait for a person."""

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

command = make_command_group("Unsent edits of devices that were wiped: they change nothing until they are accepted.")
EditId = Annotated[UUID, typer.Argument(metavar="ID", help="The edit, as `twinbase salvage list` shows it.")]
TAKEN = ("applied", "merged")


@command.command("list")
def show_salvaged(
    decided: Annotated[bool, typer.Option("--decided", help="With those that were accepted or discarded.")] = False,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """List the edits that wait: whose, of which device, on which row. What was saved together has one number."""
    said = ask_database(database_url, lambda connection: _list(connection, None, decided))
    answer(said, as_json=as_json, show=lambda console: _show(console, said))


@command.command("show")
def show_one(id: EditId, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Show one edit with its values."""
    from twinbase_server.devices.salvage import NotSalvaged

    found = ask_database(database_url, lambda connection: _list(connection, id, True))
    if not found:
        raise NotSalvaged(f"{id}.")
    answer(found[0], as_json=as_json, show=lambda console: _show_values(console, found[0]))


@command.command("accept")
def accept_edit(
    id: EditId, plugins: PluginNames = "accounts", database_url: DatabaseUrl = None, as_json: AsJson = False
) -> int:
    """Do what an edit says, and what was saved together with it, as if the device had sent it now.

    The account's rights of today hold, and conflicts are decided as ever. Exit status 1 when it was not written.
    """
    loaded = load_named_plugins(plugins)
    with open_database(database_url) as url:
        outcomes = asyncio.run(_accept(url, loaded, id))
    said = [outcome.model_dump(mode="json") for outcome in outcomes]
    answer(said, as_json=as_json, show=lambda console: _show_outcomes(console, said))
    return 0 if all(outcome.status in TAKEN for outcome in outcomes) else FAILED


@command.command("discard")
def discard_edit(id: EditId, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Decide against an edit, and what was saved together with it. It stays to be read with `list --decided`."""
    from twinbase_server.devices.salvage import discard_salvaged

    count = ask_database(database_url, lambda connection: discard_salvaged(connection, id, name_operator(), utc_now()))
    done = f"[green]✓[/] {count} discarded."
    answer({"discarded": count}, as_json=as_json, show=lambda console: console.print(done))


async def _list(connection: Any, id: UUID | None, decided: bool) -> list[dict[str, Any]]:
    from twinbase_server.devices.salvage import list_salvaged

    return [asdict(edit) for edit in await list_salvaged(connection, id=id, decided=decided)]


async def _accept(url: str, plugins: Plugins, id: UUID) -> Any:
    from twinbase_server.database.connection import open_pool
    from twinbase_server.devices.salvage import accept_salvaged

    async with open_pool(url, min_size=1, max_size=2) as pool:
        return await accept_salvaged(pool, plugins, id, name_operator(), utc_now())


def _show(console: Console, edits: list[dict[str, Any]]) -> None:
    headings = ("id", "account", "device", "together", "what", "twin", "row", "written", "became")
    show_table(console, headings, [_row(edit) for edit in edits])
    if not edits:
        console.print("[green]✓[/] Nothing waits for you.")


def _row(edit: dict[str, Any]) -> tuple[str, ...]:
    mutation = edit["mutation"]
    what = (str(mutation.get(name, "")) for name in ("op", "twin"))
    at = str(mutation.get("at", ""))[:16].replace("T", " ")
    became = edit["outcome"] or ""
    return str(edit["id"]), edit["account"], edit["device_name"], edit["tx"], *what, _spell_key(mutation), at, became


def _spell_key(mutation: dict[str, Any]) -> str:
    key = mutation.get("key")
    return ", ".join(map(str, key)) if isinstance(key, list) else _spell(key)


def _spell(value: Any) -> str:
    """As JSON: what somebody typed gives a terminal no orders."""
    return json.dumps(value, ensure_ascii=False)


def _show_values(console: Console, edit: dict[str, Any]) -> None:
    mutation = edit["mutation"]
    new, old = (one if isinstance(one := mutation.get(side), dict) else {} for side in ("new", "old"))
    console.print(f"{_spell(mutation.get('op'))} {_spell(mutation.get('twin'))} {_spell_key(mutation)!r}", markup=False)
    by = f"by {_spell(edit['account'])} on {_spell(edit['device_name'])}, {_spell(mutation.get('at'))}"
    console.print(by, style="dim", markup=False)
    for column in (*new, *(old.keys() - new.keys())):
        before = f" (was {_spell(old[column])})" if column in old else ""
        console.print(f"  {_spell(column)}: {_spell(new.get(column))}{before}", markup=False)
    if edit["outcome"]:
        when = show_moment(edit["decided_at"])
        console.print(f"{edit['outcome']} by {edit['decided_by']}, {when}. {edit['detail'] or ''}", markup=False)


def _show_outcomes(console: Console, outcomes: list[dict[str, Any]]) -> None:
    for one in outcomes:
        mark = "[green]✓[/]" if one["status"] in TAKEN else "[red]✗[/]"
        console.print(f"{mark} {one['id']} {one['status']} {escape(one.get('detail') or '')}")
