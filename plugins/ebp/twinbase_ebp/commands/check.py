"""`twinbase ebp check`: what the copy of EBP lacks of what is used, and what that costs."""

from dataclasses import asdict, dataclass, field

from rich.console import Console
from rich.markup import escape

from twinbase.plugins import Plugins
from twinbase_ebp.tables import TABLES
from twinbase_server.extension import (
    FAILED,
    AsJson,
    DatabaseUrl,
    PluginNames,
    answer,
    find_lacks,
    fit_only,
    open_engine,
    run_command,
    source_catalog,
)


@dataclass(frozen=True)
class Checked:
    """What is lacking. `off`: projections that cannot run; `lost`: what the others do without; `unused`: what tables
    lack that no projection reads."""

    tables: int
    off: dict[str, str] = field(default_factory=dict)
    lost: dict[str, list[str]] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)


def check(database_url: DatabaseUrl = None, plugins: PluginNames = "", as_json: AsJson = False) -> int:
    """Compare the copy of EBP with the tables that are known by name: what is missing, and what that costs.

    Exit status 1 when a table of `mobile` cannot be fed; what costs no more than a feature is no failure.
    """

    async def work(url: str, loaded: Plugins) -> Checked:
        async with open_engine(url) as made, made.connect() as connection:
            fitted = await fit_only(connection, loaded.collect_projections())
            catalog = await source_catalog(connection, TABLES)
        off = {one.projection.name: one.off for one in fitted if one.off}
        lost = {
            one.projection.name: [lack.sentence for lack in one.lacks] for one in fitted if one.lacks and not one.off
        }
        said = {lack.what for one in fitted for lack in one.lacks}
        unused = [lack.sentence for table in TABLES for lack in find_lacks(table, catalog) if lack.what not in said]
        return Checked(len(TABLES), off, lost, unused)

    found = run_command(database_url, plugins, work)
    answer(asdict(found), as_json=as_json, show=lambda console: _show(console, found))
    return FAILED if found.off else 0


def _show(console: Console, found: Checked) -> None:
    for name, sentence in found.off.items():
        console.print(f"[red]✗[/] {name}: {escape(sentence)}")
    for name, sentences in found.lost.items():
        for sentence in sentences:
            console.print(f"[yellow]![/] {name}: {escape(sentence)}")
    for sentence in found.unused:
        console.print(f"[dim]·[/] {escape(sentence)}")
    if not (found.off or found.lost or found.unused):
        console.print(f"[green]✓[/] {found.tables} tables have all that is used of them.")
