"""A code for the file of an account: set, changed, or taken away again where a keyring can keep the key."""

from collections.abc import Callable
from typing import Literal

from twinbase.errors import TwinbaseError
from twinbase_presentation.command import Done
from twinbase_presentation.device.file_code import FileCode
from twinbase_presentation.device.file_keys import CodeKind
from twinbase_presentation.device.tries import TryCount
from twinbase_presentation.entry.choose_code import ChooseCodeModel
from twinbase_presentation.entry.lock import LockModel
from twinbase_presentation.faults import say_error
from twinbase_presentation.observers import Observers
from twinbase_presentation.workday import Workday

CodeStep = Literal["old", "new", "again", "working", "done"]


class LockCodeModel:
    """`fill` what is typed and `submit` it: the code of now, where there is one, then the new one twice.

    `removes`: there is no new one. A wrong code of now counts as one at the lock does, and makes somebody wait as long;
    the file is destroyed for none: whoever types is inside. What is typed is kept nowhere; `close` it when it is left.
    """

    def __init__(self, workday: Workday, code: FileCode, *, removes: bool = False) -> None:
        self.workday, self.code, self.removes = workday, code, removes
        self._observers = Observers()
        self._old = self._make_old()
        self.is_new = not code.account.asks_code
        self._new = self._make_new("passphrase" if code.account.key == "passphrase" else "pin")
        self.step: CodeStep = "new" if self.is_new else "old"
        self._fault = ""
        self._old.open()

    @property
    def title(self) -> str:
        """What is done here."""
        say = self.workday.language.say
        if self.removes:
            return say("Remove the code")
        return say("Set a code") if self.is_new else say("Change the code")

    @property
    def kind(self) -> CodeKind:
        """Digits or words, of what is asked now."""
        if self.step == "old":
            return "pin" if self.code.account.is_pin else "passphrase"
        return self._new.shown.kind

    @property
    def label(self) -> str:
        """What is to be typed now."""
        say, is_pin = self.workday.language.say, self.kind == "pin"
        if self.step == "old":
            return say("Your code now") if is_pin else say("Your passphrase now")
        if self.step == "again":
            return say("The same once more")
        return say("New code, six digits or more") if is_pin else say("New passphrase")

    @property
    def said(self) -> str:
        """What somebody has to know before he does it, or why he has to wait."""
        say = self.workday.language.say
        if self.step == "working":
            return say("The file gets another key. Leave the app open until that is done.")
        if self.step == "old" and self._old.why_not:
            return self._old.why_not
        if self.removes:
            return say("From then on the keyring of this device opens the file: whoever can use it can open the app.")
        return say(
            "The code opens your file on this device, and is kept nowhere. If you forget it nobody can open the file: "
            "what was sent comes back when you sign in again, what was not sent is lost."
        )

    @property
    def fault(self) -> str:
        """Why it was not taken."""
        return self._fault or (self._old.shown.fault if self.step == "old" else self._new.shown.fault)

    @property
    def can_type(self) -> bool:
        """Whether something is asked at the moment."""
        return self.step in ("new", "again") or (self.step == "old" and not self._old.why_not)

    @property
    def text(self) -> str:
        """What is typed now."""
        return self._old.text if self.step == "old" else self._new.text

    @property
    def signature(self) -> object:
        """What it is drawn anew for; what somebody types is not part of it."""
        return (self.step, self.kind, self.label, self.said, self.fault)

    def observe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` when something else is to be shown; what is answered stops it."""
        return self._observers.add(callback)

    def close(self) -> None:
        """It is left: what was typed is forgotten."""
        self._old.close()
        self._new = self._make_new(self._new.shown.kind)

    def fill(self, text: str) -> None:
        """Somebody has typed."""
        self._fault = ""
        if self.can_type:
            (self._old if self.step == "old" else self._new).fill(text)

    def choose_kind(self, kind: CodeKind) -> None:
        """The new one in digits, or in words; it begins anew."""
        self._fault = ""
        self._new.choose_kind(kind)
        self._go_to("new")

    async def submit(self) -> Done:
        """Take what is typed; after the last time the file has its other key."""
        if not self.can_type:
            return Done(fault=self.said)
        if self.step == "old":
            if await self._old.submit():
                return await self._finish() if self.removes else self._go_to("new")
            return Done(fault=self.fault)
        if self._new.submit():
            return await self._finish()
        return self._go_to("again" if self._new.shown.is_again else "new")

    async def _finish(self) -> Done:
        language, chosen = self.workday.language, self._new.chosen
        self._go_to("working")
        try:
            await self.workday.held.release()
            await (self.code.remove_code() if self.removes else self.code.set_code(chosen))
        except TwinbaseError as error:
            self._new = self._make_new(self._new.shown.kind)
            self._fault = say_error(language, error)
            return self._go_to("old" if self.removes else "new")
        self.close()
        self._go_to("done")
        return Done(self._say_done())

    def _say_done(self) -> str:
        say = self.workday.language.say
        if self.removes:
            return say("The keyring of this device opens the file now.")
        return say("From now on a code is asked.") if self.is_new else say("The code is changed.")

    def _go_to(self, step: CodeStep) -> Done:
        self.step = step
        self._observers.tell()
        return Done(fault=self.fault)

    def _make_old(self) -> LockModel:
        workday, account = self.workday, self.code.account
        tries = TryCount(account.folder / "tries.json", workday.clock)
        old = LockModel(workday.language, account, tries, workday.timing, self.code.check)
        old.observe(self._observers.tell)
        return old

    def _make_new(self, kind: CodeKind) -> ChooseCodeModel:
        new = ChooseCodeModel(self.workday.language, kind)
        new.observe(self._observers.tell)
        return new
