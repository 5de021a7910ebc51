"""The seals of pages: SQLCipher signs each page with a key that comes of the file's key and its salt.

The first page is tried by SQLCipher itself. When it cannot be read, either the key is another file's or the page is
damaged; the seal of any other page tells which. Without a page that says so it cannot be told: the salt, with which
every page is sealed, stands at the head of the first.
"""

import hmac
import struct
from hashlib import pbkdf2_hmac
from pathlib import Path

from twinbase.replica.file.descriptors import read_at
from twinbase.replica.file.keys import FileKey

PAGE_BYTES = 4096
SEAL_BYTES = 64
SEAL_KEY_BYTES = 32
SEAL_ROUNDS = 2
SALT_MASK = 0x3A
PAGES_TRIED = 64


def is_key_of(path: Path, key: FileKey) -> bool:
    """Whether any page of the file behind the first bears the seal of this key."""
    sealing = _seal_key(key)
    pages = path.stat().st_size // PAGE_BYTES
    tried = range(2, pages + 1, max(1, pages // PAGES_TRIED))
    return any(_is_sealed(read_at(path, (number - 1) * PAGE_BYTES, PAGE_BYTES), number, sealing) for number in tried)


def _seal_key(key: FileKey) -> bytes:
    salt = bytes(byte ^ SALT_MASK for byte in key.salt)
    return pbkdf2_hmac("sha512", key.raw, salt, SEAL_ROUNDS, SEAL_KEY_BYTES)


def _is_sealed(page: bytes, number: int, sealing: bytes) -> bool:
    content, seal = page[:-SEAL_BYTES], page[-SEAL_BYTES:]
    return hmac.compare_digest(hmac.digest(sealing, content + struct.pack("<I", number), "sha512"), seal)
