"""A one-time link: what it gives, to whom, until when; and its secret, of which the database keeps a hash."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, Literal, TypeAlias

PATH = "/api/v1/auth/link"
SECRET_BYTES = 32
MINUTES_MIN, MINUTES_MAX = 15, 7 * 24 * 60
LinkPurpose: TypeAlias = Literal["invite", "reset", "admin"]
"""An invitation makes an account, and so does the first administrator's; a reset gives one that is there a password."""


@dataclass(frozen=True, slots=True)
class OneTimeLink:
    """What a link gives. `claims` and `name` are for an account that it makes."""

    kind: LinkPurpose
    account: str
    ends_at: datetime
    claims: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""

    @property
    def makes_account(self) -> bool:
        return self.kind != "reset"


def find_end(now: datetime, minutes: int) -> datetime:
    """Until when a link of now is good, for whoever has fewer minutes or more in mind than are safe."""
    return now + timedelta(minutes=min(max(minutes, MINUTES_MIN), MINUTES_MAX))


def make_secret() -> str:
    """256 bits that nobody guesses, in 43 letters."""
    return token_urlsafe(SECRET_BYTES)


def hash_secret(secret: str) -> bytes:
    """What is kept of it. Nobody can try 256 bits, so a quick hash will do."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def make_address(public_url: str, secret: str) -> str:
    """The link to click. What follows `#` stays in the browser: no log and no mail scanner's request has it."""
    return f"{public_url.rstrip('/')}{PATH}#{secret}"


def read_secret(typed: str) -> str:
    """The secret out of what somebody typed or copied: it alone, or all of the link."""
    return typed.rpartition("#")[2].strip()
