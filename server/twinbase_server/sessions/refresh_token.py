"""Refresh tokens: what a device shows to go on with its session. Each is used once and has one successor.

A token says which session it is of, its number in it, and which request it answered, and is signed: so one that was
used long ago is recognised without a list of all that ever were, and the same request has the same answer.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jwt

from twinbase_server.keys.signing_key import KeyRing
from twinbase_server.problems import ProblemError

AUDIENCE = "twinbase refresh"
TYPE = "rt+jwt"


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """What one says: its session, its number in it, and the rotation of the request that it answered."""

    session: UUID
    serial: int
    rotation: str


class RefreshTokens:
    """Makes and reads refresh tokens."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    def make(self, token: RefreshToken, kid: str | None = None) -> str:
        """The text that a device keeps: always the same one for the same token and key."""
        key = (self._keys.find("refresh", kid) if kid else None) or self._keys.find_signing("refresh")
        content = {"aud": AUDIENCE, "sid": str(token.session), "n": token.serial, "rot": token.rotation}
        return jwt.encode(content, key.signing_material, algorithm=key.algorithm, headers={"typ": TYPE, "kid": key.kid})

    def read(self, text: str) -> RefreshToken:
        """What a token says; raises the problem `session-ended` for what is none of ours."""
        try:
            key = self._keys.find("refresh", str(jwt.get_unverified_header(text).get("kid", "")))
            if key is None:
                raise ProblemError("session-ended", "The key that signed it is not taken any more. Sign in again.")
            content: dict[str, Any] = jwt.decode(
                text,
                key.verifying_material,
                algorithms=[key.algorithm],
                audience=AUDIENCE,
                options={"require": ["aud"]},
            )
            return RefreshToken(UUID(content["sid"]), int(content["n"]), str(content["rot"]))
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise ProblemError("session-ended", "This is no refresh token of this server. Sign in again.") from error
