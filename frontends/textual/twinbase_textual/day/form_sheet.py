"""A sheet over the desk, and the one that is asked most: a form, field by field."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Checkbox, Input, Label, Select, Static, TextArea

from twinbase_presentation import Done, Form, FormField, Language, Workday
from twinbase_presentation.fields import FALSE, TRUE
from twinbase_textual.day.edge_lines import KeyEntry, KeysLine, SaidLine

ROWS_AROUND = 12
"""Of a sheet: its edges, its title, what was said, its keys, and what is typed into."""
TALL_FROM = 30
SaveForm = Callable[[], Awaitable[Done]]


class Sheet(ModalScreen[Done]):
    """Something over the desk: a title, a body, its own keys. Esc closes it, and what was typed is a draft.

    What is drawn into is held and never looked for: what was read may come before the sheet is there, or too late.
    """

    VERTICAL_BREAKPOINTS = [(0, "-short"), (TALL_FROM, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", show=False)]
    rows_around: ClassVar[int] = ROWS_AROUND

    def __init__(self, workday: Workday, title: str) -> None:
        super().__init__()
        self.workday, self.heading = workday, title
        self.said_line, self.keys_line = SaidLine(classes="said"), KeysLine()

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet"):
            yield Label(self.heading, classes="heading")
            yield from self.compose_body()
            yield self.said_line
            yield self.keys_line

    def compose_body(self) -> ComposeResult:
        """What is between its title and its keys."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self.keys_line.show(self.list_entries(), [KeyEntry("escape", self.say("Close"))])

    def on_resize(self, event: Resize) -> None:
        """What scrolls has the room that the rest leaves: title and keys are always to be seen."""
        for part in self.query(".scrolls"):
            part.styles.max_height = max(event.size.height - self.rows_around, 3)

    def list_entries(self) -> list[KeyEntry]:
        """The keys that do something in it."""
        return []

    def say(self, text: str, **facts: object) -> str:
        """A text in the language of the app."""
        return self.workday.language.say(text, **facts)

    def action_close(self) -> None:
        """Back to the desk."""
        self.dismiss(Done())

    def on_keys_line_key_clicked(self, event: KeysLine.KeyClicked) -> None:
        """A key that was clicked is a key that was pressed."""
        event.stop()
        self.app.simulate_key(event.key)


class FormSheet(Sheet):
    """The fields of a form, one below the other; Enter in a line saves it, and so does ^s anywhere."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "save", show=False, priority=True)]

    def __init__(self, workday: Workday, form: Form, title: str, save: SaveForm, hint: str = "") -> None:
        super().__init__(workday, title)
        self.form, self._save, self._hint, self._said = form, save, hint, ""
        self._stop: Callable[[], None] | None = None

    def compose_body(self) -> ComposeResult:
        with VerticalScroll(can_focus=False, classes="scrolls"):
            if self._hint:
                yield Static(Content.styled(self._hint, "$tone-grey"), classes="hint")
            for field in self.form.fields:
                if field.kind != "flag":
                    label = f"{field.label} ({field.unit})" if field.unit else field.label
                    yield Label(Content.styled(label, "$tone-hint"), classes="label")
                yield _make_widget(field, self.workday.language)
                yield Label("", id=f"error-{field.name}", classes="error")

    def on_mount(self) -> None:
        self._stop = self.form.observe(self._note)
        self._note()

    def on_unmount(self) -> None:
        """What was typed last is kept, too."""
        if self._stop is not None:
            self._stop()
        self.workday.spawn(self.form.keep_all())

    def list_entries(self) -> list[KeyEntry]:
        return [KeyEntry("ctrl+s", self.say("Save"))]

    def on_input_changed(self, event: Input.Changed) -> None:
        self._fill(event.input, event.value)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        self._fill(event.text_area, event.text_area.text)

    def on_checkbox_changed(self, event: Checkbox.Changed) -> None:
        self._fill(event.checkbox, TRUE if event.value else FALSE)

    def on_select_changed(self, event: Select.Changed) -> None:
        self._fill(event.select, "" if event.select.is_blank() else str(event.value))

    async def on_input_submitted(self) -> None:
        await self.action_save()

    async def action_save(self) -> None:
        """Save it; what is wrong stands at the fields, and the sheet stays."""
        done = await self._save()
        if done.is_done:
            self.dismiss(done)
        else:
            self.said_line.tell(f"✗ {done.fault}", "red")

    def _fill(self, widget: Widget, text: str) -> None:
        name = (widget.id or "").removeprefix("field-")
        if name in [field.name for field in self.form.fields]:
            self.form.fill(name, text)

    def _note(self) -> None:
        """Say what is wrong with a field below it. A sheet that has just been left has no labels any more."""
        for field in self.form.fields:
            for label in self.query(f"#error-{field.name}").results(Label):
                label.display = bool(field.error)
                label.update(Content.styled(f"✗ {field.error}", "$tone-red"))
        self._say_kept(self.say("Draft kept") if self.form.is_draft and self.form.is_kept else "")

    def _say_kept(self, said: str) -> None:
        """Whether a kill would lose anything; who types on is not told of what he typed before."""
        if said != self._said:
            self._said = said
            for line in self.query(SaidLine):
                line.tell(said, "grey")


def _make_widget(field: FormField, language: Language) -> Widget:
    """What somebody types into, as its kind asks."""
    id_ = f"field-{field.name}"
    if field.kind == "flag":
        return Checkbox(field.label, field.text == TRUE, id=id_, compact=True)
    if field.kind == "choice":
        choices = [(choice.label, choice.text) for choice in field.choices]
        chosen = field.text if field.text in [choice.text for choice in field.choices] else Select.NULL
        return Select(choices, value=chosen, prompt="–", id=id_, compact=True)  # noqa: RUF001
    if field.kind == "long_text":
        return TextArea(field.text, id=id_, compact=True)
    return Input(field.show(language), id=id_, compact=True, disabled=field.is_read_only, placeholder=field.hint)
