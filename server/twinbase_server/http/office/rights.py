"""Who is the office: whoever has a role with the permission. Nobody gives more than they have, nor to whom has more.

Where no plugin declares roles, everybody may do everything with rows; that makes nobody the office. The command line on
the server's machine, or a plugin with roles, is the way in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends

from twinbase.identity import EVERYTHING, Identity
from twinbase.roles import OFFICE_CONFLICTS, OFFICE_DEVICES, OFFICE_PEOPLE, OFFICE_SALVAGE
from twinbase_server.accounts import normalise_email
from twinbase_server.database.connection import Connection
from twinbase_server.http.access import AdmittedDep, NeededPermission
from twinbase_server.http.caller import ServingDep
from twinbase_server.http.serving import Serving
from twinbase_server.links.people import read_claims
from twinbase_server.problems import ProblemError

OFFICE_PROBLEMS = (
    "bad-request", "token-invalid", "token-expired", "session-ended", "other-account", "device-revoked", "device-wiped",
    "not-permitted", "claim-missing", "not-found", "too-busy", "database-unavailable",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Officer:
    """Who asks, and what they may do."""

    identity: Identity
    serving: Serving

    @property
    def name(self) -> str:
        return self.identity.subject

    def check_over(self, claims: Mapping[str, Any]) -> None:
        """Raises `not-permitted` for an account that may do something which whoever asks may not."""
        theirs = self.serving.plugins.roles.grant(Identity("", claims)).permissions
        mine = self.identity.permissions or frozenset()
        if EVERYTHING not in mine and (theirs is None or not theirs <= mine):
            raise ProblemError("not-permitted", "This account may do more than you may: ask somebody who may as much.")

    async def check_account(self, connection: Connection, account: str) -> None:
        """The same of an account that is there or is invited; one that is unknown may do nothing."""
        claims = await read_claims(connection, normalise_email(account), self.serving.clock())
        if claims is not None:
            self.check_over(claims)


async def _read_officer(who: AdmittedDep, serving: ServingDep) -> Officer:
    if not serving.plugins.roles.roles:
        raise ProblemError("not-permitted", "No plugin declares roles, so nobody is the office: use the command line.")
    return Officer(who.identity, serving)


OfficerDep = Annotated[Officer, Depends(_read_officer)]
needs_people = Depends(NeededPermission(OFFICE_PEOPLE))
needs_devices = Depends(NeededPermission(OFFICE_DEVICES))
needs_salvage = Depends(NeededPermission(OFFICE_SALVAGE))
needs_conflicts = Depends(NeededPermission(OFFICE_CONFLICTS))
