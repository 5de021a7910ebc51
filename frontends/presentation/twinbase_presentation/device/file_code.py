"""Another way to open a file that is there already: a code in place of the keyring's key, another code, or none.

    keyring → code      noted, encrypted anew, noted, and the keyring forgets its key
    code → code         noted, encrypted anew, noted
    code → keyring      a key in the keyring, noted, encrypted anew, noted

What is noted is no key: the first time, that the file opens by the one or by the other (`DeviceAccount.becomes`), and
the second time by which. Whoever is killed between two steps is asked for nothing that he does not have: see
`settle_account`. The engine encrypts all of the file in one transaction: killed in it, the old key opens it.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from twinbase.errors import KeystoreFailed, ReplicaBusy, ReplicaLocked, StorageFailed, TwinbaseError, WrongKey
from twinbase.replica import Replica
from twinbase.replica.file.file import ReplicaFile, connect
from twinbase.replica.file.keys import Secret, key_for
from twinbase_presentation.device.accounts import DeviceAccount, DeviceFolder, KeyKind
from twinbase_presentation.device.file_keys import FileKeys, name_kind
from twinbase_presentation.device.opening import OpenFile
from twinbase_presentation.observers import Observers
from twinbase_presentation.runner import Runner

SECONDS_FOR_OTHERS = 5.0
"""How long a sync of another window may take before that is said."""


class FileCode:
    """What opens the file that is open. `observe` it: the account is another one afterwards."""

    def __init__(self, runner: Runner, folder: DeviceFolder, keys: FileKeys, account: DeviceAccount) -> None:
        self._runner, self._folder, self._keys, self.account = runner, folder, keys, account
        self._observers = Observers()

    @property
    def can_remove(self) -> bool:
        """Whether there is a code, and a keyring that keeps a key in place of it."""
        return self.account.asks_code and self._keys.can_keep

    def observe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` when the file opens by something else; what is answered stops it."""
        return self._observers.add(callback)

    async def check(self, code: str) -> None:
        """Raise WrongKey for a code that does not open the file."""
        if not await self._opens_by(code):
            raise WrongKey()

    async def set_code(self, code: str) -> None:
        """From now on this code opens the file, and nothing else. Raises ReplicaLocked when somebody works on it, and
        StorageFailed where there is no room: what opened it opens it then."""
        await self._change(code, name_kind(code))
        await self._forget_key()

    async def remove_code(self) -> None:
        """From now on a key of the keyring opens it. Raises as `set_code`, and KeystoreFailed."""
        key = await asyncio.to_thread(self._keys.make_key, self.account.id)
        try:
            await self._change(key, "keyring")
        except TwinbaseError:
            await self._forget_key()
            raise

    async def _change(self, secret: Secret, kind: KeyKind) -> None:
        before = replace(self.account, becomes=None)
        self._folder.save_account(replace(before, becomes=kind))
        try:
            await self._runner.ask_alone(lambda replica: _encrypt_anew(replica, secret))
        except TwinbaseError:
            self._note(before)
            raise
        self._note(replace(before, key=kind))

    async def _opens_by(self, code: str) -> bool:
        def compare(replica: Replica) -> bool:
            return key_for(replica.path, code) == replica.database.file.key

        return await self._runner.ask(lambda replica: asyncio.to_thread(compare, replica))

    async def _forget_key(self) -> None:
        """It opens nothing any more, so that a keyring that is locked may keep it."""
        with suppress(KeystoreFailed):
            await asyncio.to_thread(self._keys.forget_key, self.account.id)

    def _note(self, account: DeviceAccount) -> None:
        """What cannot be noted for want of room is found out at the next start."""
        self.account = account
        with suppress(StorageFailed):
            self._folder.save_account(account)
        self._observers.tell()


async def settle_account(
    account: DeviceAccount, runner: Runner, folder: DeviceFolder, keys: FileKeys, open_file: OpenFile
) -> DeviceAccount:
    """The account as its file is, where the app ended while that was given another key: the keyring's key is tried.
    Between two codes its lock takes either. Raises KeystoreFailed where the keyring does not say."""
    if account.becomes is None or account.asks_code_alone:
        return account
    kept = await asyncio.to_thread(keys.find_key, account.id)
    code: KeyKind = account.becomes if account.key == "keyring" else account.key
    kind: KeyKind = "keyring" if kept and await _opens(runner, account, kept, open_file) else code
    settled = replace(account, key=kind, becomes=None)
    folder.save_account(settled)
    if settled.asks_code:
        with suppress(KeystoreFailed):
            await asyncio.to_thread(keys.forget_key, account.id)
    return settled


def settle_by_code(account: DeviceAccount, code: str, folder: DeviceFolder) -> DeviceAccount:
    """The same, between two codes: this one has opened it."""
    if account.becomes is None:
        return account
    settled = replace(account, key=name_kind(code), becomes=None)
    with suppress(StorageFailed):
        folder.save_account(settled)
    return settled


async def _encrypt_anew(replica: Replica, secret: Secret) -> None:
    """All of the file, or nothing of it."""
    try:
        await replica.rekey(secret, wait_seconds=SECONDS_FOR_OTHERS)
    except TwinbaseError as error:
        # A reader in another process lets the new pages be written, and not be moved into the file: the key is the new
        # one then, whatever is said. Asked once more, the engine takes note of it.
        if not await asyncio.to_thread(_has_key, replica.path, secret):
            raise (ReplicaLocked() if isinstance(error, ReplicaBusy) else error) from error
        with suppress(TwinbaseError):
            await replica.rekey(secret, wait_seconds=SECONDS_FOR_OTHERS)


def _has_key(path: Path, secret: Secret) -> bool:
    file = ReplicaFile(path, key_for(path, secret))
    try:
        connect(file).close()
    except file.driver.DatabaseError:
        return False
    return True


async def _opens(runner: Runner, account: DeviceAccount, key: bytes, open_file: OpenFile) -> bool:
    try:
        await runner.open(lambda: open_file(account, key, _wipe_nothing))
    except WrongKey:
        return False
    await runner.let_go()
    return True


async def _wipe_nothing() -> None:
    """Nobody asks a server whether the file is to be destroyed while its key is tried."""
