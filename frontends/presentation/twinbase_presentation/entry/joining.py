"""A new account on this device: a key for its file, the sign-in, the first sync. Nothing is left of one that failed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from twinbase.replica import Replica, fetch_certificate
from twinbase.replica.file.keys import Secret
from twinbase_presentation.device.accounts import DeviceAccount, DeviceFolder
from twinbase_presentation.device.directories import DirectoryWays
from twinbase_presentation.device.file_keys import FileKeys
from twinbase_presentation.device.opening import OnWiped, OpenFile
from twinbase_presentation.entry.choose_code import ChooseCodeModel
from twinbase_presentation.languages import Language
from twinbase_presentation.runner import Runner
from twinbase_presentation.screens.sign_in import SignInModel
from twinbase_presentation.timing import Timing

Join = Callable[[], Awaitable[bool]]


class Joining:
    """`sign_in` has the ways in, `code` asks for the file's code; `go` through with one of the ways.

    `on_joined` is called with the account from the moment on at which somebody is known, before the first row.
    """

    def __init__(
        self,
        runner: Runner,
        language: Language,
        folder: DeviceFolder,
        keys: FileKeys,
        open_file: OpenFile,
        timing: Timing,
        on_joined: Callable[[DeviceAccount], None],
        on_wiped: OnWiped,
        ways: DirectoryWays,
    ) -> None:
        self._runner, self._folder, self._keys = runner, folder, keys
        self._open_file, self._on_joined, self._on_wiped = open_file, on_joined, on_wiped
        self.sign_in = SignInModel(runner, language, self._open_at, timing, ways)
        self.code = ChooseCodeModel(language)
        self.server = self.email = ""
        self._begun: DeviceAccount | None = None
        self._begun_code = ""

    @property
    def needs_code(self) -> bool:
        """Whether a code for the file has to be chosen first: no keyring keeps its key."""
        return not self._keys.can_keep and not self.code.chosen

    async def go(self, join: Join, email: str = "") -> None:
        """Sign in by `join`, one of the ways of `sign_in`, and fetch everything."""
        self.email = email
        stop = self.sign_in.observe(self._follow)
        try:
            await join()
        finally:
            stop()
        if self.sign_in.shown.step == "ask" and not self.sign_in.was_offline:
            await self.drop()

    async def drop(self) -> None:
        """Leave nothing of a file that nobody has signed in with."""
        self.sign_in.stop_waiting()
        begun, self._begun = self._begun, None
        if begun is not None:
            await self._runner.let_go()
            self._keys.forget_key(begun.id)
            await asyncio.to_thread(self._folder.remove_account, begun)

    def _follow(self) -> None:
        signed_in = self.sign_in
        if signed_in.shown.step == "syncing" and self._begun is not None:
            email = self.email or (signed_in.account if "@" in signed_in.account else "")
            account, self._begun = replace(self._begun, email=email, directory=signed_in.came_by), None
            self._folder.save_account(account)
            self._on_joined(account)

    async def _open_at(self, server: str, fingerprint: str) -> Replica:
        """A file for who is about to sign in. That of a try that met no network is taken again: to no other one does
        the server repeat an answer that was lost."""
        certificate = await fetch_certificate(server, fingerprint) if fingerprint else ""
        kind = "keyring" if self._keys.can_keep else self.code.shown.kind
        wanted, begun = (server, certificate, kind, self.code.chosen), self._begun
        if begun is None or (begun.server, begun.certificate, begun.key, self._begun_code) != wanted:
            begun = self._begun = self._folder.add_account(server, kind, certificate=certificate)
            self._begun_code = self.code.chosen
            secret: Secret = self.code.chosen or self._keys.make_key(begun.id)
        else:
            secret = self.code.chosen or self._keys.read_key(begun.id)
        return await self._open_file(begun, secret, self._on_wiped)
