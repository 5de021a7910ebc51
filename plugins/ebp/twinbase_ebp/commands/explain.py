"""`twinbase ebp explain`: which rows of EBP stand behind a row that devices get, and why one is absent."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from twinbase.errors import TwinbaseError
from twinbase.plugins import Plugins
from twinbase_server.extension import (
    FAILED,
    AsJson,
    DatabaseUrl,
    Lineage,
    PluginNames,
    answer,
    fit_only,
    open_engine,
    run_command,
    trace_lineage,
)


class NotProjected(TwinbaseError):
    """No rows of EBP are made into this table."""


def explain(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="A table of `mobile`: interventions, say.")],
    row: Annotated[str, typer.Argument(metavar="ID", help="The id of a row, or its key in EBP.")],
    database_url: DatabaseUrl = None,
    plugins: PluginNames = "",
    as_json: AsJson = False,
) -> int:
    """Show the rows of EBP behind a row, why it is absent, and which of its columns are a device's.

    Exit status 0 when the row is there, 1 when not. What customers wrote is shown.
    """

    async def work(url: str, loaded: Plugins) -> list[Lineage]:
        projections = loaded.collect_projections()
        targets = sorted({projection.table.name for projection in projections})
        if table not in targets:
            raise NotProjected(f"{table!r}; the tables are {', '.join(targets)}.")
        async with open_engine(url) as made, made.connect() as connection:
            return await trace_lineage(connection, await fit_only(connection, projections), table, row)

    found = run_command(database_url, plugins, work)
    answer([asdict(one) for one in found], as_json=as_json, show=lambda console: _show(console, found))
    return 0 if any(one.there for one in found) else FAILED


def _show(console: Console, found: list[Lineage]) -> None:
    for one in found:
        mark = "[green]✓[/]" if one.there else "[red]✗[/]"
        console.print(f"{mark} [bold]{one.projection} → {one.target}[/] {one.id or ''}: {escape(one.verdict)}")
        for source in one.sources:
            key = ", ".join(str(value) for value in source.key.values())
            console.print(f"  [bold]{source.table}[/] {escape(key)}")
            for name, value in source.columns.items():
                if value is not None:
                    console.print(f"    {name} = {escape(repr(value) if isinstance(value, str) else str(value))}")
        for column in one.shared:
            if column.owner == "device":
                said = f"EBP says {column.source!r}" if column.source is not None else "EBP says nothing"
                console.print(f"  {column.name} is a device's: {escape(f'{column.row!r} ({said})')}")
        if one.devices:
            console.print(f"  [dim]Only devices and the server write {', '.join(one.devices)}.[/]")
        for sentence in one.lost:
            console.print(f"  [yellow]![/] {escape(sentence)}")
