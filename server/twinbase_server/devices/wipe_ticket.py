"""The ticket of a device that is to be wiped: given to whoever has shown to be that device, and good for this wipe."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import jwt

from twinbase_server.keys.signing_key import KeyRing
from twinbase_server.problems import ProblemError

AUDIENCE = "twinbase wipe"


@dataclass(frozen=True, slots=True)
class WipeTicket:
    """Which device, and which wipe: one that was cancelled and asked for again is another."""

    replica: UUID
    asked_at: datetime


class WipeTickets:
    """Makes and reads the tickets."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    def make(self, ticket: WipeTicket) -> str:
        """The text that the device shows."""
        key = self._keys.find_signing("token")
        content = {"aud": AUDIENCE, "rep": str(ticket.replica), "asked": ticket.asked_at.isoformat()}
        return jwt.encode(content, key.signing_material, algorithm=key.algorithm, headers={"kid": key.kid})

    def read(self, text: str) -> WipeTicket:
        """What a ticket says; raises the problem `token-invalid` for what is none of ours."""
        try:
            key = self._keys.find("token", str(jwt.get_unverified_header(text).get("kid", "")))
            if key is None:
                raise ProblemError("token-invalid", "The key that signed the ticket is not taken any more. Ask again.")
            content: dict[str, Any] = jwt.decode(
                text, key.verifying_material, algorithms=[key.algorithm], audience=AUDIENCE
            )
            return WipeTicket(UUID(content["rep"]), datetime.fromisoformat(content["asked"]))
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise ProblemError("token-invalid", "This is no ticket of a device that is to be wiped.") from error
