"""`twinbase account`: who may sign in with the built-in sign-in."""

import asyncio
import json
from typing import Annotated, Any

import typer

from twinbase_server.cli.groups import make_command_group
from twinbase_server.cli.options import DatabaseUrl, open_database
from twinbase_server.cli.screen import AsJson, answer

command = make_command_group("Who may sign in with an e-mail and a password.")


@command.command()
def add(
    email: Annotated[str, typer.Argument(help="The e-mail to sign in with.")],
    claim: Annotated[
        list[str] | None,
        typer.Option("--claim", metavar="NAME=VALUE", help="What scopes may ask; VALUE may be JSON. Repeatable."),
    ] = None,
    password: Annotated[
        str, typer.Option(envvar="TWINBASE_PASSWORD", prompt=True, confirmation_prompt=True, hide_input=True)
    ] = "",
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Make an account, or give an existing one this password and these claims."""
    claims = dict(read_claim(text) for text in claim or ())
    if not password:
        raise typer.BadParameter("The password is empty.")
    with open_database(database_url) as url:
        asyncio.run(_save(url, email, password, claims))
    said = {"email": email.strip().lower(), "claims": claims}
    answer(said, as_json=as_json, show=lambda console: console.print(f"[green]✓[/] {said['email']} may sign in."))


def read_claim(text: str) -> tuple[str, Any]:
    """A claim as it is typed: `role=boss`, `sectors=["RHONE"]`."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise typer.BadParameter(f"{text!r} is no claim: write NAME=VALUE.")
    try:
        return name.strip(), json.loads(value)
    except ValueError:
        return name.strip(), value


async def _save(url: str, email: str, password: str, claims: dict[str, Any]) -> None:
    from twinbase_server.accounts import save_account
    from twinbase_server.database.connection import connect

    connection = await connect(url)
    try:
        await save_account(connection, email, password, claims)
    finally:
        await connection.close()
