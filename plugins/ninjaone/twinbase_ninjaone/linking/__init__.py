"""Who is whom: organisations of NinjaOne and customers of the ERP, technicians there and colleagues here."""

from twinbase_ninjaone.linking.deciding import LinkDecision, confirm, confirm_sure, link_by_hand, reject
from twinbase_ninjaone.linking.kinds import KINDS, LinkKind, NoSuchLink, parse_link_id
from twinbase_ninjaone.linking.listing import ListedLink, list_links
from twinbase_ninjaone.linking.proposing import propose

__all__ = [
    "KINDS",
    "LinkDecision",
    "LinkKind",
    "ListedLink",
    "NoSuchLink",
    "confirm",
    "confirm_sure",
    "link_by_hand",
    "list_links",
    "parse_link_id",
    "propose",
    "reject",
]  # fmt: skip
