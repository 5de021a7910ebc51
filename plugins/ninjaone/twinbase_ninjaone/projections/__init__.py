"""From NinjaOne's tables to the mobile schema: visits and incidents that came of tickets, tickets, what was said."""

from twinbase.projection import Projection
from twinbase_ninjaone.projections.comments import comment_projection
from twinbase_ninjaone.projections.tickets import ticket_projection
from twinbase_ninjaone.projections.visits import visit_projections
from twinbase_ninjaone.settings import NinjaOneSettings

__all__ = ["make_projections"]


def make_projections(settings: NinjaOneSettings) -> list[Projection]:
    """In the order in which rows may refer to each other."""
    return [*visit_projections(settings), ticket_projection(settings), comment_projection(settings)]
