"""The lock before somebody's file: a code opens it, and wrong ones make the next try wait."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from math import ceil

from twinbase.errors import TwinbaseError, WrongKey
from twinbase_presentation.device.accounts import DeviceAccount
from twinbase_presentation.device.file_keys import PIN_DIGITS_MAX
from twinbase_presentation.device.tries import TryCount
from twinbase_presentation.faults import say_error
from twinbase_presentation.languages import Language
from twinbase_presentation.observers import Observers
from twinbase_presentation.timing import Planned, Timing

OpenWith = Callable[[str], Awaitable[None]]
"""Opens the file by what was typed; raises what keeps it from that."""


@dataclass(frozen=True, slots=True)
class LockShown:
    """`typed`: how many letters stand there; `fault`: what went wrong; `wait_seconds`: until the next try.

    `is_opening`: the key is being made of what was typed. `is_wiped`: so many were wrong that the file is no more.
    """

    typed: int = 0
    fault: str = ""
    wait_seconds: int = 0
    is_opening: bool = False
    is_wiped: bool = False


class LockModel:
    """`fill` what is typed, `submit` it. `wipe_after`: so many wrong codes destroy the file by `wipe`; None: never."""

    def __init__(
        self,
        language: Language,
        account: DeviceAccount,
        tries: TryCount,
        timing: Timing,
        open_with: OpenWith,
        *,
        wipe_after: int | None = None,
        wipe: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.language, self.account, self._tries, self._timing = language, account, tries, timing
        self._open_with, self._wipe_after, self._wipe = open_with, wipe_after, wipe
        self._text, self._ticking = "", _NOTHING
        self._observers = Observers()
        self.shown = LockShown()

    @property
    def title(self) -> str:
        """Who is greeted: the first name, where it is known."""
        first = self.account.name.partition(" ")[0]
        return self.language.say("Hello {name}", name=first) if first else self.account.caption

    @property
    def said(self) -> str:
        """What is to be done, or for how long there is nothing to do."""
        shown, say = self.shown, self.language.say
        if shown.wait_seconds:
            return say("Wait {time} before the next try.", time=self._say_wait(shown.wait_seconds))
        if shown.is_opening:
            return say("Opening…")
        if not self.account.asks_code:
            return say("The system's keyring keeps the key of this file.")
        if self.account.becomes:
            return say("The code was being changed when the app ended. Enter the new one, or the one before it.")
        return say("Enter your code.") if self.account.is_pin else say("Enter your passphrase.")

    @property
    def text(self) -> str:
        """What is typed now."""
        return self._text

    @property
    def why_not(self) -> str:
        """Why nothing can be typed at the moment; "" where it can."""
        return self.said if self.shown.wait_seconds or self.shown.is_opening else ""

    def observe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` when something else is to be shown; what is answered stops it."""
        return self._observers.add(callback)

    def open(self) -> None:
        """Show it: somebody may still have to wait from before a restart."""
        self._count_down()

    def close(self) -> None:
        """It is left; what was typed is forgotten."""
        self._text = ""
        self._ticking.cancel()

    def fill(self, text: str) -> None:
        """Somebody has typed."""
        if not self.why_not:
            self._text = text[:PIN_DIGITS_MAX] if self.account.is_pin else text
            self._show(typed=len(self._text), fault="")

    async def submit(self) -> bool:
        """Try to open the file by it; whether it opened."""
        if self.why_not or (self.account.asks_code and not self._text):
            return False
        text, self._text = self._text, ""
        before = self._tries.read_tries()
        self._show(typed=0, fault="", is_opening=True)
        try:
            if self.account.asks_code:
                self._tries.note_try()
            await self._open_with(text)
        except WrongKey as error:
            fault = self._say_wrong() if self.account.asks_code else say_error(self.language, error)
            await self._note_wrong(fault)
            return False
        except TwinbaseError as error:
            if self.account.asks_code:
                self._tries.take_back(before)
            self._show(is_opening=False, fault=say_error(self.language, error))
            return False
        self._tries.forget()
        self._show(is_opening=False)
        return True

    async def _note_wrong(self, fault: str) -> None:
        faults = self._tries.read_tries().faults
        if self._wipe is not None and self._wipe_after is not None and faults >= self._wipe_after:
            await self._wipe()
            said = self.language.say("Too many wrong codes: this file was destroyed, as your company has set it.")
            self._show(is_opening=False, is_wiped=True, fault=said)
            return
        self._show(is_opening=False, fault=fault)
        self._count_down()

    def _say_wrong(self) -> str:
        left = self._tries.read_tries().left
        if not left:
            return self.language.say("Wrong code.")
        return self.language.count("Wrong code. {n} try before a wait.", "Wrong code. {n} tries before a wait.", left)

    def _count_down(self) -> None:
        """Each second, as long as somebody has to wait."""
        self._ticking.cancel()
        wait = ceil(self._tries.wait_seconds()) if self.account.asks_code else 0
        self._show(wait_seconds=wait)
        if wait:
            self._ticking = self._timing.call_after(1, self._count_down)

    def _say_wait(self, seconds: int) -> str:
        if seconds < 60:
            return self.language.count("{n} second", "{n} seconds", seconds)
        return self.language.format_minutes(ceil(seconds / 60))

    def _show(self, **changes: object) -> None:
        shown = replace(self.shown, **changes)  # type: ignore[arg-type]
        if shown != self.shown:
            self.shown = shown
            self._observers.tell()


class _NeverPlanned:
    def cancel(self) -> None:
        """There is nothing to take back."""


_NOTHING: Planned = _NeverPlanned()
