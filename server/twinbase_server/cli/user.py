"""`twinbase user`: who may sign in with an e-mail and a password, and the links by which they choose one."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from pydantic import SecretStr
from rich.console import Console

from twinbase.clock import utc_now
from twinbase_server.cli.asking import ask_database, show_moment
from twinbase_server.cli.claims import Claims, read_claims
from twinbase_server.cli.groups import make_command_group
from twinbase_server.cli.options import DatabaseUrl, open_database
from twinbase_server.cli.screen import AsJson, answer, show_table
from twinbase_server.links.link import MINUTES_MAX, MINUTES_MIN, OneTimeLink, find_end
from twinbase_server.settings import Settings

if TYPE_CHECKING:
    from twinbase_server.database.connection import Connection
    from twinbase_server.links.people import KnownPerson

command = make_command_group("Who may sign in with an e-mail and a password.")
LanguageOption = Literal["en", "fr"]
"""The languages of letters, said here: an option is read before anything that sends mail is imported."""
Email = Annotated[str, typer.Argument(help="The e-mail of the account.")]
Minutes = Annotated[
    int | None,
    typer.Option(
        min=MINUTES_MIN, max=MINUTES_MAX, help="How long the link is good; TWINBASE_LINK_MINUTES when not said."
    ),
]
Spoken = Annotated[LanguageOption, typer.Option("--language", help="What the mail is written in.")]
ShowLink = Annotated[bool, typer.Option("--show", help="Show the link, even where mail could be sent.")]
CalledName = Annotated[str, typer.Option("--name", help="What the person is called.")]


@command.command()
def add(
    email: Annotated[str, typer.Argument(help="The e-mail to sign in with.")],
    claim: Claims = None,
    password: Annotated[
        str, typer.Option(envvar="TWINBASE_PASSWORD", prompt=True, confirmation_prompt=True, hide_input=True)
    ] = "",
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Make an account, or give an existing one this password and these claims.

    Whoever types it knows the password; with `twinbase user invite` only the person does.
    """
    claims = read_claims(claim)
    if not password:
        raise typer.BadParameter("The password is empty.")
    ask_database(database_url, lambda connection: _save(connection, email, password, claims))
    said = {"email": _as_kept(email), "claims": claims}
    answer(said, as_json=as_json, show=lambda console: console.print(f"[green]✓[/] {said['email']} may sign in."))


@command.command("invite")
def invite_person(
    email: Email,
    claim: Claims = None,
    name: CalledName = "",
    minutes: Minutes = None,
    language: Spoken = "en",
    show: ShowLink = False,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> int:
    """Invite a person by a link that is good once: there they choose a password, and the account is made.

    The link is sent by mail where TWINBASE_SMTP_URL is set, else shown. Given again, the one before is no good.
    """
    claims = read_claims(claim)
    return _give(
        lambda ends_at: OneTimeLink("invite", _as_kept(email), ends_at, claims, name.strip()),
        minutes, language, database_url, by_mail=not show, as_json=as_json,
    )  # fmt: skip


@command.command("create-admin")
def create_admin(
    email: Email,
    role: Annotated[str, typer.Option(help="What the claim `role` of the account will say.")] = "super_admin",
    claim: Claims = None,
    name: CalledName = "",
    minutes: Minutes = None,
    language: Spoken = "en",
    show: ShowLink = False,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> int:
    """Invite whoever will administer the server: as `invite`, with a role. Nobody has a password before."""
    claims = {"role": role, **read_claims(claim)}
    return _give(
        lambda ends_at: OneTimeLink("admin", _as_kept(email), ends_at, claims, name.strip()),
        minutes, language, database_url, by_mail=not show, as_json=as_json,
    )  # fmt: skip


@command.command("reset")
def reset_person(
    email: Email,
    minutes: Minutes = None,
    language: Spoken = "en",
    show: ShowLink = False,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> int:
    """Give a person a link to choose another password by. Until they have, the old one goes on."""
    return _give(
        lambda ends_at: OneTimeLink("reset", _as_kept(email), ends_at),
        minutes, language, database_url, by_mail=not show, as_json=as_json,
    )  # fmt: skip


@command.command("list")
def show_people(database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Say who has an account, who is invited, with which claims, and when a device of theirs was last here."""
    from twinbase_server.links.people import list_people

    people = ask_database(database_url, lambda connection: list_people(connection, utc_now()))
    answer([asdict(one) for one in people], as_json=as_json, show=lambda console: _show(console, people))


@command.command("disable")
def disable_person(email: Email, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Cut a person off, on every device and at once; what they have not sent stays on the device.

    An invitation that was not used is taken back, and no link of the account is good any more.
    """
    from twinbase_server.links.people import disable_account

    _do(email, "is disabled.", database_url, as_json, lambda connection: disable_account(connection, email, utc_now()))


@command.command("enable")
def enable_person(email: Email, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Let a disabled account in again, with the password that it had."""
    from twinbase_server.links.people import enable_account

    _do(email, "may sign in again.", database_url, as_json, lambda connection: enable_account(connection, email))


@command.command("rename")
def rename_person(
    email: Email,
    name: Annotated[str, typer.Argument(help="What the person is called from now on.")],
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Say what a person is called. The e-mail stays: the files on their devices are bound to it."""
    from twinbase_server.links.people import rename_account

    _do(email, "is renamed.", database_url, as_json, lambda connection: rename_account(connection, email, name))


@command.command("change")
def change_person(
    email: Email,
    claim: Claims = None,
    drop: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A claim that the account shall not have. Repeatable.")
    ] = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Give an account other claims; those that are not named stay. They hold from its next access token on."""
    from twinbase_server.links.people import change_claims

    claims = read_claims(claim)
    now = ask_database(database_url, lambda connection: change_claims(connection, email, claims, drop or ()))
    said = {"email": _as_kept(email), "claims": now}
    done = f"{said['email']} has {_spell(now) or 'no claims'}."
    answer(said, as_json=as_json, show=lambda console: console.print(f"✓ {done}", markup=False))


def _give(
    draw_up: Callable[[datetime], OneTimeLink],
    minutes: int | None,
    language: LanguageOption,
    database_url: str | None,
    *,
    by_mail: bool,
    as_json: bool,
) -> int:
    from twinbase_server.cli.links import give_link, say_given
    from twinbase_server.links.give import LetterLanguage

    with open_database(database_url) as url:
        settings = Settings(database_url=SecretStr(url))
        link = draw_up(find_end(utc_now(), minutes or settings.link_minutes))
        given = asyncio.run(give_link(settings, link, LetterLanguage(language), by_mail=by_mail))
    return say_given(given, as_json=as_json)


def _do(
    email: str, done: str, database_url: str | None, as_json: bool, work: "Callable[[Connection], Awaitable[None]]"
) -> None:
    ask_database(database_url, work)
    said = {"email": _as_kept(email)}
    answer(said, as_json=as_json, show=lambda console: console.print(f"[green]✓[/] {said['email']} {done}"))


async def _save(connection: "Connection", email: str, password: str, claims: Mapping[str, Any]) -> None:
    from twinbase_server.accounts import save_account
    from twinbase_server.links.store import PASSWORD_CHANGED
    from twinbase_server.sessions.store import end_sessions

    async with connection.transaction():
        await save_account(connection, email, password, claims)
        await end_sessions(connection, _as_kept(email), PASSWORD_CHANGED, utc_now())


def _as_kept(email: str) -> str:
    from twinbase_server.accounts import normalise_email

    return normalise_email(email)


def _show(console: Console, people: "Sequence[KnownPerson]") -> None:
    headings = ("e-mail", "name", "state", "last here", "open link", "claims")
    show_table(console, headings, [_row(one) for one in people])


def _row(one: "KnownPerson") -> tuple[str, ...]:
    link = f"{one.link}, until {one.link_ends_at:%Y-%m-%d %H:%M}" if one.link_ends_at else ""
    return one.email, one.name, one.state, show_moment(one.last_seen), link, _spell(one.claims)


def _spell(claims: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in claims.items())
