"""All commands by name. None is loaded before it is asked for: `twinbase file` runs where no server is installed."""

from importlib import import_module
from importlib.metadata import EntryPoint
from importlib.metadata import version as read_version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from twinbase_server.cli.brought_commands import (
    OWN_DISTRIBUTION,
    explain_inactive,
    find_brought_commands,
    find_missing_plugin,
    read_active_plugins,
)
from twinbase_server.cli.groups import make_command_group

OURS = (
    "serve", "worker", "db", "user", "account", "role", "device", "session", "salvage", "conflict", "key", "project",
    "source", "delivery", "attachment", "explain", "file", "plugin",
)  # fmt: skip


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

    def list_commands(self, ctx: Any) -> list[str]:
        """Those that can run here; of plugins, those of active ones."""
        active = read_active_plugins()
        brought = [name for name, entry in find_plugin_commands().items() if not find_missing_plugin(entry, active)]
        return [name for name in (*OURS, *sorted(brought)) if self.get_command(ctx, name) is not None]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        try:
            return _command(cmd_name)
        except ImportError as error:
            _check_ours(error)
            return None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        _check_active(ctx, args)
        try:
            _command(args[0])
        except ImportError as error:
            _check_ours(error)
            ctx.fail(f"It needs {error.name}, which is not installed: {_advice(args[0])}.")
        return super().resolve_command(ctx, args)


def _check_active(ctx: Any, args: list[str]) -> None:
    """A plugin's command runs when its plugin is active; else it is said how to make it so."""
    entry, active = find_plugin_commands().get(args[0]), read_active_plugins(args)
    if entry is not None and (missing := find_missing_plugin(entry, active)):
        ctx.fail(explain_inactive(args[0], missing, active))


def _check_ours(error: ImportError) -> None:
    """A module of ours that is not there is a bug, and no reason to install anything."""
    if (error.name or "").startswith("twinbase"):
        raise error


def _advice(name: str) -> str:
    """What to install for all that a command needs: by custom the extra `server` of the distribution that brings it."""
    entry = find_plugin_commands().get(name)
    if entry is None or entry.dist is None or entry.dist.name == OWN_DISTRIBUTION:
        # No index has it: what pip is given is the path of the checkout or of the wheel.
        return "pip install '…/twinbase[server]', with the path of the checkout or the wheel that Twinbase came from"
    extras = entry.dist.metadata.get_all("Provides-Extra") or ()
    return f"pip install '{entry.dist.name}{'[server]' if 'server' in extras else ''}'"


def _command(name: str) -> Any:
    """The command of this name, or None; raises ImportError when what it needs is not installed."""
    if name in OURS:
        found = import_module(f"twinbase_server.cli.{name}").command
    elif entry := find_plugin_commands().get(name):
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
