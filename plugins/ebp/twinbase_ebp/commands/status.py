"""`twinbase ebp status`: how far the copy of EBP is, and what waits for a person."""

from typing import Any

from rich.console import Console

from twinbase.plugins import Plugins
from twinbase_ebp.loading.status import LoadStatus, read_load_status
from twinbase_server.extension import FAILED, AsJson, DatabaseUrl, PluginNames, answer, run_command


def show_status(database_url: DatabaseUrl = None, plugins: PluginNames = "", as_json: AsJson = False) -> int:
    """Say how the last loads went, which tables are not whole yet, and what waits for a person.

    Exit status 1 when something does. EBP itself is not asked.
    """

    async def work(url: str, loaded: Plugins) -> LoadStatus:
        return await read_load_status(url)

    found = run_command(database_url, plugins, work)
    answer(found.as_dict(), as_json=as_json, show=lambda console: _show(console, found))
    return 0 if found.sound else FAILED


def _show(console: Console, found: LoadStatus) -> None:
    for run in found.runs:
        console.print(f"{run['started_at']:%Y-%m-%d %H:%M}  {run['outcome']:9} {_said(run['figures'])}")
    console.print(f"{found.tables} tables are copied, {len(found.underway)} of them not whole yet")
    for event in found.events:
        console.print(f"[yellow]![/] {event['at']:%Y-%m-%d %H:%M}  {event['sentence']}")
    for table, refused in found.refused.items():
        console.print(f"[red]✗[/] {table}: {refused} deletions wait: `twinbase ebp load --confirm-deletes {table}`")
    for problem in found.problems:
        console.print(f"[red]✗[/] {problem['table']} {problem['key']}: {problem['sentence']}")


def _said(figures: dict[str, Any]) -> str:
    if not figures:
        return ""
    changed = figures["inserted"] + figures["updated"] + figures["deleted"]
    return f"{figures['read']:,} rows read, {changed:,} changed in {figures['seconds']} s"
