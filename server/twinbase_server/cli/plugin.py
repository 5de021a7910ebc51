"""`twinbase plugin new`: a distribution of its own, whose tests are green before anything is written in it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from twinbase_server.cli.groups import make_command_group
from twinbase_server.cli.new_plugin import NameTaken, check_target, make_plugin, module_of
from twinbase_server.cli.screen import AsJson, answer

if TYPE_CHECKING:
    from twinbase_server.cli.reflecting.plugin import WrittenPlugin

command = make_command_group("Write a plugin.")


@command.command("new")
def create_plugin(
    name: Annotated[str, typer.Argument(help="The plugin's name: small letters, digits, hyphens.")],
    folder: Annotated[
        Path | None, typer.Option(help="Where to make it; a folder of its name in this one when none is said.")
    ] = None,
    url: Annotated[
        str | None, typer.Option("--from", metavar="URL", help="Over the tables of this PostgreSQL: it is only read.")
    ] = None,
    schema: Annotated[
        list[str] | None, typer.Option(help="With --from: the tables of this schema alone; may be given again.")
    ] = None,
    table: Annotated[
        list[str] | None, typer.Option(help="With --from: this table alone, TABLE or SCHEMA.TABLE; may be given again.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a plugin that is a distribution of its own: a table, a mirror, and tests that pass.

    With --from its classes are those of the tables of a database that exists. What cannot be mirrored is left out, and
    said with the reason; what is doubtful stands in a comment.
    """
    path = folder or Path(name)
    try:
        check_target(name, path)
        written = _read(url, name, schema or (), table or ()) if url else None
        files = make_plugin(name, path, written.files if written else None)
    except NameTaken as error:
        raise typer.BadParameter(str(error)) from error
    said: dict[str, Any] = {
        "name": name,
        "module": module_of(name),
        "folder": str(path),
        "files": list(map(str, files)),
    }
    if written:
        kept = [one.found.label for one in written.verdict.kept]
        said |= {"mirrored": kept, "not_mirrored": dict(written.verdict.left)}
    answer(said, as_json=as_json, show=lambda console: _show(console, said))


def _read(url: str, name: str, schemas: Sequence[str], tables: Sequence[str]) -> "WrittenPlugin":
    from twinbase_server.cli.options import open_database
    from twinbase_server.cli.reflecting.plugin import write_plugin

    with open_database(url, set_up=False, option="--from") as opened:
        return asyncio.run(write_plugin(opened, name, module_of(name), schemas, tables))


def _show(console: Console, said: dict[str, Any]) -> None:
    console.print(_MADE.format(**said))
    if "mirrored" in said:
        console.print(f"{len(said['mirrored'])} tables are mirrored. Every device gets every row: give them a scope.")
    for label, why in said.get("not_mirrored", {}).items():
        console.print(f"[yellow]![/] {escape(label)}: {escape(why)}")


_MADE = (
    "[green]✓[/] {folder} holds the plugin {name}. Its tests, in an environment of Twinbase with the extra `testing`:"
    " cd {folder}, pip install -e ., pytest"
)
