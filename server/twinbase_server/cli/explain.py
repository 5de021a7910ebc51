"""`twinbase explain ROW --for USER`: why somebody has a row on the device, or does not, in words."""

import asyncio
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from twinbase.clock import utc_now
from twinbase.errors import TwinbaseError
from twinbase.identity import Identity
from twinbase.registry import Twin
from twinbase.roles import RoleTable
from twinbase_server.cli.options import DatabaseUrl, PluginNames, load_named_plugins, open_database
from twinbase_server.cli.run import FAILED
from twinbase_server.cli.screen import AsJson, answer

if TYPE_CHECKING:
    from twinbase_server.database.connection import Connection
    from twinbase_server.explain.scope import Explanation, ScopeReason

_ACCOUNT = "SELECT claims::text, disabled FROM twinbase.account WHERE email = $1"
_HAS_SIGNED_IN = "SELECT EXISTS (SELECT FROM twinbase.replica WHERE account = $1)"


class NoAccount(TwinbaseError):
    """No account has this e-mail, and no device signed in as this subject. Add it, or give the claims with --claim."""


class ClaimsUnknown(TwinbaseError):
    """A plugin signs this subject in, and alone knows the claims. Give those that the row's scope asks for."""


class NotOneRow(TwinbaseError):
    """Name one row as TWIN/KEY, with commas between the parts of a key of several columns."""


def command(
    row: Annotated[str, typer.Argument(metavar="ROW", help="TWIN/KEY, e.g. interventions/0190….")],
    user: Annotated[str, typer.Option("--for", metavar="USER", help="The e-mail of an account, or a subject.")],
    claim: Annotated[
        list[str] | None,
        typer.Option("--claim", metavar="NAME=VALUE", help="Claims to use in place of the account's. Repeatable."),
    ] = None,
    database_url: DatabaseUrl = None,
    plugins: PluginNames = "accounts",
    as_json: AsJson = False,
) -> int:
    """Say why a person has a row, or does not: deletion, scope, window, claims, values that cannot travel.

    Exit status 0 when the person has it, 1 when not.
    """
    twin, slash, key = row.partition("/")
    if not slash or not key:
        raise NotOneRow(f"{row!r} is no row.")
    claims = dict(_claim(text) for text in claim) if claim else None
    loaded = load_named_plugins(plugins)
    registry = loaded.registry
    if twin not in registry:
        raise NotOneRow(f"{twin!r} is no twin; the twins are {', '.join(registry.twins) or 'none'}.")
    with open_database(database_url) as url:
        said = asyncio.run(_explain(url, loaded.roles, registry[twin], key.split(","), user, claims))
    answer(asdict(said) | {"has": said.has}, as_json=as_json, show=lambda console: _show(console, said))
    return 0 if said.has else FAILED


async def _explain(
    url: str, roles: RoleTable, twin: Twin, key: list[str], user: str, claims: dict[str, Any] | None
) -> "Explanation":
    from twinbase_server.database.connection import connect
    from twinbase_server.explain.scope import explain

    connection = await connect(url)
    try:
        identity = roles.grant(await _identity(connection, twin, user, claims))
        return await explain(connection, twin, key, identity, utc_now())
    finally:
        await connection.close()


async def _identity(connection: "Connection", twin: Twin, user: str, claims: dict[str, Any] | None) -> Identity:
    from twinbase_server.accounts import normalise_email

    if claims is not None:
        return Identity(user, claims)
    row = await connection.fetchrow(_ACCOUNT, normalise_email(user))
    if row is not None:
        return Identity(normalise_email(user), json.loads(row["claims"]))
    if not await connection.fetchval(_HAS_SIGNED_IN, user):
        raise NoAccount(f"{user!r}.")
    if twin.reads.claims:
        wanted = " ".join(f"--claim {name}=…" for name in sorted(twin.reads.claims))
        raise ClaimsUnknown(f"{user!r}, for {twin.name}: {wanted}")
    return Identity(user, {})


def _claim(text: str) -> tuple[str, Any]:
    from twinbase_server.cli.claims import read_claim

    return read_claim(text)


def _show(console: Console, said: "Explanation") -> None:
    verdict = "[green]has[/]" if said.has else "[red]does not have[/]"
    console.print(f"{said.subject} {verdict} {said.twin}/{','.join(said.key)}: {said.because}")
    for reason in said.reasons:
        _show_reason(console, reason, 1)
    for device in said.devices:
        console.print(f"  [dim]{device}[/]")


def _show_reason(console: Console, reason: "ScopeReason", depth: int) -> None:
    mark = {True: "[green]✓[/]", False: "[red]✗[/]", None: "[yellow]?[/]"}[reason.holds]
    console.print(f"{'  ' * depth}{mark} {escape(reason.sentence or reason.text)}")
    for inner in reason.parts:
        _show_reason(console, inner, depth + 1)
