"""The way from the app's icon to somebody's day: which account, its lock, a first sign-in, and out again."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from twinbase.clock import Clock, utc_now
from twinbase.errors import DestroyedReplica, TwinbaseError
from twinbase.replica.file.keys import Secret
from twinbase_mobile.reading import whoami
from twinbase_presentation.device.accounts import DeviceAccount, DeviceFolder
from twinbase_presentation.device.directories import DirectoryWays
from twinbase_presentation.device.file_code import FileCode, settle_account, settle_by_code
from twinbase_presentation.device.file_keys import FileKeys
from twinbase_presentation.device.opening import OpenFile
from twinbase_presentation.device.tries import TryCount
from twinbase_presentation.entry.joining import Join, Joining
from twinbase_presentation.entry.lock import LockModel
from twinbase_presentation.entry.newcomer import has_synced, read_first_and_last
from twinbase_presentation.faults import say_error
from twinbase_presentation.languages import Language
from twinbase_presentation.observers import Observers
from twinbase_presentation.plugin_screens import read_claims
from twinbase_presentation.runner import Runner
from twinbase_presentation.timing import LoopTiming, Timing

LobbyStep = Literal["accounts", "ask", "code", "locked", "syncing", "inside"]
LEFT_AFTER = timedelta(days=1)


class Lobby:
    """What a front end shows before the day: `step` says which page. `observe` it, and `await start()`.

    Files are opened in the runner; the front end makes a workday once `step` is "inside", and ends it before it calls
    `lock`, `switch` or `remove`. `me`: who is inside. `fault`: what is said over the list of accounts.
    """

    def __init__(
        self,
        runner: Runner,
        language: Language,
        folder: DeviceFolder,
        open_file: OpenFile,
        *,
        keys: FileKeys | None = None,
        clock: Clock = utc_now,
        timing: Timing | None = None,
        ways: DirectoryWays | None = None,
    ) -> None:
        self.runner, self.language, self.folder, self._open_file = runner, language, folder, open_file
        self.keys = keys if keys is not None else FileKeys()
        self._clock, self.timing, self.ways = clock, timing or LoopTiming(), ways or DirectoryWays()
        self._observers = Observers()
        self.step: LobbyStep = "accounts"
        self.account: DeviceAccount | None = None
        self.me: UUID | None = None
        self.claims: Mapping[str, Any] = {}
        self.fault = self._email = ""
        self.lock_page: LockModel | None = None
        self.joining = self._make_joining()
        self._join: Join | None = None

    @property
    def accounts(self) -> Sequence[DeviceAccount]:
        """Those of this device."""
        return self.folder.list_accounts()

    def observe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` when another page is to be shown; what is answered stops it."""
        return self._observers.add(callback)

    # Whose day.

    async def start(self) -> None:
        """The account that was open last, behind its lock; else the list, or the first sign-in."""
        self.folder.tidy(self._clock() - LEFT_AFTER)
        if (last := self.folder.find_last()) is not None:
            await self.choose(last)
        else:
            self.show_accounts()

    async def choose(self, account: DeviceAccount) -> None:
        """Go to an account: to its lock, or to its day where the keyring opens it."""
        self.fault = ""
        if not account.file.exists():
            await self._erase(account)
            self.fault = say_error(self.language, DestroyedReplica())
            self.show_accounts()
            return
        try:
            account = await settle_account(account, self.runner, self.folder, self.keys, self._open_file)
        except TwinbaseError as error:
            self.fault = say_error(self.language, error)
            self.show_accounts()
            return
        self._stand_before(account)
        self.folder.note_last(account)
        if not account.asks_code:
            await self.unlock()

    async def unlock(self) -> None:
        """Open the file by what was typed at the lock."""
        lock = self.lock_page
        if lock is None:
            return
        if await lock.submit():
            await self._enter()
        elif lock.shown.is_wiped:
            self.fault = lock.shown.fault
            self.show_accounts()

    def show_accounts(self) -> None:
        """The list; without any, the first sign-in."""
        self.account = None
        self._leave_lock()
        if self.accounts:
            self._show("accounts")
        else:
            self.ask()

    def ask(self, server: str = "", email: str = "") -> None:
        """Sign in for an account that is not on this device yet. `server`, `email`: what is known already."""
        self._leave_lock()
        self.joining = self._make_joining()
        self.joining.server, self.joining.email = server, email
        self._show("ask")

    def ask_anew(self) -> None:
        """The code of a file is forgotten: sign in for the same person with a new file. The old one stays as it is."""
        account = self.account
        self.ask(account.server if account else "", account.email if account else "")

    async def go_back(self) -> None:
        """From a page to the one before it."""
        if self.step == "code":
            self._show("ask")
        elif self.step in ("ask", "locked") and self.accounts:
            await self.joining.drop()
            self.show_accounts()

    @property
    def can_go_back(self) -> bool:
        """Whether there is a page before this one."""
        return self.step == "code" or (self.step in ("ask", "locked") and bool(self.accounts))

    async def lock(self) -> None:
        """Close the file and forget its key: its code opens it again. Where none is asked, to the list."""
        await self.runner.let_go()
        if self.account is not None and self.account.asks_code:
            self._stand_before(self.account)
        else:
            self.show_accounts()

    async def switch(self) -> None:
        """Close the file, and ask whose day it is to be."""
        await self.runner.let_go()
        self.folder.note_last(None)
        self.show_accounts()

    async def remove(self, account: DeviceAccount) -> None:
        """Erase an account of this device; what was unsent in its file is lost."""
        await self.runner.let_go()
        await self._erase(account)
        self.folder.note_last(None)
        self.show_accounts()

    def make_code(self) -> FileCode:
        """What opens the file of whoever is inside, for its settings."""
        assert self.account is not None
        code = FileCode(self.runner, self.folder, self.keys, self.account)
        code.observe(lambda: self._note_account(code.account))
        return code

    # A new account.

    async def join(self, join: Join, email: str = "") -> None:
        """Sign in by `join`, one of the ways of `joining.sign_in`; a code for the file is asked before it."""
        self._join, self._email, self.fault = join, email, ""
        if self.joining.needs_code:
            self._show("code")
        else:
            await self._go_on()

    async def submit_code(self) -> None:
        """The code that is typed; the second time, the sign-in goes on."""
        if self.joining.code.submit():
            await self._go_on()

    async def begin(self) -> None:
        """The first sync is through: to the day."""
        await self._enter()

    async def _go_on(self) -> None:
        assert self._join is not None
        self._show("ask")
        await self.joining.go(self._join, self._email)

    def _note_joined(self, account: DeviceAccount) -> None:
        self.account = account
        self.folder.note_last(account)
        self._show("syncing")

    # In and out.

    async def _open_with(self, code: str) -> None:
        account = self.account
        assert account is not None
        secret: Secret = code if account.asks_code else await asyncio.to_thread(self.keys.read_key, account.id)
        await self.runner.open(lambda: self._open_file(account, secret, self._note_wiped))
        self._note_account(settle_by_code(account, code, self.folder))

    def _note_account(self, account: DeviceAccount) -> None:
        self.account = account

    async def _enter(self) -> None:
        """Who is inside; a first sync that was cut off goes on before."""
        try:
            if not await self.runner.ask(has_synced):
                self._show("syncing")
                await self.joining.sign_in.sync_first()
                return
            self.me, self.claims = await self.runner.ask(whoami), await self.runner.ask(read_claims)
            await self._note_name(self.me)
        except TwinbaseError as error:
            self.fault = say_error(self.language, error)
            await self.switch()
            return
        self._leave_lock()
        self._show("inside")

    async def _note_name(self, me: UUID) -> None:
        """What the list and the lock call somebody, as the file has it now."""
        name = await self.runner.read(lambda session: read_first_and_last(session, me))
        if name and self.account is not None and name != self.account.name:
            self.account = replace(self.account, name=name)
            self.folder.save_account(self.account)

    async def _note_wiped(self) -> None:
        """The office has the file destroyed: its key goes first."""
        if self.account is not None:
            self.keys.forget_key(self.account.id)

    async def _erase(self, account: DeviceAccount) -> None:
        await asyncio.to_thread(self.keys.forget_key, account.id)
        await asyncio.to_thread(self.folder.remove_account, account)

    def _stand_before(self, account: DeviceAccount) -> None:
        """Its lock, closed."""
        self._leave_lock()
        self.account = account
        tries = TryCount(account.folder / "tries.json", self._clock)
        self.lock_page = LockModel(
            self.language, account, tries, self.timing, self._open_with,
            wipe_after=self.folder.read_policy().wipe_after, wipe=lambda: self._erase(account),
        )  # fmt: skip
        self.lock_page.open()
        self._show("locked")

    def _make_joining(self) -> Joining:
        return Joining(
            self.runner, self.language, self.folder, self.keys, self._open_file, self.timing, self._note_joined,
            self._note_wiped, self.ways,
        )  # fmt: skip

    def _leave_lock(self) -> None:
        if self.lock_page is not None:
            self.lock_page.close()
        self.lock_page = None

    def _show(self, step: LobbyStep) -> None:
        self.step = step
        self._observers.tell()
