"""A sheet with a list that is found as somebody types: Enter takes the first, or the one that the cursor is on."""

from collections.abc import Callable
from typing import ClassVar, Protocol

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, OptionList

from twinbase_presentation import Workday
from twinbase_textual.day.form_sheet import Sheet
from twinbase_textual.day.pane_lines import PaneList


class Searched(Protocol):
    """What is looked through."""

    async def open(self) -> None: ...

    def close(self) -> None: ...

    async def search(self, text: str) -> None: ...

    def observe(self, callback: Callable[[], None]) -> Callable[[], None]: ...


class SearchSheet(Sheet):
    """A class of it says how what was found is drawn (`redraw`), and what is done with a line (`take`)."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("down", "go_down", show=False)]

    def __init__(self, workday: Workday, title: str, hint: str, searched: Searched) -> None:
        super().__init__(workday, title)
        self._searched, self.found = searched, PaneList(classes="scrolls")
        self._typing = Input(placeholder=hint, compact=True, classes="search")

    def compose_body(self) -> ComposeResult:
        yield self._typing
        yield self.found

    async def on_mount(self) -> None:  # type: ignore[override]
        self._searched.observe(self._note_changed)
        await self._searched.open()
        self.redraw()

    def on_unmount(self) -> None:
        self._searched.close()

    def redraw(self) -> None:
        """Show what was found."""

    async def take(self, id_: str) -> None:
        """Somebody has chosen a line; "" where there is none."""

    def _note_changed(self) -> None:
        self.call_later(self.redraw)

    async def on_input_changed(self, event: Input.Changed) -> None:
        await self._searched.search(event.value)

    async def on_input_submitted(self) -> None:
        """The first one that was found."""
        await self.take(self.found.chosen)

    async def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        await self.take(event.option_id or "")

    def action_go_down(self) -> None:
        """From the search into what was found."""
        self.found.focus()
