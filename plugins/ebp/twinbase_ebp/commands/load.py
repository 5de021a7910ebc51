"""`twinbase ebp load`: bring what is new in EBP, at once."""

from typing import Annotated

import typer
from rich.console import Console

from twinbase.clock import utc_now
from twinbase.plugins import Plugins
from twinbase_ebp.commands.options import SourceUrl, choose_source_url
from twinbase_ebp.loading.load import load as bring
from twinbase_ebp.loading.report import LoadReport
from twinbase_ebp.loading.table_load import Options
from twinbase_ebp.loading.threads import LoadDatabases
from twinbase_ebp.settings import EbpSettings
from twinbase_server.extension import (
    FAILED,
    AsJson,
    DatabaseUrl,
    PluginNames,
    answer,
    run_command,
    show_progress,
    show_table,
)


def load(
    tables: Annotated[
        list[str] | None, typer.Option("--table", metavar="TABLE", help="This one alone; may be given again.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Read and compare all rows, not only what has changed.")] = False,
    confirm_deletes: Annotated[
        list[str] | None,
        typer.Option(metavar="TABLE", help="Let this table lose as many rows as EBP has lost; may be given again."),
    ] = None,
    source_url: SourceUrl = None,
    database_url: DatabaseUrl = None,
    plugins: PluginNames = "",
    as_json: AsJson = False,
) -> int:
    """Bring what has changed in EBP since the last load to schema public: rows, deletions, new tables and columns.

    Stopped in the middle, the next load goes on. Exit status 1 when something waits for a person.
    """
    options = Options(tables=tables or (), full=full, confirmed=confirm_deletes or ())

    async def work(url: str, loaded: Plugins) -> LoadReport:
        databases = LoadDatabases.from_urls(choose_source_url(source_url), url)
        with show_progress() as tell:
            return await bring(databases, EbpSettings(), utc_now(), options=options, tell=tell)

    report = run_command(database_url, plugins, work)
    answer(report.as_dict(), as_json=as_json, show=lambda console: show(console, report))
    return 0 if report.sound else FAILED


def show(console: Console, report: LoadReport) -> None:
    """What was done, and what waits for a person."""
    for sentence in report.events:
        console.print(f"[yellow]![/] {sentence}", markup=True)
    loaded = report.tables_of("loaded")
    if loaded:
        figures = ("read", "inserted", "updated", "deleted", "seconds")
        cells = ((one.table, *(f"{getattr(one, name):,}" for name in figures)) for one in loaded)
        show_table(console, ("table", *figures), cells, numbers=figures)
    for table in report.tables:
        if table.outcome == "failed" or table.refused:
            console.print(f"[red]✗[/] {table.table}: {table.why}")
        for problem in table.problems:
            console.print(f"[red]✗[/] {problem}")
    unchanged, skipped = len(report.tables_of("unchanged")), len(report.tables_of("skipped"))
    rows = f"{report.sum('read'):,} rows read, {report.sum('changed'):,} changed"
    console.print(
        f"{len(loaded)} tables changed, {unchanged} did not, {skipped} are not copied: {rows} in {report.seconds:.1f} s"
    )
