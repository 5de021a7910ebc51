"""`twinbase ebp verify`: compare every copied value with EBP's."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console

from twinbase.clock import utc_now
from twinbase.plugins import Plugins
from twinbase_ebp.commands.options import SourceUrl, choose_source_url
from twinbase_ebp.loading.threads import LoadDatabases
from twinbase_ebp.loading.verify import verify as compare
from twinbase_ebp.loading.verify_table import TableVerdict
from twinbase_ebp.settings import EbpSettings
from twinbase_server.extension import FAILED, AsJson, DatabaseUrl, PluginNames, answer, run_command, show_progress


def verify(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[TABLE]...", help="These alone; all without any.")
    ] = None,
    source_url: SourceUrl = None,
    database_url: DatabaseUrl = None,
    plugins: PluginNames = "",
    as_json: AsJson = False,
) -> int:
    """Compare every value of every copied row with EBP's, and name the rows that differ. Nothing is written.

    Rows that EBP has changed since the last load are counted apart. Exit status 1 when a table differs.
    """

    async def work(url: str, loaded: Plugins) -> list[TableVerdict]:
        databases = LoadDatabases.from_urls(choose_source_url(source_url), url)
        with show_progress() as tell:
            return await compare(databases, EbpSettings(), utc_now(), tables=names or (), tell=tell)

    verdicts = run_command(database_url, plugins, work)
    said = {"same": all(one.same for one in verdicts), "tables": [one.as_dict() for one in verdicts]}
    answer(said, as_json=as_json, show=lambda console: show(console, verdicts))
    return 0 if said["same"] else FAILED


def show(console: Console, verdicts: Sequence[TableVerdict]) -> None:
    """The tables that differ, with examples, and a sentence for all others."""
    for one in verdicts:
        if not one.same:
            counts = f"{one.differing} rows differ, {one.missing} are missing, {one.surplus} are too many"
            console.print(f"[red]✗[/] {one.table}: {one.why or counts}")
            for example in one.examples:
                console.print(f"    {example}")
    same = [one for one in verdicts if one.same]
    rows, waiting = sum(one.rows for one in same), sum(one.waiting for one in verdicts)
    console.print(f"[green]✓[/] {len(same)} tables are as EBP has them: {rows:,} rows, every value")
    if waiting:
        console.print(f"{waiting:,} rows were changed in EBP since the last load")
