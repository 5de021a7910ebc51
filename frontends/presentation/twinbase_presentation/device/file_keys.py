"""The key of a file: 32 random bytes that the system's keyring keeps, or what a person types.

What is typed, a PIN or a passphrase, goes through argon2id into the key (`twinbase.replica.file.keys`, with the salt
at the head of the file) and is kept nowhere: whoever forgets it cannot open the file any more, and nobody else can.
A PIN of six digits keeps a colleague out; whoever takes the file away tries all of them in some days. Against that
helps a passphrase.
"""

from itertools import pairwise
from secrets import token_bytes
from typing import Literal

from twinbase.errors import KeystoreFailed
from twinbase.replica.file.keys import Secret
from twinbase.replica.tokens import KeyringTokens, TokenStore
from twinbase.replica.tokens.keyring import has_keyring
from twinbase_presentation.languages import Language

SERVICE = "twinbase file keys"
PIN_DIGITS, PIN_DIGITS_MAX, PASSPHRASE_LETTERS = 6, 12, 10
CodeKind = Literal["pin", "passphrase"]


class FileKeys:
    """Keys in the system's keyring, by the id of an account. `store`: another place for them, of a test say."""

    def __init__(self, store: TokenStore | None = None) -> None:
        self._store = store if store is not None else KeyringTokens(SERVICE) if has_keyring() else None

    @property
    def can_keep(self) -> bool:
        """Whether there is a keyring; without one somebody types a code."""
        return self._store is not None

    def make_key(self, account: str) -> bytes:
        """A new key, kept; raises KeystoreFailed where the keyring does not take it."""
        key = token_bytes(32)
        self._find_store().write(account, key.hex())
        return key

    def find_key(self, account: str) -> bytes | None:
        """The key that is kept, if one is; raises KeystoreFailed where the keyring is locked."""
        kept = self._find_store().read(account)
        return None if kept is None else bytes.fromhex(kept)

    def read_key(self, account: str) -> bytes:
        """The key that is kept; raises KeystoreFailed where the keyring is locked, or has lost it."""
        kept = self.find_key(account)
        if kept is None:
            raise KeystoreFailed("(it has no key for this file)")
        return kept

    def forget_key(self, account: str) -> None:
        """From now on nobody opens the file."""
        if self._store is not None:
            self._store.forget(account)

    def _find_store(self) -> TokenStore:
        if self._store is None:
            raise KeystoreFailed("(there is none on this system)")
        return self._store


def name_kind(code: str) -> CodeKind:
    """What a code is that opened a file: whatever the keys of the lock can type is digits."""
    is_pin = code.isascii() and code.isdigit() and len(code) <= PIN_DIGITS_MAX
    return "pin" if is_pin else "passphrase"


def judge_code(code: Secret, kind: CodeKind, language: Language) -> str:
    """Why it is no good code for a file; "" for one that is."""
    text = str(code)
    if kind == "passphrase":
        if len(text.strip()) < PASSPHRASE_LETTERS or len(set(text)) < PASSPHRASE_LETTERS // 2:
            return language.say("A passphrase has {n} letters at least: take four words.", n=PASSPHRASE_LETTERS)
        return ""
    if not (text.isascii() and text.isdigit()) or not PIN_DIGITS <= len(text) <= PIN_DIGITS_MAX:
        return language.say("A code has {n} digits at least.", n=PIN_DIGITS)
    steps = {(int(two) - int(one)) % 10 for one, two in pairwise(text)}
    if len(steps) == 1:
        return language.say("This code is guessed at once. Take another one.")
    return ""
