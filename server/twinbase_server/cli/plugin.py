"""`twinbase plugin new`: a distribution of its own, whose tests are green before anything is written in it."""

from pathlib import Path
from typing import Annotated

import typer

from twinbase_server.cli.groups import make_command_group
from twinbase_server.cli.new_plugin import NameTaken, make_plugin, module_of
from twinbase_server.cli.screen import AsJson, answer

command = make_command_group("Write a plugin.")


@command.command("new")
def create_plugin(
    name: Annotated[str, typer.Argument(help="The plugin's name: small letters, digits, hyphens.")],
    folder: Annotated[
        Path | None, typer.Option(help="Where to make it; a folder of its name in this one when none is said.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a plugin that is a distribution of its own: a table, a mirror, and tests that pass."""
    path = folder or Path(name)
    try:
        files = make_plugin(name, path)
    except NameTaken as error:
        raise typer.BadParameter(str(error)) from error
    said = {"name": name, "module": module_of(name), "folder": str(path), "files": [str(file) for file in files]}
    answer(said, as_json=as_json, show=lambda console: console.print(_MADE.format(**said)))


_MADE = "[green]✓[/] {folder} holds the plugin {name}. Its tests: cd {folder}, pip install -e '.\\[test]', pytest"
