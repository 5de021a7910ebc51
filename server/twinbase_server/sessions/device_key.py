"""The key of a device: with its private half, which never leaves it, a device shows that a refresh token is its own."""

import binascii
from base64 import urlsafe_b64decode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from twinbase.protocol import RefreshRequest, refresh_proof
from twinbase_server.problems import ProblemError

KEY_BYTES = 32


def read_device_key(text: str) -> bytes | None:
    """The 32 bytes of a public Ed25519 key (RFC 8032) as they are sent, None for a device that has none.

    Raises the problem `bad-request` for anything else.
    """
    if not text:
        return None
    key = _decode(text)
    if len(key) != KEY_BYTES:
        raise ProblemError("bad-request", "device_key is the 32 bytes of a public Ed25519 key, as base64url.")
    return key


def is_of_device(request: RefreshRequest, key: bytes) -> bool:
    """Whether whoever asks has the private half of the session's key."""
    return is_signed(refresh_proof(request.refresh_token, request.rotation, request.replica), request.proof, key)


def is_signed(message: bytes, signature: str, key: bytes) -> bool:
    """Whether whoever has the private half of this key has signed this."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(_decode(signature), message)
    except (InvalidSignature, ProblemError, ValueError):
        return False
    return True


def _decode(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise ProblemError("bad-request", "This is no base64url.") from error
