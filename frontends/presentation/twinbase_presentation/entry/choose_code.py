"""A code for the file of a new account, where no keyring keeps its key: typed twice, kept nowhere."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from twinbase_presentation.device.file_keys import CodeKind, judge_code
from twinbase_presentation.languages import Language
from twinbase_presentation.observers import Observers


@dataclass(frozen=True, slots=True)
class ChooseCodeShown:
    """`is_again`: the same once more. `typed`: how many letters stand there; `fault`: why it was not taken."""

    kind: CodeKind = "pin"
    is_again: bool = False
    typed: int = 0
    fault: str = ""


class ChooseCodeModel:
    """`fill` what is typed, `submit` it twice; then `chosen` is the code."""

    def __init__(self, language: Language, kind: CodeKind = "pin") -> None:
        self._language, self._first, self._text = language, "", ""
        self._observers = Observers()
        self.shown = ChooseCodeShown(kind)
        self.chosen = ""

    @property
    def title(self) -> str:
        say, shown = self._language.say, self.shown
        if shown.is_again:
            return say("The same once more")
        return say("A code for this device") if shown.kind == "pin" else say("A passphrase for this device")

    @property
    def text(self) -> str:
        """What is typed now."""
        return self._text

    def observe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` when something else is to be shown; what is answered stops it."""
        return self._observers.add(callback)

    def choose_kind(self, kind: CodeKind) -> None:
        """Digits, or words; it begins anew."""
        self._first = self._text = ""
        self._show(kind=kind, is_again=False, typed=0, fault="")

    def fill(self, text: str) -> None:
        """Somebody has typed."""
        self._text = text
        self._show(typed=len(text), fault="")

    def submit(self) -> bool:
        """Take it; whether that was the second time, and the same."""
        text, self._text = self._text, ""
        if not self.shown.is_again:
            fault = judge_code(text, self.shown.kind, self._language)
            self._first = "" if fault else text
            self._show(is_again=not fault, typed=0, fault=fault)
            return False
        if text != self._first:
            self._first = ""
            self._show(is_again=False, typed=0, fault=self._language.say("These were two different codes. Once more."))
            return False
        self.chosen, self._first = text, ""
        self._show(typed=0, fault="")
        return True

    def _show(self, **changes: object) -> None:
        self.shown = replace(self.shown, **changes)  # type: ignore[arg-type]
        self._observers.tell()
