"""From EBP's tables to the mobile schema: parents first."""

from twinbase.projection import Projection
from twinbase_ebp.projections.customers import customer_projections
from twinbase_ebp.projections.staff import staff_projections
from twinbase_ebp.projections.stock import stock_projections
from twinbase_ebp.projections.work import work_projections
from twinbase_ebp.settings import EbpSettings

__all__ = ["projections"]


def projections(settings: EbpSettings) -> list[Projection]:
    """Every projection of EBP, in the order in which rows may refer to each other."""
    return [*stock_projections(settings), *staff_projections(), *customer_projections(), *work_projections(settings)]
