"""Which store of tokens a device has when its app has named none."""

from pathlib import Path

from twinbase.replica.file.keys import Secret
from twinbase.replica.tokens.keyring import KeyringTokens, has_keyring
from twinbase.replica.tokens.store import MemoryTokens, TokenStore
from twinbase.replica.tokens.vault import FileTokens


def choose_token_store(path: Path, key: Secret | None) -> TokenStore:
    """The system's keyring, or else a vault beside the file, opened by its key; without a key, this process alone."""
    if has_keyring():
        return KeyringTokens()
    return MemoryTokens() if key is None else FileTokens(path, key)
