"""The inspector as it is used: by keys, in a small terminal and in a wide one."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest
from tests.inspect.conftest import CANARY, PRODUCTS
from textual.pilot import Pilot
from textual.widgets import DataTable, Input, Static, TabbedContent

from twinbase.testing import Device
from twinbase_textual.inspect.app import InspectorApp
from twinbase_textual.inspect.opened_file import InspectedFile
from twinbase_textual.inspect.rows_tab import RowScreen

NARROW, WIDE = (80, 24), (150, 40)


@asynccontextmanager
async def window(inspected: InspectedFile, size: tuple[int, int]) -> AsyncIterator[Pilot[None]]:
    async with InspectorApp(inspected).run_test(size=size) as pilot:
        await until(pilot, lambda: bool(pilot.app.query("RowsTab .said")))
        await until(pilot, lambda: "proven" in pilot.app.sub_title and said(pilot).startswith("job: rows"))
        yield pilot


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """A file is read in a thread: the window goes on meanwhile, and shows what was read when it is there."""
    with closing_words(pilot):
        async with asyncio.timeout(60):
            while not holds():
                await pilot.pause(0.01)


@contextmanager
def closing_words(pilot: Pilot[None]) -> Iterator[None]:
    """A window that never came to it says what it shows."""
    try:
        yield
    except TimeoutError:
        raise AssertionError(f"it shows: {said(pilot)}; the keys go to {pilot.app.focused}") from None


def said(pilot: Pilot[None]) -> str:
    """The line above the list of the tab that is shown."""
    active = pilot.app.query_one("TabbedContent").active_pane  # type: ignore[attr-defined]
    return str(active.query_one(".said", Static).render())


def shown(table: DataTable[str]) -> list[list[str]]:
    return [[str(cell) for cell in table.get_row_at(row)] for row in range(table.row_count)]


def drawn(facts: Static) -> str:
    return "\n".join(facts.render_line(line).text for line in range(facts.size.height))


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_the_tables_are_there_with_their_rows_and_the_head_says_whose_file_it_is(
    inspected: InspectedFile, size: tuple[int, int]
) -> None:
    async with window(inspected, size) as pilot:
        twins = shown(pilot.app.query_one("#twins", DataTable))
        assert twins == [["job", "2", "3"], ["part", "0", ""], ["product", str(PRODUCTS), ""]]
        assert "anna@example.org" in pilot.app.sub_title and "proven 20" in pilot.app.sub_title


async def test_the_rows_of_a_table_are_turned_and_searched_by_keys(inspected: InspectedFile) -> None:
    async with window(inspected, WIDE) as pilot:
        rows = pilot.app.query_one("#rows", DataTable)
        await pilot.press("t", "down", "down")
        await until(pilot, lambda: said(pilot) == "product: rows 1 to 100 of 250")
        assert rows.get_row_at(0)[2] == "1.50"
        for first in (101, 201):
            await pilot.press("n")
            await until(pilot, lambda first=first: said(pilot).startswith(f"product: rows {first} to"))  # type: ignore[misc]
        await pilot.press("n", "slash", *"tube 77", "enter")
        await until(pilot, lambda: [row[0] for row in shown(rows)] == ["77"])


async def test_beside_a_row_stands_where_it_comes_from(inspected: InspectedFile) -> None:
    async with window(inspected, WIDE) as pilot:
        beside = pilot.app.query_one("RowsTab .beside")
        assert beside.size.width > 40
        facts = beside.query_one(".facts", Static)
        await until(pilot, lambda: "not taken yet" in drawn(facts))
        assert f"unsent {CANARY}" in drawn(facts) and "↑ pending update" in drawn(facts)


async def test_in_a_small_terminal_enter_opens_one_row_and_escape_goes_back(inspected: InspectedFile) -> None:
    async with window(inspected, NARROW) as pilot:
        await pilot.press("t", "enter", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, RowScreen))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, RowScreen))


async def test_edits_show_what_became_of_them(inspected: InspectedFile) -> None:
    async with window(inspected, WIDE) as pilot:
        await pilot.press("2")
        table = pilot.app.query_one("EditsTab DataTable", DataTable)
        await until(pilot, lambda: table.row_count == 3)
        assert [row[1] for row in shown(table)] == ["↑ pending", "✗ refused", "≠ conflict"]
        assert "After this change the row would not be yours" in table.get_row_at(1)[4]


async def test_a_query_is_run_by_enter_and_a_wrong_one_says_why(inspected: InspectedFile) -> None:
    async with window(inspected, WIDE) as pilot:
        await pilot.press("6")
        line = pilot.app.query_one("#sql", Input)
        await until(pilot, lambda: line.has_focus)
        await pilot.press(*"SELECT title FROM job ORDER BY id")
        assert line.value == "SELECT title FROM job ORDER BY id"
        await pilot.press("enter")
        table = pilot.app.query_one("QueryTab DataTable", DataTable)
        await until(pilot, lambda: table.row_count == 2)
        assert table.get_row_at(0) == [f"unsent {CANARY}"]
        line.value = "DELETE FROM job"
        await pilot.press("enter")
        await until(pilot, lambda: "not authorized" in said(pilot))


async def test_a_tab_that_was_chosen_stays_although_the_one_before_was_still_being_read(
    inspected: InspectedFile,
) -> None:
    async with window(inspected, WIDE) as pilot:
        for _ in range(3):
            await pilot.press("1", "5", "4", "6")
            await until(pilot, lambda: pilot.app.query_one("#sql", Input).has_focus)
            await pilot.press("escape")
        assert pilot.app.query_one(TabbedContent).active == "tab-query"


async def test_what_the_app_wrote_meanwhile_comes_with_one_key(anna: Device, inspected: InspectedFile) -> None:
    async with window(inspected, WIDE) as pilot:
        await pilot.press("5")
        await until(pilot, lambda: "sound" in said(pilot))
        await anna.sql("UPDATE _twinbase_meta_product SET hash = hash + 1 WHERE id = 7")
        await pilot.press("r")
        await until(pilot, lambda: "wrong: product" in said(pilot))
