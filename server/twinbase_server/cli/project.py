"""`twinbase project`: bring what projections feed up to date with its sources."""

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from twinbase.plugins import Plugins
from twinbase_server.cli.options import DatabaseUrl, PluginNames, load_named_plugins, open_database
from twinbase_server.cli.screen import AsJson, answer, make_error_console, show_table

if TYPE_CHECKING:
    from twinbase_server.projection.run import Projected

COUNTS = ("written", "deleted", "retired", "left_out")


def command(database_url: DatabaseUrl = None, plugins: PluginNames = "accounts", as_json: AsJson = False) -> None:
    """Feed the plugins' tables from their sources: what changed since the last run, in one transaction.

    What a source lacks costs a feature, or the projections that cannot do without it, never the others: the answer
    says which. Stopped in the middle, nothing of it has happened; the next run does it all.
    """
    loaded = load_named_plugins(plugins)
    with open_database(database_url) as url:
        reports = asyncio.run(_project(url, loaded))
    answer([asdict(report) for report in reports], as_json=as_json, show=lambda console: _show(console, reports))


async def _project(url: str, loaded: Plugins) -> "list[Projected]":
    from twinbase_server.database.connection import open_engine
    from twinbase_server.projection.run import project

    with make_error_console().status("Reading the sources") as status:
        async with open_engine(url) as database_engine:
            return await project(
                database_engine,
                loaded.collect_projections(),
                registry=loaded.registry,
                progress=lambda report: status.update(f"{report.name} → {report.target}"),
            )


def _show(console: Console, reports: "list[Projected]") -> None:
    if not reports:
        console.print("No active plugin brings a projection.")
        return
    counts = [name.replace("_", " ") for name in COUNTS]
    show_table(console, ("projection", "", *counts), map(_cells, reports), numbers=counts)
    for report in reports:
        for sentence in filter(None, (report.off, *report.lost)):
            console.print(f"[yellow]![/] {report.name} → {report.target}: {escape(sentence)}")


def _cells(report: "Projected") -> tuple[str, ...]:
    counts = (getattr(report, name) for name in COUNTS)
    return (f"{report.name} → {report.target}", _reach(report), *(str(count) if count else "·" for count in counts))


def _reach(report: "Projected") -> str:
    return "off" if report.off else "all rows" if report.whole else "what changed"
