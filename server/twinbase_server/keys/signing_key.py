"""The keys that sign, and which of them counts when."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal, get_args

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from twinbase.clock import Clock

Purpose = Literal["token", "cursor", "refresh"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
FIRST = "first"
"""The name of the keys of databases from before there were names: what they signed carries none."""
ALGORITHMS: dict[Purpose, str] = {"token": "EdDSA", "cursor": "HS256", "refresh": "HS256"}
PUBLISHED = timedelta(minutes=3)
"""A new key signs when every process has read of it, which each does every minute."""
KEPT: dict[Purpose, timedelta] = {
    "token": timedelta(days=1), "cursor": timedelta(days=400), "refresh": timedelta(days=400),
}  # fmt: skip
"""How long what an old key has signed is taken: tokens end before that by themselves. A device that was away for longer
than its cursor's key starts with a first sync, and its unsent work is offered again; one whose refresh token's key is
gone signs in again."""


@dataclass(frozen=True)
class SigningKey:
    """One key: what it is for, from when it signs, until when it is taken (None: for as long as it is the newest)."""

    purpose: Purpose
    kid: str
    algorithm: str
    secret: bytes = field(repr=False)
    signs_from: datetime
    ends_at: datetime | None = None

    @cached_property
    def signing_material(self) -> bytes | Ed25519PrivateKey:
        """What signs."""
        return Ed25519PrivateKey.from_private_bytes(self.secret) if self.algorithm == "EdDSA" else self.secret

    @cached_property
    def verifying_material(self) -> bytes | Ed25519PublicKey:
        """What verifies."""
        material = self.signing_material
        return material if isinstance(material, bytes) else material.public_key()

    def is_taken(self, now: datetime) -> bool:
        """Whether what it has signed still counts."""
        return self.ends_at is None or now < self.ends_at


class KeyRing:
    """The keys that one process knows. They are replaced while it runs, when somebody has rotated them."""

    def __init__(self, keys: Iterable[SigningKey], clock: Clock) -> None:
        self._clock = clock
        self.replace_keys(keys)

    def replace_keys(self, keys: Iterable[SigningKey]) -> None:
        """These are the keys from now on."""
        self._keys = {(key.purpose, key.kid): key for key in sorted(keys, key=lambda key: (key.signs_from, key.kid))}

    def find(self, purpose: Purpose, kid: str) -> SigningKey | None:
        """The key of this name, if what it has signed still counts."""
        key = self._keys.get((purpose, kid))
        return key if key is not None and key.is_taken(self._clock()) else None

    def find_signing(self, purpose: Purpose) -> SigningKey:
        """The key that signs now: the newest that every process knows, or, before that, the first there is."""
        now = self._clock()
        keys = [key for key in self._keys.values() if key.purpose == purpose and key.is_taken(now)]
        signing = [key for key in keys if key.signs_from <= now]
        return signing[-1] if signing else keys[0]
