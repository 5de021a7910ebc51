"""Tables on screens of every width: nothing is cut, and no name is broken, so that it can be copied from the screen."""

from io import StringIO

import pytest
from rich.console import Console
from tests.cli.conftest import PLUGINS
from tests.cli.said import Twinbase

from twinbase.testing.databases import Databases
from twinbase_server.cli.screen import show_table

WIDTHS = [40, 60, 80, 120, 200]
HEADINGS = ("source", "last run", "figures", "next")
ROWS = [
    ("prices_of_the_wholesaler_in_the_north", "2026-11-29 08:00", "rows 12, last 4711", "2026-11-29 09:00"),
    ("stock", "", "", "now"),
    ("[bold]odd[/] éà 日本語", "2026-11-29 08:00", "a sentence of what went wrong, and what to do", "now"),
]


def lines_on(width: int) -> list[str]:
    screen = StringIO()
    show_table(Console(file=screen, width=width, soft_wrap=True), HEADINGS, ROWS)
    return screen.getvalue().splitlines()


@pytest.mark.parametrize("width", WIDTHS)
def test_every_cell_stands_on_one_line_and_whole(width: int) -> None:
    shown = lines_on(width)
    assert [cell for row in ROWS for cell in row if not any(cell in line for line in shown)] == []
    assert not any("…" in line for line in shown)


def test_a_row_is_a_line_where_there_is_room_and_else_a_paragraph() -> None:
    assert len(lines_on(200)) == 1 + len(ROWS)
    assert lines_on(40)[:2] == [ROWS[0][0], "  last run 2026-11-29 08:00"]


def test_what_the_commands_show_is_not_cut(twinbase: Twinbase, databases: Databases) -> None:
    at = ("--plugins", f"{PLUGINS},ninjaone", "--database-url", databases.create())
    assert twinbase("db", "init", "--create-tables", *at).status == 0
    for width in (60, 80, 120):
        said = twinbase("project", *at, COLUMNS=str(width))
        assert said.status == 0 and "ninjaone.ticket_log_entries → ticket_comments" in said.out and "…" not in said.out
        assert all(len(line) <= width for line in said.out.splitlines())
    databases.drop(at[-1])
