"""Which store of tokens a device has when its app has named none."""

from functools import cached_property
from pathlib import Path

from twinbase.replica.file.keys import Secret
from twinbase.replica.tokens.keyring import KeyringTokens, has_keyring
from twinbase.replica.tokens.store import MemoryTokens, TokenStore
from twinbase.replica.tokens.vault import FileTokens


class ChosenTokens:
    """The store that `choose_token_store` finds, looked for when it is first used: a keyring and its library take
    longer to open than the replica's file, and who only reads what is on the device asks for no token."""

    def __init__(self, path: Path, key: Secret | None) -> None:
        self._path, self._key = path, key

    def read(self, name: str) -> str | None:
        """What is kept under this name."""
        return self._store.read(name)

    def write(self, name: str, text: str) -> None:
        """Keep this instead of what was kept."""
        self._store.write(name, text)

    def forget(self, name: str) -> None:
        """Keep nothing under this name."""
        self._store.forget(name)

    def rekey(self, name: str, secret: Secret) -> None:
        """From now on the replica's file is opened by this key, and so is a vault beside it."""
        if isinstance(self._store, FileTokens):
            self._store.rekey(name, secret)

    @cached_property
    def _store(self) -> TokenStore:
        return choose_token_store(self._path, self._key)


def choose_token_store(path: Path, key: Secret | None) -> TokenStore:
    """The system's keyring, or else a vault beside the file, opened by its key; without a key, this process alone."""
    if has_keyring():
        return KeyringTokens()
    return MemoryTokens() if key is None else FileTokens(path, key)
