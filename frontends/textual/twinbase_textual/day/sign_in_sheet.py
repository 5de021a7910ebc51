"""The sheet of a session that has ended: a code, the password, or the company's directory."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from twinbase_presentation import Command, Workday
from twinbase_presentation.device.directory_sign_in import say_until, say_wait
from twinbase_presentation.screens.sign_in_again import SignInAgainModel
from twinbase_textual.day.edge_lines import KeyEntry
from twinbase_textual.day.form_sheet import Sheet

KEYS = {"f3": "directory", "f4": "by_code"}


class SignInSheet(Sheet):
    """Enter signs in by what is typed. Whoever closes it is not waited for any more."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, f"give('{id_}')", show=False, priority=True) for key, id_ in KEYS.items()
    ]

    def __init__(self, workday: Workday) -> None:
        self.model = SignInAgainModel(workday)
        super().__init__(workday, self.model.title)
        self.why = Static(classes="hint")
        labels = {"code": self.say("Code of the office"), "email": self.say("E-mail"), "password": self.say("Password")}
        self.fields = [
            Input(self.model.typed[name], placeholder=label, password=name == "password", compact=True, id=name)
            for name, label in labels.items()
        ]
        self._stop: Callable[[], None] | None = None

    def compose_body(self) -> ComposeResult:
        yield self.why
        yield from self.fields

    async def on_mount(self) -> None:  # type: ignore[override]
        self._stop = self.model.observe(self._draw_soon)
        await self.model.open()
        self._draw()

    def on_unmount(self) -> None:
        """Nobody is waited for, and nothing that was typed is kept."""
        if self._stop is not None:
            self._stop()
        self.model.close()

    def list_entries(self) -> list[KeyEntry]:
        named = {id_: key for key, id_ in KEYS.items()} | {"sign_in": "enter"}
        return [KeyEntry(named[one.id], one.label) for one in self.model.commands if one.id in named]

    def on_input_changed(self, event: Input.Changed) -> None:
        self.model.fill(event.input.id or "", event.value)

    async def on_input_submitted(self) -> None:
        await self._give("sign_in")

    def action_give(self, id_: str) -> None:
        """One of the ways in; nobody waits for it here, so that the sheet can be closed."""
        self.workday.spawn(self._give(id_))

    async def _give(self, id_: str) -> None:
        command: Command | None = next((one for one in self.model.commands if one.id == id_), None)
        if command is None:
            return
        done = await command.run()
        if not self.is_attached:
            return
        if done.go is not None:
            self.dismiss(done)
        else:
            self.said_line.tell(f"✗ {done.fault}" if done.fault else "", "red")

    def _draw_soon(self) -> None:
        if self.is_attached:
            self.call_later(self._draw)

    def _draw(self) -> None:
        if not self.is_attached:
            return
        wait = self.model.wait
        self.why.update(Content(self._say_why()))
        for field in self.fields:
            field.display = wait is None
        self.keys_line.show(self.list_entries(), [KeyEntry("escape", self.say("Close"))])

    def _say_why(self) -> str:
        """Why it is asked for, or what somebody does at the directory meanwhile."""
        wait, language = self.model.wait, self.workday.language
        if wait is None:
            return (
                self.say("Asking the server…")
                if self.model.is_asking
                else self.say(
                    "Your session has ended. Your work on this device is kept, and sent once you have signed in."
                )
            )
        code = ("", f"    {wait.address}", "", f"    {' '.join(wait.code)}", "") if wait.code else ()
        return "\n".join((say_wait(language, wait), *code, say_until(language, wait)))
