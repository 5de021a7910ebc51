"""`twinbase demo`: the command line."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from twinbase_demo.telling import WIDTH, Teller
from twinbase_server.cli.options import DatabaseUrl, open_database
from twinbase_server.cli.run import INTERRUPTED
from twinbase_server.embedded import EMBEDDED


def demo(
    scale: Annotated[float, typer.Option(min=0.005, max=1.0, help="Size of the ERP; 1 is 670,000 rows.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Another number, another company.")] = 1,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the database and the phones' files; say where.")] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the figures to FILE as JSON.")
    ] = None,
    database_url: DatabaseUrl = None,
) -> int:
    """Watch it work: a whole ERP, five technicians, a day without a network, three accidents, and the proof.

    It makes a database of its own on the PostgreSQL that is used, and removes it at the end. The exit status is 0 only
    if every value on every phone is what its owner should see.
    """
    # Not at the top: the help of all commands does without a company, its ERP and its phones.
    from twinbase_demo.run import run

    teller = Teller(_console())
    teller.show_title(
        "Twinbase: one PostgreSQL, five phones that stay its twins",
        "All of it is real: the database, the server's process, a process and an encrypted file per phone.",
    )
    with ExitStack() as stack:
        url = _start_postgresql(stack, teller, database_url)
        story = run(url, teller, scale=scale, seed=seed, keep=keep, json_file=json_file)
        return asyncio.run(_until_stopped(story))


def _console() -> Console:
    """As wide as the terminal, up to what the tables need; a log gets all of that."""
    terminal = Console(highlight=False)
    return Console(highlight=False, width=min(WIDTH, terminal.width) if terminal.is_terminal else WIDTH)


def _start_postgresql(stack: ExitStack, teller: Teller, database_url: str | None) -> str:
    """The server to use, until the stack is closed."""
    from twinbase_demo.company import read_version

    with teller.show_phase("postgresql", "Starting PostgreSQL") as phase:
        url = stack.enter_context(open_database(database_url, otherwise=EMBEDDED, set_up=False))
        phase.said = f"PostgreSQL {asyncio.run(read_version(url))} runs"
    return url


async def _until_stopped(story: Coroutine[Any, Any, int]) -> int:
    """Being told to stop (SIGTERM) is as clean as Ctrl-C: processes, files and database go first."""
    telling = asyncio.ensure_future(story)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, telling.cancel)
    try:
        return await telling
    except asyncio.CancelledError:
        if telling.cancelled():
            return INTERRUPTED
        raise
