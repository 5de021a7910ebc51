"""From NinjaOne's tables to the mobile schema: visits and incidents that came of tickets, tickets, what was said."""

from twinbase.projection import Projection
from twinbase_ninjaone.projections.comments import comments
from twinbase_ninjaone.projections.tickets import tickets
from twinbase_ninjaone.projections.visits import visits
from twinbase_ninjaone.settings import NinjaOneSettings

__all__ = ["projections"]


def projections(settings: NinjaOneSettings) -> list[Projection]:
    """In the order in which rows may refer to each other."""
    return [*visits(settings), tickets(settings), comments(settings)]
