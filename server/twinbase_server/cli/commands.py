"""All commands by name. None is loaded before it is asked for: `twinbase file` runs where no server is installed.

The list of all, which help and completion ask for, loads the modules of all of them. So a command's module has its
options and its docstring alone, and imports what does the work when it is called.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib import import_module
from importlib.metadata import EntryPoint
from importlib.metadata import version as read_version
from importlib.util import find_spec
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from twinbase_server.cli.brought_commands import (
    OWN_DISTRIBUTION,
    explain_inactive,
    find_brought_commands,
    find_installed_plugins,
    find_missing_plugin,
    read_active_plugins,
)
from twinbase_server.cli.groups import make_command_group

OURS = (
    "serve", "worker", "db", "user", "account", "role", "device", "session", "salvage", "conflict", "key", "project",
    "source", "delivery", "attachment", "explain", "file", "plugin",
)  # fmt: skip
WITHOUT_SERVER = ("role", "file", "plugin")
"""Those of ours that can be of use where no server is installed."""
DRIVER = "asyncpg"


def make_group() -> Any:
    """The command `twinbase` itself."""
    description = "Two databases that stay twins: PostgreSQL on the server, an encrypted SQLite file on every device."
    group = make_command_group(description, cls=_Lazy, completion=True)
    group.callback(invoke_without_command=True, help=description)(_begin)
    return typer.main.get_command(group)


def _begin(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False,
) -> None:
    if version:
        typer.echo(f"twinbase {read_version('twinbase')}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


def find_plugin_commands() -> dict[str, EntryPoint]:
    """The commands that other distributions bring; ours cannot be taken over."""
    return {name: entry for name, entry in find_brought_commands().items() if name not in OURS}


class _Lazy(TyperGroup):
    """Finds its commands when they are asked for."""

    @cached_property
    def _brought(self) -> dict[str, EntryPoint]:
        # Of every distribution that is installed: read once, and not once for each command.
        return find_plugin_commands()

    def list_commands(self, ctx: Any) -> list[str]:
        """Those that can run here; of plugins, those of active ones."""
        active, plugins = read_active_plugins(), find_installed_plugins()
        brought = [name for name, entry in self._brought.items() if not find_missing_plugin(entry, active, plugins)]
        return [name for name in (*OURS, *sorted(brought)) if self.get_command(ctx, name) is not None]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        try:
            return _command(cmd_name, self._brought)
        except ImportError as error:
            _check_ours(error)
            return None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        _check_active(ctx, args, self._brought.get(args[0]))
        try:
            _command(args[0], self._brought)
        except ImportError as error:
            _check_ours(error)
            ctx.fail(_lack(error, self._brought.get(args[0])))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """What does the work is loaded when the command is called; it may be only then that something is missing."""
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            if error.name is None:
                raise
            _check_ours(error)
            ctx.fail(_lack(error, self._brought.get(ctx.invoked_subcommand)))


def _check_active(ctx: Any, args: Sequence[str], entry: EntryPoint | None) -> None:
    """A plugin's command runs when its plugin is active; else it is said how to make it so."""
    if entry is None:
        return
    active = read_active_plugins(args)
    if missing := find_missing_plugin(entry, active, find_installed_plugins()):
        ctx.fail(explain_inactive(args[0], missing, active))


def _check_ours(error: ImportError) -> None:
    """A module of ours that is not there is a bug, and no reason to install anything."""
    if (error.name or "").startswith("twinbase"):
        raise error


def _lack(error: ImportError, entry: EntryPoint | None) -> str:
    return f"It needs {error.name}, which is not installed: {_advice(entry)}."


def _advice(entry: EntryPoint | None) -> str:
    """What to install for all that a command needs: by custom the extra `server` of the distribution that brings it."""
    if entry is None or entry.dist is None or entry.dist.name == OWN_DISTRIBUTION:
        # No index has it: what pip is given is the path of the checkout or of the wheel.
        return "pip install '…/twinbase[server]', with the path of the checkout or the wheel that Twinbase came from"
    extras = entry.dist.metadata.get_all("Provides-Extra") or ()
    return f"pip install '{entry.dist.name}{'[server]' if 'server' in extras else ''}'"


def _check_driver(name: str) -> None:
    """Without the driver of PostgreSQL no command of the server's can run: it is looked for here, and not loaded."""
    if name not in WITHOUT_SERVER and find_spec(DRIVER) is None:
        raise ModuleNotFoundError(name=DRIVER)


def _command(name: str, brought: Mapping[str, EntryPoint]) -> Any:
    """The command of this name, or None; raises ImportError when what it needs is not installed."""
    if name in OURS:
        _check_driver(name)
        found = import_module(f"twinbase_server.cli.{name}").command
    elif entry := brought.get(name):
        found = entry.load()
    else:
        return None
    if not isinstance(found, typer.Typer):
        app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        app.command(name)(found)
        found = app
    command = typer.main.get_command(found)
    command.name = name
    return command
