"""The first tab: the twins, their rows a page at a time, and one row with where it comes from."""

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import DataTable, Input, Static

from twinbase_textual.inspect.edits import list_edits_of_row
from twinbase_textual.inspect.opened_file import InspectedFile
from twinbase_textual.inspect.tabs import InspectorTab, fill_table
from twinbase_textual.inspect.twins import PAGE_ROWS, RowFacts, RowsPage, list_columns, list_twins, read_row, read_rows
from twinbase_textual.inspect.values import word_value
from twinbase_textual.inspect.words import describe_row, make_facts, word_moment, word_state


class RowScreen(ModalScreen[None]):
    """One row over the whole window, where there is no room beside the list."""

    BINDINGS: ClassVar[list[Any]] = [("escape", "dismiss", "Back")]

    def __init__(self, facts: Any) -> None:
        super().__init__()
        self._facts = facts

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(self._facts)


class RowsTab(InspectorTab):
    """Twins | rows | one row."""

    BINDINGS: ClassVar[list[Any]] = [
        ("t", "focus_twins", "Tables"),
        ("slash", "search", "Search"),
        ("n", "turn(1)", "Next rows"),
        ("p", "turn(-1)", "Rows before"),
    ]

    def __init__(self, inspected: InspectedFile) -> None:
        super().__init__(inspected)
        self._page: RowsPage | None = None

    def compose(self) -> ComposeResult:
        yield Static(classes="said")
        with Horizontal():
            yield DataTable[str](cursor_type="row", id="twins")
            with VerticalScroll(id="rows-pane"):
                yield Input(placeholder="Search in all columns", id="search", compact=True)
                yield DataTable[str](cursor_type="row", zebra_stripes=True, id="rows")
            with VerticalScroll(classes="beside"):
                yield Static(classes="facts")

    @property
    def table(self) -> DataTable[Any]:
        return self.query_one("#rows", DataTable)

    @property
    def entry(self) -> Widget:
        return self.query_one("#twins", DataTable)

    async def read(self) -> None:
        twins = await self.inspected.ask(list_twins)
        rows = [
            (one.name if one.is_active else f"{one.name} (not declared)", f"{one.rows:,}", str(one.unsent or ""))
            for one in twins
        ]
        fill_table(self.query_one("#twins", DataTable), ("table", "rows", "unsent"), rows, [one.name for one in twins])
        self.show_line(f"{len(twins)} tables, {sum(twin.rows for twin in twins):,} rows")

    async def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """A twin shows its rows, a row what is known of it."""
        key = event.row_key.value
        if event.data_table.id == "twins" and key is not None:
            await self._show_rows(key, 0)
        elif self._page is not None and key is not None:
            self.show_facts(make_facts(await self._describe(self._page.rows[int(key)])))

    async def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Where one row has no room beside the list, Enter opens it."""
        if event.data_table.id == "twins":
            self.table.focus()
        elif self._page is not None and self.app.screen.has_class("-narrow"):
            row = self._page.rows[int(event.row_key.value or 0)]
            self.app.push_screen(RowScreen(make_facts(await self._describe(row))))

    async def on_input_submitted(self) -> None:
        if self._page is not None:
            await self._show_rows(self._page.twin, 0)
            self.table.focus()

    async def action_turn(self, pages: int) -> None:
        """The next hundred rows, or those before."""
        page = self._page
        if page is not None and 0 <= page.offset + pages * PAGE_ROWS < max(1, page.total):
            await self._show_rows(page.twin, page.offset + pages * PAGE_ROWS)

    def action_focus_twins(self) -> None:
        """Into the list of tables."""
        self.entry.focus()

    def action_search(self) -> None:
        """Into the line of the search."""
        self.query_one("#search", Input).focus()

    async def _show_rows(self, twin: str, offset: int) -> None:
        having = self.query_one("#search", Input).value
        page = self._page = await self.inspected.ask(read_rows, twin, offset, having=having)
        columns = list_columns(page.shape)
        forms = [page.shape.forms.get(column, "") for column in columns]
        rows = [[word_value(value, form) for value, form in zip(row, forms, strict=True)] for row in page.rows]
        self.fill(columns, rows, [str(number) for number in range(len(rows))])
        last = page.offset + len(page.rows)
        self.show_line(f"{twin}: rows {page.offset + 1 if page.rows else 0:,} to {last:,} of {page.total:,}")
        if not page.rows:
            self.show_facts("")

    async def _describe(self, row: tuple[Any, ...]) -> list[tuple[str, str]]:
        assert self._page is not None
        key = row[: len(self._page.shape.key)]
        facts: RowFacts = await self.inspected.ask(read_row, self._page.twin, key)
        edits = await self.inspected.ask(list_edits_of_row, self._page.twin, key)
        said = [(f"edit {one.seq}", f"{word_state(one.state)} {one.op} {word_moment(one.at)}") for one in edits]
        return [*describe_row(facts), *said]
