"""`twinbase openid`: whether the provider can be used, and who is linked to which account."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

import typer
from sqlalchemy import text

from twinbase.clock import utc_now
from twinbase.plugins import Plugins
from twinbase_openid.provider import Provider, ProviderFailed
from twinbase_openid.settings import OpenIdSettings
from twinbase_server.extension import (
    FAILED,
    AsJson,
    DatabaseUrl,
    PluginNames,
    answer,
    make_command_group,
    make_error_console,
    open_engine,
    run_command,
    show_table,
)

command = make_command_group("Sign-in by the directory of the company.")


@command.command("check")
def check_provider(as_json: AsJson = False) -> None:
    """Ask the provider what it says of itself, and whether its keys can be read. Nothing is changed."""
    try:
        said = asyncio.run(_check(OpenIdSettings(), utc_now()))
    except ProviderFailed as failed:
        make_error_console().print(f"The directory of the company: {failed}", style="red", markup=False)
        raise typer.Exit(FAILED) from failed
    lines = "\n".join(f"{name}: {value}" for name, value in said.items())
    answer(said, as_json=as_json, show=lambda console: console.print(lines, markup=False))


@command.command("list")
def list_links(database_url: DatabaseUrl = None, plugins: PluginNames = "", as_json: AsJson = False) -> None:
    """Who signs in by the directory, and as which account."""
    links = run_command(database_url, plugins, _list)
    rows = [(one["account"], one["subject"], one["issuer"], one["linked_at"]) for one in links]
    answer(
        links,
        as_json=as_json,
        show=lambda console: show_table(console, ("account", "subject", "issuer", "linked"), rows),
    )


@command.command("unlink")
def forget_links(
    account: Annotated[str, typer.Argument(help="The account's e-mail.")],
    database_url: DatabaseUrl = None,
    plugins: PluginNames = "",
    as_json: AsJson = False,
) -> None:
    """Forget who an account is at the directory: whoever has its e-mail there is linked to it at the next sign-in.

    Sessions go on: `twinbase session end` ends them.
    """

    async def work(url: str, _: Plugins) -> int:
        async with open_engine(url) as made, made.begin() as connection:
            statement = text("DELETE FROM openid.links WHERE account = :account")
            return (await connection.execute(statement, {"account": account.strip().lower()})).rowcount

    gone = run_command(database_url, plugins, work)
    if not gone:
        make_error_console().print(f"{account} is linked to nobody.", style="red", markup=False)
        raise typer.Exit(FAILED)
    answer({"account": account, "unlinked": gone}, as_json=as_json, show=lambda c: c.print(f"{account} is unlinked."))


async def _check(settings: OpenIdSettings, now: datetime) -> dict[str, Any]:
    if not settings.is_set:
        raise ProviderFailed("none is set: TWINBASE_OPENID_ISSUER and TWINBASE_OPENID_CLIENT_ID say which.")
    provider = Provider(settings)
    metadata = await provider.read_metadata(now)
    keys = await provider.read_keys(None, now)
    return {
        "issuer": metadata.issuer,
        "keys": len(keys.keys),
        "algorithms": sorted(metadata.id_token_signing_alg_values_supported),
        "terminals": bool(metadata.device_authorization_endpoint),
    }


async def _list(url: str, _: Plugins) -> list[dict[str, Any]]:
    async with open_engine(url) as made, made.connect() as connection:
        rows = await connection.execute(text("SELECT * FROM openid.links ORDER BY account, issuer"))
        return [{**row, "linked_at": row["linked_at"].isoformat()} for row in rows.mappings()]
