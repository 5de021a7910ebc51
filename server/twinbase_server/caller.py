"""Who asks: each request of sync is made by a person, on a device."""

from dataclasses import dataclass
from uuid import UUID

from twinbase.identity import Identity


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, from which device, and what that device said of itself.

    `revision`: of the protocol, as it knows it. `defers`: it knows that a change may be put off, and sends it again.
    `session` and `claims_version`: as its token says; None in a token of before there were any.
    """

    identity: Identity
    replica: UUID
    epoch: int
    schema: str
    request: str
    revision: int = 1
    defers: bool = False
    session: UUID | None = None
    claims_version: int | None = None
