"""`twinbase attachment`: the content that rows name, what of it does not come, and the office's own."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import SecretStr
from rich.console import Console

from twinbase.clock import utc_now
from twinbase.errors import TwinbaseError
from twinbase.plugins import Plugins
from twinbase_server.cli.asking import ask_database, name_operator, show_moment
from twinbase_server.cli.groups import make_command_group
from twinbase_server.cli.options import DatabaseUrl, PluginNames, load_named_plugins, open_database
from twinbase_server.cli.run import FAILED
from twinbase_server.cli.screen import AsJson, answer, show_table
from twinbase_server.settings import Settings

if TYPE_CHECKING:
    from twinbase_server.database.connection import Connection

MEGABYTE = 1_000_000
command = make_command_group("Content of attachments: photos, signatures, documents.")


class UnfitContent(TwinbaseError):
    """The file is not what the row names."""


@command.command("status")
def show_status(database_url: DatabaseUrl = None, as_json: AsJson = False) -> int:
    """Say how much content there is, and which rows wait for theirs for too long, as seen in the last hour.

    Exit status 1 when some do: TWINBASE_FILES_OVERDUE_HOURS says what is too long.
    """
    said = asdict(ask_database(database_url, _read))
    answer(said, as_json=as_json, show=lambda console: _show(console, said))
    return FAILED if said["overdue_count"] else 0


@command.command("put")
def put_file(
    twin: Annotated[str, typer.Argument(help="The twin, `documents` say.")],
    key: Annotated[str, typer.Argument(help="The row's key: its one value, or a JSON array.")],
    column: Annotated[str, typer.Argument(help="The column that names the content.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The file.")],
    plugins: PluginNames = "accounts",
    database_url: DatabaseUrl = None,
) -> None:
    """Give a row the content that it names. It is for what the office writes; devices bring theirs by themselves."""
    loaded = load_named_plugins(plugins)
    with open_database(database_url) as url:
        asyncio.run(_put(url, loaded, (twin, column, _read_key(key)), file.read_bytes()))
    typer.echo(f"{twin} {key} has its content.")


def _read_key(text: str) -> list[Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = text
    return found if isinstance(found, list) else [text]


async def _read(connection: "Connection") -> Any:
    from twinbase_server.files.awaited import read_attachment_status

    # The settings of the environment; which database it is was said.
    settings = Settings(database_url=SecretStr("postgresql://"))
    return await read_attachment_status(connection, settings, utc_now())


async def _put(url: str, plugins: Plugins, slot: tuple[str, str, list[Any]], body: bytes) -> None:
    from twinbase_server.database.connection import connect
    from twinbase_server.files.configured import open_configured_store
    from twinbase_server.files.named import find_slot
    from twinbase_server.files.office import give_content
    from twinbase_server.problems import ProblemError

    store = open_configured_store(Settings(database_url=SecretStr(url)))
    connection = await connect(url)
    try:
        found = find_slot(plugins.registry, *slot)
        if store is None:
            raise UnfitContent("There is nowhere to keep it: set TWINBASE_FILES, as for the server.")
        await give_content(connection, store, found, body, name_operator(), utc_now())
    except ProblemError as problem:
        raise UnfitContent(problem.detail) from problem
    finally:
        await connection.close()


def _show(console: Console, said: dict[str, Any]) -> None:
    size = f"{said['bytes'] / MEGABYTE:.1f} MB"
    console.print(f"Content: {said['contents']} ({size}); on its way: {said['uploads']}; awaited: {said['awaited']}.")
    if not said["overdue_count"]:
        return
    console.print(f"[red]✗[/] {said['overdue_count']} rows wait for theirs for too long:")
    headings = ("twin", "key", "column", "since", "account", "device")
    rows = [tuple(show_value(one[name]) for name in headings) for one in said["overdue"]]
    show_table(console, headings, rows)


def show_value(value: Any) -> str:
    """A text or a moment, as it stands in a table."""
    return value if isinstance(value, str) else show_moment(value)
