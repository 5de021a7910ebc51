"""`twinbase role`: who may do what, as the plugins say it."""

from rich.console import Console
from rich.markup import escape

from twinbase.identity import EVERYTHING
from twinbase.roles import NO_ROLE, RoleTable
from twinbase_server.cli.groups import make_command_group
from twinbase_server.cli.options import PluginNames, load_named_plugins
from twinbase_server.cli.screen import AsJson, answer

command = make_command_group("Roles, and the permissions that they give.")
_FOR_ALL = "No active plugin brings a role: whoever is signed in may do everything."


@command.command("list")
def list_roles(plugins: PluginNames = "accounts", as_json: AsJson = False) -> None:
    """List the roles that the plugins bring, each with its permissions, and what each permission is for.

    An account has a role by its claim `role`: the name of one, or a list of names.
    """
    table = load_named_plugins(plugins).roles
    roles = {name: sorted(given) for name, given in table.roles.items()}
    said = {"roles": roles, "permissions": dict(table.permissions)}
    answer(said, as_json=as_json, show=lambda console: _show(console, table))


def _show(console: Console, table: RoleTable) -> None:
    for name, given in table.roles.items():
        listed = "everything" if EVERYTHING in given else ", ".join(sorted(given)) or "nothing"
        console.print(f"[bold]{escape(name) if name != NO_ROLE else 'without a role'}[/]: {escape(listed)}")
    if not table.roles:
        console.print(_FOR_ALL)
    for permission, sentence in table.permissions.items():
        console.print(f"  {permission}  [dim]{escape(sentence)}[/]")
