"""Access tokens: a short-lived proof of who signed in on which device, checked without asking the database."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt

from twinbase.identity import Identity
from twinbase_server.database.connection import Connection
from twinbase_server.keys.signing_key import FIRST, KeyRing
from twinbase_server.problems import ProblemError

AUDIENCE = "twinbase"
TYPE = "at+jwt"
"""As RFC 9068 names it."""
# A file belongs to one account for ever (H30): the update finds no row when the device is another account's.
_ENROL = """
INSERT INTO twinbase.replica (id, account, device_name, last_seen) VALUES ($1, $2, $3, $4)
ON CONFLICT (id) DO UPDATE SET device_name = coalesce(nullif(excluded.device_name, ''), replica.device_name),
    last_seen = excluded.last_seen
WHERE replica.account = excluded.account
RETURNING revoked_at
"""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who a token names, on which device, and until when."""

    identity: Identity
    replica: UUID
    expires_at: datetime


class Tokens:
    """Makes and reads access tokens."""

    def __init__(self, keys: KeyRing, lifetime: timedelta) -> None:
        self._keys = keys
        self.lifetime = lifetime

    def make(self, identity: Identity, replica: UUID, now: datetime) -> str:
        """A token for this person on this device."""
        key = self._keys.find_signing("token")
        return jwt.encode(
            {
                "aud": AUDIENCE,
                "sub": identity.subject,
                "rep": str(replica),
                "clm": dict(identity.claims),
                "iat": int(now.timestamp()),
                "exp": int((now + self.lifetime).timestamp()),
            },
            key.signing_material,
            algorithm=key.algorithm,
            headers={"typ": TYPE, "kid": key.kid},
        )

    def read(self, token: str, now: datetime) -> SignedIn:
        """Who it names; raises the problems `token-invalid` and `token-expired`."""
        content = self._decode(token)
        try:
            identity = Identity(str(content["sub"]), dict(content["clm"]))
            signed = SignedIn(identity, UUID(content["rep"]), datetime.fromtimestamp(int(content["exp"]), UTC))
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ProblemError("token-invalid", "Sign in again.") from error
        if signed.expires_at <= now:
            raise ProblemError("token-expired", "Sign in again; unsent work is kept on the device.")
        return signed

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


async def bind_device(
    connection: Connection, identity: Identity, replica: UUID, device_name: str, now: datetime
) -> None:
    """Bind a device to the account that signs in on it; refuse a device that is another account's, or cut off."""
    row = await connection.fetchrow(_ENROL, replica, identity.subject, device_name.replace("\x00", ""), now)
    if row is None:
        raise ProblemError("other-account", "Open one file per account on this device.")
    if row["revoked_at"] is not None:
        raise ProblemError("device-revoked", "Its unsent work is kept on it.")
