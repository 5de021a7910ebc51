"""Tickets that somebody should perhaps drive to: proposed by a rule, decided by a person."""

from twinbase_ninjaone.proposing.deciding import NoSuchProposal, NotNow, VisitPlan, approve, mark_done, reject
from twinbase_ninjaone.proposing.listing import Proposed, list_proposals
from twinbase_ninjaone.proposing.renewing import renew

__all__ = [
    "NoSuchProposal",
    "NotNow",
    "Proposed",
    "VisitPlan",
    "approve",
    "list_proposals",
    "mark_done",
    "reject",
    "renew",
]
