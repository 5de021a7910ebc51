"""`twinbase key`: the keys that sign tokens and cursors."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer
from rich.console import Console

from twinbase.clock import utc_now
from twinbase_server.cli.groups import make_command_group
from twinbase_server.cli.options import DatabaseUrl, open_database, read_named_wrapping_key
from twinbase_server.cli.screen import AsJson, answer, show_table

if TYPE_CHECKING:
    from twinbase_server.database.connection import Connection
    from twinbase_server.keys.store import KeptKey

command = make_command_group("The keys that sign access tokens and cursors.")
Answer = TypeVar("Answer")
PurposeOption = Literal["token", "cursor", "refresh"]
"""The purposes of keys, said here: an argument is read before anything that signs is imported."""


@command.command("list")
def show_keys(database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Say which keys there are, from when they sign, until when what they signed is taken, and what wraps them."""
    from twinbase_server.keys.store import list_keys

    with open_database(database_url) as url:
        keys = asyncio.run(_with_connection(url, list_keys))
    answer([asdict(key) for key in keys], as_json=as_json, show=lambda console: _show(console, keys))


@command.command()
def rotate(
    purpose: Annotated[PurposeOption, typer.Argument(help="What the key signs.")],
    end_old: Annotated[
        bool, typer.Option("--end-old", help="Take nothing that older keys have signed: somebody else may have them.")
    ] = False,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Make a new key. It signs in three minutes, when every server has read of it; none has to be restarted.

    Tokens of older keys are taken until they end, cursors for 400 days. With --end-old every device signs in again
    (token), or starts with a first sync (cursor); what is unsent on it is kept and sent.
    """
    from twinbase_server.keys.signing_key import PUBLISHED
    from twinbase_server.keys.store import rotate_keys

    with open_database(database_url) as url:
        wrapping = read_named_wrapping_key(url)
        kid = asyncio.run(
            _with_connection(url, lambda c: rotate_keys(c, purpose, wrapping, utc_now(), end_old=end_old))
        )
    minutes = int(PUBLISHED.total_seconds() // 60)
    done = f"[green]✓[/] Key {kid} signs every {purpose} in {minutes} minutes."
    answer({"purpose": purpose, "kid": kid}, as_json=as_json, show=lambda console: console.print(done))


@command.command()
def wrap(
    old_file: Annotated[
        Path | None, typer.Option("--old-file", metavar="FILE", help="The key that wraps them now, if one does.")
    ] = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Wrap all keys by the key in TWINBASE_WRAPPING_KEY_FILE. Restart the servers with it afterwards.

    Dumps from before still hold the keys as they were: rotate them with --end-old if somebody may have one.
    """
    from twinbase_server.keys.store import rewrap_keys
    from twinbase_server.keys.wrapping import UnfitWrappingKey, read_wrapping_key

    with open_database(database_url) as url:
        new = read_named_wrapping_key(url)
        if new is None:
            raise UnfitWrappingKey("TWINBASE_WRAPPING_KEY_FILE is not set.")
        old = read_wrapping_key(old_file) if old_file else None
        count = asyncio.run(_with_connection(url, lambda c: rewrap_keys(c, old, new)))
    answer(
        {"wrapped": count}, as_json=as_json, show=lambda console: console.print(f"[green]✓[/] {count} keys wrapped.")
    )


async def _with_connection(url: str, ask: "Callable[[Connection], Awaitable[Answer]]") -> Answer:
    from twinbase_server.database.connection import connect

    connection = await connect(url)
    try:
        return await ask(connection)
    finally:
        await connection.close()


def _show(console: Console, keys: "Sequence[KeptKey]") -> None:
    headings = ("key", "signs", "by", "signs from", "is taken until", "wrapped")
    show_table(console, headings, [_row(key) for key in keys])


def _row(key: "KeptKey") -> tuple[str, ...]:
    ends = f"{key.ends_at:%Y-%m-%d %H:%M}" if key.ends_at else ""
    wrapped = "yes" if key.wrapped_by else "no"
    return key.kid, key.purpose, key.algorithm, f"{key.signs_from:%Y-%m-%d %H:%M}", ends, wrapped
