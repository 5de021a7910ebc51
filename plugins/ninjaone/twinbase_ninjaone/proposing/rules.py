"""Which tickets are proposed, and when one that was decided is proposed again. Pure."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Rule = Literal["off", "assigned", "linked"]
MATERIAL = (
    "subject", "type", "priority", "severity", "client_id", "location_id", "node_id", "assigned_app_user_id",
    "followup_time",
)  # fmt: skip
"""What makes it another matter. Neither status nor version, nor comments and time: these are what we write ourselves,
and our own words that come back must not propose anything."""


@dataclass(frozen=True, slots=True)
class Links:
    """Technicians and organisations whose link a person has confirmed."""

    users: frozenset[int]
    organizations: frozenset[int]


def checksum_of(ticket: Mapping[str, Any]) -> str:
    """Of what is material in it."""
    said = json.dumps([ticket[name] for name in MATERIAL], default=str)
    return hashlib.sha256(said.encode()).hexdigest()


def is_wanted(ticket: Mapping[str, Any], links: Links, rule: Rule, finished: Collection[int]) -> bool:
    """Whether the ticket is open, and of somebody whom we know."""
    if rule == "off" or ticket["deleted"] or ticket["deleted_at"] or ticket["status_parent_id"] in finished:
        return False
    assigned = ticket["assigned_app_user_id"] in links.users
    return assigned or (rule == "linked" and ticket["client_id"] in links.organizations)


def next_state(state: str | None, wanted: bool, *, changed: bool) -> str | None:
    """What becomes of a proposal (None: there is none) when its ticket is looked at again.

    What was approved or done stays; what was rejected comes back only when the ticket has become another matter.
    """
    if state in (None, "withdrawn"):
        return "proposed" if wanted else state
    if state == "proposed":
        return "proposed" if wanted else "withdrawn"
    if state == "rejected":
        return "proposed" if wanted and changed else "rejected"
    return state
