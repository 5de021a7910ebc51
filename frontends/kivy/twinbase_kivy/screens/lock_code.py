"""A code in a sheet: set, changed, or taken away; one field at a time, which nobody reads over a shoulder."""

from collections.abc import Callable

from twinbase_kivy.boxes import Box, ColumnBox
from twinbase_kivy.widgets.buttons import PushButton
from twinbase_kivy.widgets.cards import TintBox
from twinbase_kivy.widgets.fields import InputField
from twinbase_kivy.widgets.words import Words
from twinbase_presentation import Language
from twinbase_presentation.entry.lock_code import LockCodeModel
from twinbase_presentation.tokens import SPACE


class LockCodeView(ColumnBox):
    """Drawn anew where something else is asked or said. `submit` is told that somebody goes on; `asked`, that there is
    another field."""

    def __init__(
        self, model: LockCodeModel, language: Language, submit: Callable[[], object], asked: Callable[[], object]
    ) -> None:
        self.model, self._language, self._submit, self._asked = model, language, submit, asked
        self.field: InputField | None = None
        super().__init__(*self._make(), gap=SPACE.l)
        self._drawn = model.signature
        self._stop = model.observe(self._redraw)

    def close(self) -> None:
        """It is left, and with it what was typed."""
        self._stop()
        self.model.close()

    def _redraw(self) -> None:
        if self.model.signature == self._drawn:
            return
        self._drawn = self.model.signature
        self.hold(self._make())
        self.change()
        self._asked()

    def _make(self) -> list[Box | None]:
        model, say = self.model, self._language.say
        busy, is_last = model.step == "working", model.step == "again" or model.removes
        said = TintBox("sync", model.said, hue="primary") if busy else Words(model.said, "body", "text2")
        self.field = None
        if model.can_type:
            self.field = InputField(model.label, model.text, model.fill, icon="lock", hidden=True)
        label = model.title if is_last else say("Continue")
        icon = "check" if is_last else "next"
        return [
            said,
            TintBox("refused", model.fault, hue="red") if model.fault else None,
            self.field,
            PushButton(label, self._submit, icon=icon, main=True) if self.field else None,
            self._make_other() if model.step == "new" else None,
        ]

    def _make_other(self) -> Box:
        """Words in place of digits, and digits in place of words."""
        say, is_pin = self._language.say, self.model.kind == "pin"
        other = say("Take a passphrase") if is_pin else say("Take digits")
        return PushButton(other, lambda: self.model.choose_kind("passphrase" if is_pin else "pin"), filling="text")
