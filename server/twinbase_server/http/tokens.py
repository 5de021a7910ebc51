"""Access tokens: a short-lived proof of who signed in on which device, checked without asking the database."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt

from twinbase.identity import Identity
from twinbase_server.keys.signing_key import FIRST, KeyRing
from twinbase_server.problems import ProblemError

AUDIENCE = "twinbase"
TYPE = "at+jwt"
"""As RFC 9068 names it."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who a token names, on which device, and until when; of which session, and which version of the account's claims,
    unless it is of before there were any."""

    identity: Identity
    replica: UUID
    expires_at: datetime
    session: UUID | None = None
    claims_version: int | None = None


class Tokens:
    """Makes and reads access tokens."""

    def __init__(self, keys: KeyRing, lifetime: timedelta) -> None:
        self._keys = keys
        self.lifetime = lifetime

    def make(
        self,
        identity: Identity,
        replica: UUID,
        now: datetime,
        *,
        session: UUID | None = None,
        claims_version: int | None = None,
    ) -> str:
        """A token for this person on this device."""
        key = self._keys.find_signing("token")
        content = {
            "aud": AUDIENCE,
            "sub": identity.subject,
            "rep": str(replica),
            "sid": None if session is None else str(session),
            "cv": claims_version,
            "clm": dict(identity.claims),
            "iat": int(now.timestamp()),
            "exp": int((now + self.lifetime).timestamp()),
        }
        said = {name: value for name, value in content.items() if value is not None}
        return jwt.encode(said, key.signing_material, algorithm=key.algorithm, headers={"typ": TYPE, "kid": key.kid})

    def read(self, token: str, now: datetime) -> SignedIn:
        """Who it names; raises the problems `token-invalid` and `token-expired`."""
        signed = self.read_ended(token)
        if signed.expires_at <= now:
            raise ProblemError("token-expired", "Sign in again; unsent work is kept on the device.")
        return signed

    def read_ended(self, token: str) -> SignedIn:
        """Who it names or named, though it may have expired; raises the problem `token-invalid`."""
        content = self._decode(token)
        try:
            return _read_content(content)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ProblemError("token-invalid", "Sign in again.") from error

    def _decode(self, token: str) -> dict[str, Any]:
        # Time is an argument here, so its check is ours; the algorithm is the key's, and not for an attacker to choose.
        options: Any = {"verify_exp": False, "verify_iat": False, "require": ["exp", "sub", "aud"]}
        try:
            key = self._keys.find("token", jwt.get_unverified_header(token).get("kid", FIRST))
            if key is None:
                raise ProblemError("token-invalid", "The key that signed it is not taken any more. Sign in again.")
            content: dict[str, Any] = jwt.decode(
                token, key.verifying_material, algorithms=[key.algorithm], audience=AUDIENCE, options=options
            )
        except jwt.PyJWTError as error:
            raise ProblemError("token-invalid", "Sign in again.") from error
        return content


def _read_content(content: dict[str, Any]) -> SignedIn:
    return SignedIn(
        Identity(str(content["sub"]), dict(content["clm"])),
        UUID(content["rep"]),
        datetime.fromtimestamp(int(content["exp"]), UTC),
        UUID(content["sid"]) if "sid" in content else None,
        int(content["cv"]) if "cv" in content else None,
    )
