"""What a place lists may be there twice, and the terminal goes on."""

from pathlib import Path

import pytest
from tests.tui.terminal import WIDE, open_terminal
from textual.app import App, ComposeResult

from twinbase.replica import Replica
from twinbase.replica.connection import Connection
from twinbase_textual.day.pane_lines import PaneHeading, PaneLine, PaneList


class ListApp(App[None]):
    """A list of lines, and nothing else."""

    def compose(self) -> ComposeResult:
        yield PaneList()


@pytest.mark.parametrize("ids", ["aa", "aba", "abab", "aab", ""])
async def test_of_what_stands_there_twice_the_first_is_chosen(ids: str) -> None:
    async with ListApp().run_test() as pilot:
        shown = pilot.app.query_one(PaneList)
        shown.show([PaneHeading("Twice"), *(PaneLine(id_, f"line {id_}") for id_ in ids)])
        assert shown.option_count == 1 + len(ids)
        for id_ in set(ids):
            shown.choose(id_)
            assert (shown.chosen, shown.highlighted) == (id_, 1 + ids.index(id_))


async def _repeat(replica: Replica) -> None:
    """As between the answer to a push and the pull that brings what was decided."""

    def write(connection: Connection) -> None:
        connection.execute("UPDATE _twinbase_outbox SET state = 'sent' WHERE id IN (SELECT id FROM _twinbase_decision)")

    await replica.database.write(write)


async def test_what_was_decided_and_is_still_to_send_are_two_lines(anna: Path) -> None:
    async with open_terminal(anna, WIDE) as terminal:
        await terminal.day.runner.ask(_repeat)
        await terminal.press("5")
        await terminal.see("Waits for you", "Decided for you", "To send")
        assert terminal.desk.view is not None
        lines = terminal.desk.view.list
        (decided,) = [one.id for one in lines.items if isinstance(one, PaneLine) and one.mark == "≠"]
        lines.choose(decided)
        await terminal.see("Report: both were kept.")
        lines.choose(decided.removeprefix("decided:"))
        await terminal.see("Kept on this device; it is sent by itself")
