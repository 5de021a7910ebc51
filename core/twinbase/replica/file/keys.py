"""The key of a replica: 32 bytes as they are, or a passphrase stretched with argon2id.

The salt is the first 16 bytes of the file itself, where SQLCipher keeps its own: it cannot be lost apart from the
file, needs no file beside it, and stays through a change of key. Where the key lives between two starts (keystore,
keyring) is the app's matter; the engine keeps it in memory only.
"""

import os
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from argon2.low_level import Type, hash_secret_raw

from twinbase.replica.file.descriptors import read_at

KEY_BYTES = 32
SALT_BYTES = 16
ARGON2_PASSES = 3
ARGON2_KIBIBYTES = 64 * 1024
ARGON2_LANES = 1

Secret = bytes | str


@dataclass(frozen=True, slots=True)
class FileKey:
    """The key as SQLCipher takes it, with the salt of its file. Never shown in a repr."""

    raw: bytes = field(repr=False)
    salt: bytes = field(repr=False)

    @property
    def pragma(self) -> str:
        """The value of PRAGMA key and PRAGMA rekey: a raw key, so that SQLCipher stretches nothing at each connect."""
        return f"\"x'{self.raw.hex()}{self.salt.hex()}'\""


def key_for(path: Path, secret: Secret) -> FileKey:
    """The key that `secret` gives for the file at `path` (which may not exist yet). A passphrase takes 0.2 seconds."""
    check_secret(secret)
    salt = _salt_of(path) or os.urandom(SALT_BYTES)
    return FileKey(_raw(secret, salt), salt)


def check_secret(secret: Secret) -> None:
    """Raise ValueError for what cannot be a key."""
    if isinstance(secret, str):
        if not secret:
            raise ValueError("The passphrase is empty: give one, or 32 random bytes.")
    elif len(secret) != KEY_BYTES:
        raise ValueError(f"A raw key has {KEY_BYTES} bytes, this one {len(secret)}: give secrets.token_bytes(32).")


def _salt_of(path: Path) -> bytes | None:
    try:
        salt = read_at(path, 0, SALT_BYTES)
    except FileNotFoundError:
        return None
    return salt if len(salt) == SALT_BYTES else None


def _raw(secret: Secret, salt: bytes) -> bytes:
    if isinstance(secret, str):
        typed = unicodedata.normalize("NFC", secret).encode()  # é is one letter here and two there, by the keyboard
        return hash_secret_raw(typed, salt, ARGON2_PASSES, ARGON2_KIBIBYTES, ARGON2_LANES, KEY_BYTES, Type.ID)
    return bytes(secret)
