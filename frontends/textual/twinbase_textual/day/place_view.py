"""A place of the desk: a list over a view model, and what stands beside the line that is chosen."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar
from uuid import UUID

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from twinbase_presentation import Command, Done, Failed, Form, Loaded, Route
from twinbase_presentation.screen import ScreenModel
from twinbase_textual.day.form_sheet import FormSheet, SaveForm, Sheet
from twinbase_textual.day.pane_lines import PaneItem, PaneList, PaneNote

Beside = Route | Content | None
"""What stands beside a line: a visit, some text, or nothing."""


class PlaceView(Vertical):
    """Draws what its model shows, now and whenever that changes."""

    model: ScreenModel[Any]
    commands_are_of_a_line: ClassVar[bool] = False
    """Whether the commands of its model are about one of its lines: then that line's own stand in place of them."""

    class PlaceDrawn(Message):
        """It shows something else now."""

    class SheetAsked(Message):
        """A sheet is to be shown over the desk."""

        def __init__(self, sheet: Sheet) -> None:
            super().__init__()
            self.sheet = sheet

    def __init__(self, model: ScreenModel[Any]) -> None:
        super().__init__()
        self.model, self.list, self._above = model, PaneList(), Static(classes="above")
        self._stop: Callable[[], None] | None = None

    def compose(self) -> ComposeResult:
        if self.search_hint:
            yield Input(placeholder=self.search_hint, compact=True, classes="search")
        yield self._above
        yield self.list

    async def on_mount(self) -> None:
        """Read it, and draw it; what comes later is drawn in the turn of this widget."""
        self._stop = self.model.observe(self._note_changed)
        await self.model.open()
        self.redraw()

    def on_unmount(self) -> None:
        """It is left: its model reads no more."""
        if self._stop is not None:
            self._stop()
        self.model.close()

    def say(self, text: str, **facts: object) -> str:
        """A text in the language of the app."""
        return self.model.workday.language.say(text, **facts)

    @property
    def search_hint(self) -> str:
        """What stands in its search while nobody types; "" where nothing is searched."""
        return ""

    @property
    def summary(self) -> tuple[str, ...]:
        """What stands in the line at the top, the most important first."""
        return (self.model.title,)

    def redraw(self) -> None:
        """Draw what the model shows at this moment."""
        if not self.is_attached:
            return
        state = self.model.state
        if isinstance(state, Failed):
            self.list.show([PaneNote(state.sentence, "red")])
        elif isinstance(state, Loaded):
            self.list.show(tuple(self.make_items()))
        content = self.compose_above() if isinstance(state, Loaded) else None
        self._above.display = content is not None
        self._above.update(content or "")
        self.post_message(self.PlaceDrawn())

    def make_items(self) -> Iterable[PaneItem]:
        """Its lines; asked only when something was read."""
        raise NotImplementedError

    def compose_above(self) -> Content | None:
        """What stands above the list, if anything."""
        return None

    async def find_beside(self, id_: str) -> Beside:
        """What stands beside a line."""
        return None

    def list_acts(self, id_: str) -> Sequence[Command]:
        """What can be done with a line, before what can be done on the whole place."""
        return ()

    async def enter_line(self, id_: str) -> Done | None:
        """What Enter does with a line; None where it opens what stands beside it."""
        return None

    def ask_form(self, form: Form, title: str, save: SaveForm, hint: str = "") -> None:
        """Have a form filled in over the desk, which says what became of it."""
        self.post_message(self.SheetAsked(FormSheet(self.model.workday, form, title, save, hint)))

    async def step_aside(self, way: int) -> None:
        """What the arrows at the sides do: -1 back, 1 on."""

    async def search(self, text: str) -> None:
        """Look for these words."""

    def _note_changed(self) -> None:
        self.call_later(self.redraw)

    async def on_input_changed(self, event: Input.Changed) -> None:
        await self.search(event.value)

    def on_input_submitted(self) -> None:
        """From what was looked for to what was found."""
        self.list.focus()


def visit_route(id_: str) -> Route:
    """Where the line of a visit leads."""
    return Route("visit", UUID(id_))
