"""Commands that other distributions bring: those of a plugin are there when the plugin is active, and else are not.

Whoever has no such system sees none of its words; whoever types such a command all the same learns how to activate it.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from itertools import zip_longest

from twinbase.plugins import GROUP as PLUGINS
from twinbase_server.settings import split_names

GROUP = "twinbase.commands"
"""Entry points: a command's name → a typer.Typer, or the function itself."""
OWN_DISTRIBUTION = "twinbase"
_VARIABLE, _OPTION, _OTHERWISE = "TWINBASE_PLUGINS", "--plugins", "accounts"


def find_brought_commands() -> dict[str, EntryPoint]:
    """The commands of all distributions that are installed, by name."""
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def find_installed_plugins() -> tuple[EntryPoint, ...]:
    """The plugins of all distributions that are installed, active or not."""
    return tuple(entry_points(group=PLUGINS))


def find_missing_plugin(entry: EntryPoint, active: Sequence[str], installed: Iterable[EntryPoint]) -> str | None:
    """The plugin to activate before a command is there; None when it is, or when it belongs to no plugin."""
    owners = _list_owners(entry, installed)
    return None if not owners or set(owners) & set(active) else owners[0]


def _list_owners(entry: EntryPoint, installed: Iterable[EntryPoint]) -> list[str]:
    """The plugins of the distribution that brings the command; that of the command's name alone, if there is one."""
    if entry.dist is None or entry.dist.name == OWN_DISTRIBUTION:
        return []
    beside = [one.name for one in installed if one.dist and one.dist.name == entry.dist.name]
    return [entry.name] if entry.name in beside else beside


def read_active_plugins(arguments: Sequence[str] = (), environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The names that the command line gives, or the environment: before any plugin is loaded."""
    given = environment.get(_VARIABLE, _OTHERWISE)
    for argument, following in zip_longest(arguments, arguments[1:], fillvalue=""):
        name, is_joined, value = argument.partition("=")
        if name == _OPTION:
            given = value if is_joined else following
    return split_names(given)


def explain_inactive(command: str, plugin: str, active: Sequence[str]) -> str:
    """What to write, so that the command is there."""
    wanted = ",".join((*active, plugin))
    return f"`{command}` comes with the plugin `{plugin}`, which is not active. Activate it: {_VARIABLE}={wanted}"
