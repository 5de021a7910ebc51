"""The sheets over the settings: what is lost by signing out, and the code of the file."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Label, Static

from twinbase_presentation import Done, Route, Workday
from twinbase_presentation.device.file_code import FileCode
from twinbase_presentation.entry.lock_code import LockCodeModel
from twinbase_presentation.screens.leaving import LeaveModel
from twinbase_textual.day.edge_lines import KeyEntry
from twinbase_textual.day.form_sheet import ROWS_AROUND, Sheet
from twinbase_textual.day.pane_lines import PaneLine, PaneList
from twinbase_textual.day.sign_in_sheet import SignInSheet


class LeaveSheet(Sheet):
    """What is unsent, by title: sent first, or erased once it was typed how many that are."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "send", show=False, priority=True),
        Binding("enter", "erase", show=False),
    ]
    rows_around: ClassVar[int] = ROWS_AROUND + 3

    def __init__(self, workday: Workday) -> None:
        super().__init__(workday, workday.language.say("Sign out"))
        self.model, self.list = LeaveModel(workday), PaneList(classes="scrolls")
        self.sentence = Static(classes="hint")
        self.asked = Label(Content.styled(self.say("How many are lost?"), "$tone-hint"), classes="label")
        self.typing = Input(compact=True)

    def compose_body(self) -> ComposeResult:
        yield self.sentence
        yield self.list
        yield self.asked
        yield self.typing

    async def on_mount(self) -> None:  # type: ignore[override]
        await self.model.load()
        self._draw()

    def list_entries(self) -> list[KeyEntry]:
        titles = self.model.titles
        send = [KeyEntry("ctrl+s", self.say("Send first"))] if titles else []
        return [*send, KeyEntry("enter", self.say("Erase all the same") if titles else self.say("Sign out"))]

    def on_input_changed(self, event: Input.Changed) -> None:
        self.model.fill(event.value)

    async def on_input_submitted(self) -> None:
        await self.action_erase()

    async def action_send(self) -> None:
        """Sync now; what is left then is shown."""
        if self.model.titles:
            self._tell(await self.model.send_first())

    async def action_erase(self) -> None:
        """Sign out; where something is lost, only after its number was typed."""
        done = await self.model.leave()
        if done.is_done:
            self.dismiss(Done())
        elif self.is_attached:
            self._tell(done)

    def _tell(self, done: Done) -> None:
        glyph, tone = ("✗", "red") if done.fault else ("✓", "green")
        self._draw()
        self.said_line.tell(f"{glyph} {done.fault or done.said}", tone)  # type: ignore[arg-type]

    def _draw(self) -> None:
        if not self.is_attached:
            return
        titles, tone = self.model.titles, "$tone-amber" if self.model.titles else "$foreground"
        self.sentence.update(Content.styled(self.model.sentence, tone))
        self.list.show([PaneLine(str(number), title) for number, title in enumerate(titles)])
        for part in (self.list, self.asked, self.typing):
            part.display = bool(titles)
        self.keys_line.show(self.list_entries(), [KeyEntry("escape", self.say("Close"))])
        # Without a field, Enter is the sheet's own.
        self.set_focus(self.typing if titles else None)


class LockCodeSheet(Sheet):
    """A code is set, changed, or taken away: one field at a time, which shows nothing of what is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+t", "turn_kind", show=False, priority=True)]

    def __init__(self, workday: Workday, code: FileCode, *, removes: bool) -> None:
        self.model = LockCodeModel(workday, code, removes=removes)
        super().__init__(workday, self.model.title)
        self.why, self.asked = Static(classes="hint"), Label(classes="label")
        self.typing = Input(password=True, compact=True)
        self.model.observe(self._draw_soon)

    def compose_body(self) -> ComposeResult:
        yield self.why
        yield self.asked
        yield self.typing

    def on_mount(self) -> None:
        self._draw()

    def list_entries(self) -> list[KeyEntry]:
        model = self.model
        other = self.say("Take a passphrase") if model.kind == "pin" else self.say("Take digits")
        kinds = [KeyEntry("ctrl+t", other)] if model.step == "new" else []
        is_last = model.step == "again" or model.removes
        return [KeyEntry("enter", model.title if is_last else self.say("Continue")), *kinds]

    def on_unmount(self) -> None:
        """What was typed is forgotten."""
        self.model.close()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.value != self.model.text:
            self.model.fill(event.value)

    async def on_input_submitted(self) -> None:
        """On to the next field; after the last one, back to the settings."""
        done = await self.model.submit()
        if done.said:
            self.dismiss(done)

    def action_turn_kind(self) -> None:
        """Words in place of digits, and digits in place of words."""
        if self.model.step == "new":
            self.model.choose_kind("passphrase" if self.model.kind == "pin" else "pin")

    def _draw_soon(self) -> None:
        if self.is_attached:
            self.call_later(self._draw)

    def _draw(self) -> None:
        model = self.model
        self.why.update(model.said)
        self.asked.update(Content.styled(model.label, "$tone-hint"))
        self.asked.display = self.typing.display = model.can_type
        if self.typing.value != model.text:
            self.typing.value = model.text
        self.said_line.tell(f"✗ {model.fault}" if model.fault else "", "red")
        self.keys_line.show(self.list_entries(), [KeyEntry("escape", self.say("Close"))])
        if model.can_type:
            self.typing.focus()


def find_settings_sheet(workday: Workday, route: Route) -> Sheet | None:
    """The sheet of a place of the settings, or of another sign-in; None where there is none."""
    code = workday.device.code
    if route.name == "sign_in":
        return SignInSheet(workday)
    if route.name != "settings" or not route.place:
        return None
    if route.place in ("lock_code", "no_code") and code is not None:
        return LockCodeSheet(workday, code, removes=route.place == "no_code")
    return LeaveSheet(workday) if route.place == "leave" else None
