"""Pages on which a code is typed: the lock before a file, and the choice of a code for a new one."""

from abc import abstractmethod
from collections.abc import Sequence

from twinbase_kivy.boxes import Box, ColumnBox, Gap
from twinbase_kivy.lobby.lobby_page import LobbyKeeper, LobbyPage
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.buttons import PushButton
from twinbase_kivy.widgets.cards import TintBox
from twinbase_kivy.widgets.fields import InputField
from twinbase_kivy.widgets.pinpad import PAD_WIDE_DP, CodeSpots, PinPad
from twinbase_kivy.widgets.progress import Centred
from twinbase_kivy.widgets.touch import Act
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_presentation.entry.choose_code import ChooseCodeModel
from twinbase_presentation.entry.lock import LockModel
from twinbase_presentation.tokens import SPACE

DIGITS = frozenset("0123456789")


class CodePage(LobbyPage):
    """What both have in common: digits by the pad or the keyboard, or words in a field."""

    model: LockModel | ChooseCodeModel

    @property
    @abstractmethod
    def is_pin(self) -> bool:
        """Whether digits are asked for, and not words."""

    def write(self, digit: str) -> None:
        """One more digit."""
        self.model.fill(self.model.text + digit)

    def erase_last(self) -> None:
        """One less."""
        self.model.fill(self.model.text[:-1])

    def press_key(self, text: str) -> bool:
        if not self.is_pin:
            return False
        if text in DIGITS:
            self.write(text)
        elif text == "erase":
            self.erase_last()
        else:
            return False
        return True

    def make_pad(self) -> Box:
        """Spots and keys, in the middle."""
        typed = self.model.shown.typed
        said = self.lobby.language.count("{n} digit is typed", "{n} digits are typed", typed)
        words = (self.say("Erase"), self.say("Done"))
        pad = PinPad(self.write, self.erase_last, self.submit, words=words, is_low=self.is_low)
        return ColumnBox(CodeSpots(typed, said), Centred(pad, PAD_WIDE_DP), gap=SPACE.l)

    def make_field(self, label: str, button: str, icon: str) -> Box:
        """A passphrase, which nobody reads over a shoulder."""
        field = InputField(label, self.model.text, self.model.fill, icon="lock", hidden=True)
        return ColumnBox(field, PushButton(button, self.submit, icon=icon, main=True), gap=SPACE.m)


class ChooseCodePage(CodePage):
    """A code for the file of a new account, typed twice."""

    model: ChooseCodeModel

    def __init__(self, keeper: LobbyKeeper) -> None:
        super().__init__(keeper)
        self.model = self.lobby.joining.code

    @property
    def title(self) -> str:
        return self.model.title

    @property
    def is_pin(self) -> bool:
        return self.model.shown.kind == "pin"

    @property
    def signature(self) -> object:
        shown = self.model.shown
        return shown if self.is_pin else (shown.kind, shown.is_again, shown.fault)

    def submit(self) -> None:
        self.keeper.spawn(self.lobby.submit_code())

    def make_parts(self) -> Sequence[Box | None]:
        why = self.say("It opens your file on this device, and is kept nowhere. Nobody can find it out for you.")
        other = self.say("Take a passphrase") if self.is_pin else self.say("Take digits")
        kind = "passphrase" if self.is_pin else "pin"
        field = (
            self.make_pad() if self.is_pin else self.make_field(self.say("Passphrase"), self.say("Continue"), "next")
        )
        return [
            None if self.model.shown.is_again else Words(why, "body", "text2"),
            self.fault_box(self.model.shown.fault),
            field,
            PushButton(other, lambda: self.model.choose_kind(kind), filling="text"),  # type: ignore[arg-type]
        ]


class LockPage(CodePage):
    """S02."""

    model: LockModel

    def __init__(self, keeper: LobbyKeeper) -> None:
        super().__init__(keeper)
        assert self.lobby.lock_page is not None
        self.model = self.lobby.lock_page
        self.is_forgotten = False

    @property
    def title(self) -> str:
        return self.say("Forgot the code?") if self.is_forgotten else self.model.title

    @property
    def is_pin(self) -> bool:
        return self.model.account.is_pin and not self.is_forgotten

    @property
    def signature(self) -> object:
        shown = self.model.shown
        said = shown if self.is_pin else (shown.fault, shown.wait_seconds, shown.is_opening)
        return (said, self.is_forgotten)

    def submit(self) -> None:
        if not self.is_forgotten:
            self.keeper.spawn(self.lobby.unlock())

    def find_back(self) -> Act | None:
        return (lambda: self.show_forgotten(False)) if self.is_forgotten else super().find_back()

    def show_forgotten(self, is_forgotten: bool) -> None:
        """What can be done without the code, or the lock again."""
        self.is_forgotten = is_forgotten
        self.keeper.redraw()

    def make_parts(self) -> Sequence[Box | None]:
        if self.is_forgotten:
            return self._make_forgotten()
        forgot = PushButton(self.say("Forgot the code?"), lambda: self.show_forgotten(True), filling="text")
        return [
            Words(self.model.said, "body", "text2", align="centre"),
            self.fault_box(self.model.shown.fault),
            self._make_field(),
            forgot if self.model.account.asks_code else None,
        ]

    def _make_field(self) -> Box | None:
        if self.model.shown.wait_seconds:
            return Row(Gap(grows=True), IconMark("parked", "amber", 48), Gap(grows=True))
        if not self.model.account.asks_code:
            return PushButton(self.say("Try again"), self.submit, icon="refresh", main=True)
        if self.is_pin:
            return self.make_pad()
        return self.make_field(self.say("Passphrase"), self.say("Unlock"), "lock")

    def _make_forgotten(self) -> Sequence[Box | None]:
        """The truth: the key is lost with the code."""
        lost = self.say("The code is kept nowhere. Without it nobody opens this file: not the office, and not we.")
        sent = self.say("What was sent is at the office: sign in again, and it comes back in a new file.")
        unsent = self.say(
            "What was not sent yet is in the locked file alone. It stays on this device, in case the code comes back "
            "to you. The office sees how much that is."
        )
        return [
            Words(lost, "body"),
            TintBox("synced", sent, hue="green"),
            TintBox("warning", unsent, hue="amber"),
            PushButton(self.say("Sign in again"), self.lobby.ask_anew, icon="login", main=True),
        ]
