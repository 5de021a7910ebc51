"""Who is asking: an identity with claims, and `Who`, its stand-in while a scope is being declared."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BindParameter, DateTime, bindparam

from twinbase.errors import ClaimMissing

CLAIM_PREFIX = "claim_"
AS_OF = "as_of"


@dataclass(frozen=True, slots=True)
class Identity:
    """A person or a program that signed in: `subject` is stable for ever, `claims` say what scopes may ask."""

    subject: str
    claims: Mapping[str, Any] = field(default_factory=dict)

    def claim(self, name: str) -> Any:
        """The value of a claim; raises ClaimMissing when it is absent or None (H10: never an empty set by accident)."""
        value = self.claims.get(name)
        if value is None:
            raise ClaimMissing(f"Claim {name!r} of {self.subject!r}: add it where the account is kept.")
        return value

    def fingerprint(self) -> str:
        """A short hash of subject and claims: two equal ones see the same rows at the same time."""
        body = json.dumps([self.subject, dict(self.claims)], sort_keys=True, separators=(",", ":"), default=str)
        return hashlib.sha256(body.encode()).hexdigest()[:16]


class Who:
    """What a scope receives: `who["colleague_id"]` and `who.as_of` are parameters of the SQL that it declares.

    A scope is called once, at start, so it must be SQL all the way: use `or_(who["role"] == "boss", …)`, not `if`.
    `column.in_(who["sectors"])` works with a claim that is a list.
    """

    def __getitem__(self, claim: str) -> BindParameter[Any]:
        return bindparam(CLAIM_PREFIX + claim, unique=False)

    @property
    def as_of(self) -> BindParameter[Any]:
        """The server's time, cut to the hour, that windows are measured from (aware, UTC)."""
        return bindparam(AS_OF, type_=DateTime(timezone=True), unique=False)
