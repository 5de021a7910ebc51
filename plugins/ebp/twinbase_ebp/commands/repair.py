"""`twinbase ebp repair`: make one table as EBP has it."""

from typing import Annotated

import typer
from rich.console import Console

from twinbase.clock import utc_now
from twinbase.plugins import Plugins
from twinbase_ebp.commands import load as loading
from twinbase_ebp.commands import verify as verifying
from twinbase_ebp.commands.options import SourceUrl, choose_source_url
from twinbase_ebp.loading.threads import LoadDatabases
from twinbase_ebp.loading.verify import Repaired
from twinbase_ebp.loading.verify import repair as make_same
from twinbase_ebp.settings import EbpSettings
from twinbase_server.extension import FAILED, AsJson, DatabaseUrl, PluginNames, answer, run_command, show_progress


def repair(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="The table, as EBP writes it.")],
    confirm_deletes: Annotated[
        bool, typer.Option("--confirm-deletes", help="Let it lose as many rows as EBP has lost.")
    ] = False,
    source_url: SourceUrl = None,
    database_url: DatabaseUrl = None,
    plugins: PluginNames = "",
    as_json: AsJson = False,
) -> int:
    """Read all rows of one table again, write what differs, delete what is gone, and compare the outcome.

    Exit status 1 when it still differs.
    """

    async def work(url: str, loaded: Plugins) -> Repaired:
        databases = LoadDatabases.from_urls(choose_source_url(source_url), url)
        with show_progress() as tell:
            return await make_same(databases, EbpSettings(), utc_now(), table, confirmed=confirm_deletes, tell=tell)

    repaired = run_command(database_url, plugins, work)
    said = {"same": repaired.same, "tables": [one.as_dict() for one in repaired.verdicts]}
    answer(said | {"load": repaired.load.as_dict()}, as_json=as_json, show=lambda console: _show(console, repaired))
    return 0 if repaired.same else FAILED


def _show(console: Console, repaired: Repaired) -> None:
    loading.show(console, repaired.load)
    verifying.show(console, repaired.verdicts)
