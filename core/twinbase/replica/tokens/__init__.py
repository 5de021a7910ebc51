"""Where a device keeps what its session goes on with: the system's keyring, or a small vault of its own."""

from twinbase.replica.tokens.keyring import KeyringTokens
from twinbase.replica.tokens.store import MemoryTokens, TokenStore
from twinbase.replica.tokens.vault import VaultTokens

__all__ = ["KeyringTokens", "MemoryTokens", "TokenStore", "VaultTokens"]
