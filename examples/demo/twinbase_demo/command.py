"""`twinbase demo`: the command line, and the tables at the end."""

import asyncio
import json
import shutil
import signal
import tempfile
import time
from collections.abc import Coroutine
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from twinbase_demo.company import open_company, read_version, working_day
from twinbase_demo.ending import make_figures, show
from twinbase_demo.story import BeforeProof, Story
from twinbase_demo.telling import WIDTH, Teller
from twinbase_server.cli.options import DatabaseUrl, open_database
from twinbase_server.cli.run import INTERRUPTED
from twinbase_server.database.address import read_address
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


async def run(
    url: str,
    teller: Teller,
    *,
    scale: float,
    seed: int,
    keep: bool = False,
    json_file: Path | None = None,
    before_proof: BeforeProof | None = None,
) -> int:
    """Tell the story; the exit status. `before_proof` may look at the phones' files, or spoil them."""
    started = time.perf_counter()
    folder = Path(tempfile.mkdtemp(prefix="twinbase-demo-"))
    try:
        async with open_company(url, keep=keep) as here:
            day = working_day(date.today())
            story = Story(here, folder, teller, day, seed=seed, scale=scale, before_proof=before_proof)
            ending = await story.tell()
            if keep:
                _keep_keys(story)
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
    seconds = time.perf_counter() - started
    show(teller.console, ending, seconds)
    if json_file:
        _write(json_file, make_figures(teller, ending, seconds, scale=scale, seed=seed))
    if keep:
        teller.console.print(f"Kept: {folder} and database {read_address(here.url).database}")
    return 0 if ending.holds else 1


def _keep_keys(story: Story) -> None:
    """Put each key beside its file, readable by the owner only: without it nobody opens the file again."""
    for phone in story.phones:
        key = phone.path.with_suffix(".key")
        key.touch(mode=0o600)
        key.write_text(phone.key.hex())


def _write(path: Path, what: Any) -> None:
    path.write_text(json.dumps(what, indent=2, ensure_ascii=False, default=str) + "\n")
