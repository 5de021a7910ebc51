"""Who is asking: an identity with claims, and `Who`, its stand-in while a scope is being declared."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BindParameter, Boolean, ColumnElement, DateTime, bindparam

from twinbase.errors import ClaimMissing
from twinbase.wording import says

CLAIM_PREFIX = "claim_"
OPTIONAL_PREFIX = "optional_"
PERMISSION_PREFIX = "permission:"
"""No column is called so: SQLAlchemy names the parameters that a condition compares with after its columns."""
AS_OF = "as_of"
SUBJECT = "who_subject"
EVERYTHING = "*"
"""Stands for every permission that there is."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A person or a program that signed in: `subject` is stable for ever, `claims` say what scopes may ask.

    `permissions`: what the roles in the claim `role` give, filled in by whoever knows the plugins; a sign-in leaves it
    out. None: nobody can tell.
    """

    subject: str
    claims: Mapping[str, Any] = field(default_factory=dict)
    permissions: frozenset[str] | None = field(default=None, compare=False)

    def require_claim(self, name: str) -> Any:
        """The value of a claim; raises ClaimMissing when it is absent or None (H10: never an empty set by accident)."""
        value = self.claims.get(name)
        if value is None:
            raise ClaimMissing(f"Claim {name!r} of {self.subject!r}: add it where the account is kept.")
        return value

    def may(self, permission: str) -> bool:
        """Whether a role of theirs gives it.

        Raises ClaimMissing where the claim `role` is missing, or names a role that no plugin declares.
        """
        if self.permissions is None:
            raise ClaimMissing(
                f"Claim 'role' of {self.subject!r} is missing, or names a role that no plugin declares: correct it"
                " where the account is kept."
            )
        return permission in self.permissions or EVERYTHING in self.permissions

    def fingerprint(self) -> str:
        """A short hash of subject and claims, the same on a device and on the server."""
        return _short_hash([self.subject, dict(self.claims)])

    def rights_fingerprint(self) -> str:
        """A short hash of subject, claims and permissions: two equal ones see the same rows at the same time."""
        if self.permissions is None or EVERYTHING in self.permissions:
            return self.fingerprint()
        return _short_hash([self.subject, dict(self.claims), sorted(self.permissions)])


def _short_hash(content: list[Any]) -> str:
    body = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(body.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class UncheckedIdentity:
    """Who it would be, if the check says so. It needs nothing but processor time, a password's hash say.

    `check` is called in a thread, when the connection to PostgreSQL has been given back. `identity` may be None: then
    nobody is it whatever the check says, and an unknown name takes as long as a wrong password.
    """

    identity: Identity | None
    check: Callable[[], bool] = field(repr=False)


async def settle_identity(found: Iterable[Identity | UncheckedIdentity]) -> Identity | None:
    """The first that it is; None when it is none of them."""
    for one in found:
        if isinstance(one, Identity):
            return one
        if await asyncio.to_thread(one.check) and one.identity is not None:
            return one.identity
    return None


class Who:
    """What a scope receives: `who["colleague_id"]`, `who.subject` and `who.as_of` are parameters of its SQL.

    A scope is called once, at start, so it must be SQL all the way: use `or_(who["role"] == "boss", …)`, not `if`.
    `column.in_(who["sectors"])` works with a claim that is a list.
    """

    def __getitem__(self, claim: str) -> BindParameter[Any]:
        return _Claim(CLAIM_PREFIX + claim, required=True)

    def get(self, claim: str) -> BindParameter[Any]:
        """A claim that an identity may lack: it is NULL then, and no comparison with it is true.

        `or_(Sheet.owner == who["colleague_id"], col(Sheet.owner).in_(who.get("team")))`
        """
        return _Claim(OPTIONAL_PREFIX + claim, required=True)

    def may(self, permission: str) -> ColumnElement[bool]:
        """Whether a role of the identity gives a permission: `or_(who.may("jobs.all"), Job.lead_id == who["id"])`."""
        asked = _Claim(PERMISSION_PREFIX + permission, type_=Boolean(), required=True)
        return says(asked, f"their role gives {permission}", f"no role of theirs gives {permission}")

    @property
    def subject(self) -> BindParameter[Any]:
        """The identity's subject: `col(Note.author) == who.subject`."""
        return _Claim(SUBJECT, required=True)

    @property
    def as_of(self) -> BindParameter[Any]:
        """The server's time, cut to the hour, that windows are measured from (aware, UTC)."""
        return bindparam(AS_OF, type_=DateTime(timezone=True), unique=False)


class _NotPython(int):
    """A hash that cannot be compared, so that `if who["role"] == "boss"` is an error.

    SQLAlchemy answers bool(a == b) by comparing the hashes of a and b, which would quietly take the wrong branch.
    """

    def __eq__(self, other: object) -> bool:
        raise TypeError("a claim is compared in SQL, not in Python")

    __ne__ = __eq__
    __hash__ = int.__hash__


class _Claim(BindParameter[Any]):
    inherit_cache = True

    def __hash__(self) -> int:
        return _NotPython(id(self) >> 4)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody typed to sign in. The password never appears in a repr."""

    email: str
    password: str = field(repr=False)
