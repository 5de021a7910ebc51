"""What a plugin may use of the server, used as a plugin of a stranger would."""

import json
from typing import Any

import pytest

from twinbase import Plugins
from twinbase_server.extension import (
    AsJson,
    DatabaseUrl,
    PluginNames,
    answer,
    make_error_console,
    open_engine,
    project,
    run_command,
    show_progress,
)


async def _count(url: str, plugins: Plugins) -> dict[str, Any]:
    async with open_engine(url) as made:
        async with made.connect() as connection:
            number = (await connection.exec_driver_sql("SELECT 41 + 1")).scalar_one()
        reports = await project(made, plugins.collect_projections())
    with show_progress() as tell:
        tell("rows", 1, None)
        tell("rows", 2, 2)
    return {"number": number, "plugins": list(plugins.names), "projected": len(reports)}


def command(database_url: DatabaseUrl = None, plugins: PluginNames = "accounts", as_json: AsJson = False) -> None:
    said = run_command(database_url, plugins, _count)
    answer(said, as_json=as_json, show=lambda console: console.print("done"))


def test_a_command_has_its_database_its_plugins_and_one_document_on_stdout(
    depot_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command(depot_url, "accounts", as_json=True)
    printed = capsys.readouterr()
    assert json.loads(printed.out) == {"number": 42, "plugins": ["builtin", "accounts"], "projected": 0}
    assert "rows" in printed.err and "2/2" in printed.err
    make_error_console().print("said")
    assert capsys.readouterr() == ("", "said\n")
