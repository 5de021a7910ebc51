"""The wrapping key: it lies outside of the database, so that a dump holds no key that signs anything."""

import os
import secrets
from base64 import b64decode
from binascii import Error as NotBase64
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from twinbase.errors import TwinbaseError

CREDENTIAL = "twinbase-wrapping-key"
KEY_BYTES = 32
_NONCE_BYTES = 12
_OTHERS = 0o077


class UnfitWrappingKey(TwinbaseError):
    """The file of the wrapping key cannot be used. Make one: `openssl rand -base64 32 >FILE; chmod 600 FILE`."""


class WrongWrappingKey(TwinbaseError):
    """The signing keys were wrapped by another key. Set TWINBASE_WRAPPING_KEY_FILE to the file of that one."""


class WrappingKey:
    """Wraps keys before they are kept, by AES-256 in GCM. `fingerprint` tells one wrapping key from another."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self.fingerprint = sha256(b"twinbase wrapping key" + key).hexdigest()[:16]

    def wrap(self, name: str, key: bytes) -> bytes:
        """The key as it is kept under this name."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, key, name.encode())

    def unwrap(self, name: str, wrapped: bytes) -> bytes:
        """The key that is kept under this name; raises WrongWrappingKey where another key has wrapped it, or another
        name was written to it."""
        try:
            return self._cipher.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], name.encode())
        except (InvalidTag, ValueError) as error:
            raise WrongWrappingKey(f"(key {name})") from error


def read_wrapping_key(file: str | Path) -> WrappingKey | None:
    """The key in this file, or in the credential `twinbase-wrapping-key` that systemd gives the unit; else None.

    Raises UnfitWrappingKey when the file cannot be read, others may read it, or it holds no 32 bytes in base64.
    """
    path = Path(file) if file else _find_credential()
    if path is None:
        return None
    try:
        if file and os.name == "posix" and path.stat().st_mode & _OTHERS:
            raise UnfitWrappingKey(f"Others may read {path}: chmod 600 {path}.")
        text = path.read_bytes()
    except OSError as error:
        raise UnfitWrappingKey(f"({path}: {error.strerror})") from error
    return WrappingKey(_decode(path, text))


def _find_credential() -> Path | None:
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    path = Path(folder, CREDENTIAL)
    return path if folder and path.exists() else None


def _decode(path: Path, text: bytes) -> bytes:
    try:
        key = b64decode(text.strip(), validate=True)
    except NotBase64:
        key = b""
    if len(key) != KEY_BYTES:
        raise UnfitWrappingKey(f"{path} holds no {KEY_BYTES} bytes in base64.")
    return key
