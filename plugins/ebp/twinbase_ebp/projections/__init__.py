"""From EBP's tables to the mobile schema: parents first."""

from twinbase.projection import Projection
from twinbase_ebp.projections.customers import customer_projections
from twinbase_ebp.projections.documents import document_projections
from twinbase_ebp.projections.installed import incident_projections, installed_projections
from twinbase_ebp.projections.projects import project_projections
from twinbase_ebp.projections.staff import staff_projections
from twinbase_ebp.projections.stock import stock_projections
from twinbase_ebp.projections.team import team_projections
from twinbase_ebp.projections.work import kinds_projections, work_projections
from twinbase_ebp.settings import EbpSettings

__all__ = ["make_projections"]


def make_projections(settings: EbpSettings) -> list[Projection]:
    """Every projection of EBP, in the order in which rows may refer to each other."""
    return [
        *stock_projections(settings),
        *kinds_projections(),
        *staff_projections(settings),
        *customer_projections(),
        *installed_projections(),
        *project_projections(settings),
        *incident_projections(settings),
        *work_projections(settings),
        *team_projections(settings),
        *document_projections(settings),
    ]
