"""How an attachment is encrypted: AES-256-GCM in pieces, so that a part of it can be read without the rest.

    magic (4) · salt (16) · piece 0 · piece 1 · …      each piece: up to 64 KiB, and 16 bytes more that authenticate it

Every file has a key of its own, derived from the store's key, the magic, the salt and the name under which it lies: a
file that is put in another's place cannot be read. The number of a piece and whether it is the last one are its nonce
(the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár): pieces that are swapped, left out or cut off at the
end are noticed, each at its place, and never read as something else.
"""

import hmac
import os
from dataclasses import dataclass
from hashlib import sha256 as new_sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"TWC\x01"
RANDOM_BYTES = 16
HEADER_BYTES = len(MAGIC) + RANDOM_BYTES
PIECE_BYTES = 64 * 1024
TAG_BYTES = 16
SEALED_BYTES = PIECE_BYTES + TAG_BYTES
_NUMBER_BYTES = 11


class WrongSeal(Exception):
    """These are not the bytes that were written."""


def stored_name(key: bytes, sha256: str) -> str:
    """Under which name a content lies: it says nothing of the content to whoever has not the key."""
    return hmac.new(key, sha256.encode(), new_sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class SealedSizes:
    """Where the pieces of a file are: `pieces` of them, the last one with `last` bytes of content."""

    pieces: int
    last: int

    @property
    def content(self) -> int:
        return (self.pieces - 1) * PIECE_BYTES + self.last


def measure_sealed(file_bytes: int) -> SealedSizes:
    """What a file of that many bytes holds; raises WrongSeal for a length that no file can have."""
    pieces, rest = divmod(file_bytes - HEADER_BYTES, SEALED_BYTES)
    if file_bytes < HEADER_BYTES + TAG_BYTES or 0 < rest < TAG_BYTES or (rest == TAG_BYTES and pieces):
        raise WrongSeal()
    return SealedSizes(pieces + 1, rest - TAG_BYTES) if rest else SealedSizes(pieces, PIECE_BYTES)


def make_header() -> bytes:
    """The head of a new file."""
    return MAGIC + os.urandom(RANDOM_BYTES)


class Seal:
    """Seals and opens the pieces of one file. `header`: its head; `name`: under which it lies."""

    def __init__(self, key: bytes, header: bytes, name: str) -> None:
        if len(header) != HEADER_BYTES or not header.startswith(MAGIC):
            raise WrongSeal()
        derive = HKDF(SHA256(), 32, salt=header[len(MAGIC) :], info=MAGIC + name.encode())
        self._cipher = AESGCM(derive.derive(key))

    def close(self, piece: bytes, number: int, *, last: bool) -> bytes:
        """The piece as it is kept. Never close two different pieces as the same number of one file."""
        return self._cipher.encrypt(_nonce(number, last), piece, None)

    def open(self, sealed: bytes, number: int, *, last: bool) -> bytes:
        """The piece as it was; raises WrongSeal."""
        try:
            return self._cipher.decrypt(_nonce(number, last), sealed, None)
        except (InvalidTag, ValueError) as error:
            raise WrongSeal() from error


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(_NUMBER_BYTES, "big") + bytes([last])
