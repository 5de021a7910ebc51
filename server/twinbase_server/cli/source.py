"""`twinbase source`: other systems that rows are brought from: which there are, how they are doing, run one now."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from twinbase.clock import utc_now
from twinbase_server.cli.bars import show_progress
from twinbase_server.cli.groups import make_command_group
from twinbase_server.cli.options import DatabaseUrl, PluginNames, load_named_plugins, open_database
from twinbase_server.cli.run import FAILED
from twinbase_server.cli.screen import AsJson, answer, show_table

if TYPE_CHECKING:
    from twinbase_server.jobs.schedule import TaskStatus

command = make_command_group("Other systems that rows are brought from.")


@command.command("list")
def list_sources(plugins: PluginNames = "accounts", as_json: AsJson = False) -> None:
    """List the sources that the plugins bring, and how often each is run."""
    sources = load_named_plugins(plugins).collect_sources()
    said = [
        {"name": name, "every_seconds": one.every.total_seconds(), "project": one.project}
        for name, one in sources.items()
    ]

    def show(console: Console) -> None:
        for name, one in sources.items():
            then = ", then projections" if one.project else ""
            console.print(f"[bold]{escape(name)}[/] every {_span(one.every)}{then}")
        if not sources:
            console.print("No active plugin brings a source.")

    answer(said, as_json=as_json, show=show)


@command.command("status")
def show_status(
    name: Annotated[str | None, typer.Argument(help="One source; without it, all.")] = None,
    database_url: DatabaseUrl = None,
    plugins: PluginNames = "accounts",
    as_json: AsJson = False,
) -> int:
    """Say of each source what its last run did or why it failed, and when the next is due.

    Exit status 1 when the last run of one has failed, or its worker is gone.
    """
    from twinbase_server.cli.task_words import task_data
    from twinbase_server.jobs.sources import source_task, source_tasks

    loaded = load_named_plugins(plugins)
    wanted = [source_task(loaded, name).name] if name else list(source_tasks(loaded))
    with open_database(database_url) as url:
        found = asyncio.run(_read(url, wanted))
    answer([task_data(one) for one in found], as_json=as_json, show=lambda console: _show(console, found))
    return FAILED if any(one.state in ("failed", "dead") for one in found) else 0


@command.command("run")
def run_source(
    name: Annotated[str, typer.Argument(help="Which one.")],
    database_url: DatabaseUrl = None,
    plugins: PluginNames = "accounts",
    as_json: AsJson = False,
) -> int:
    """Run a source now, whether it is due or not, and the projections after it; exit status 1 when it fails.

    A worker that would run it meanwhile leaves it alone. Stopped in the middle, the next run goes on.
    """
    from twinbase_server.cli.task_words import task_data
    from twinbase_server.jobs.run import run_task
    from twinbase_server.jobs.sources import source_task

    task = source_task(load_named_plugins(plugins), name)
    with open_database(database_url) as url, show_progress() as tell:
        status = asyncio.run(run_task(task, url, utc_now, tell=tell))
    answer(task_data(status), as_json=as_json, show=lambda console: _show(console, [status]))
    return FAILED if status.state == "failed" else 0


async def _read(url: str, wanted: list[str]) -> "list[TaskStatus]":
    from twinbase_server.database.connection import connect
    from twinbase_server.jobs.schedule import read_task_statuses

    connection = await connect(url)
    try:
        return await read_task_statuses(connection, "source", wanted)
    finally:
        await connection.close()


def _show(console: Console, found: "list[TaskStatus]") -> None:
    if not found:
        console.print("No active plugin brings a source.")
        return
    headings = ("source", "last run", "", "figures of the last that was done", "next")
    show_table(console, headings, map(_cells, found))


def _cells(one: "TaskStatus") -> tuple[str, ...]:
    from twinbase_server.cli.task_words import describe_task, format_figures, format_time

    next_at = format_time(one.next_at) or "now"
    return (one.name, format_time(one.started_at), describe_task(one), format_figures(one), next_at)


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{span.total_seconds():g} s"
