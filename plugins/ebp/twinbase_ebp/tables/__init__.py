"""The tables of EBP that mean something to us, as far as they are used: their names are EBP's, case and all.

Any other table can be mirrored as it is; these are the ones that projections, value maps and exporters know.
"""

from sqlalchemy import Table
from sqlmodel import SQLModel

from twinbase_ebp.tables.customers import EbpAddress, EbpContact, EbpCustomer
from twinbase_ebp.tables.documents import (
    EbpActivityAssociatedFiles,
    EbpConstructionSiteAssociatedFiles,
    EbpCustomerProductAssociatedFiles,
    EbpDealAssociatedFiles,
    EbpSaleDocument,
    EbpSaleDocumentLine,
    EbpScheduleEventAssociatedFiles,
    EbpSysDeletedRecord,
)
from twinbase_ebp.tables.installed import (
    EbpCustomerProduct,
    EbpIncident,
    EbpIncidentCustomerProduct,
    EbpMaintenanceContract,
    EbpMaintenanceContractCustomerProduct,
)
from twinbase_ebp.tables.projects import EbpConstructionSite, EbpDeal, EbpDealColleague, EbpDealCustomer
from twinbase_ebp.tables.staff import EbpColleague, EbpColleagueCompetence, EbpCompetence, EbpGeographicSector
from twinbase_ebp.tables.stock import (
    EbpItem,
    EbpItemFamily,
    EbpItemSubFamily,
    EbpStockDocument,
    EbpStockDocumentLine,
    EbpStockItem,
    EbpStockMovement,
    EbpStorehouse,
    EbpTravelExpense,
    EbpUnit,
    EbpVat,
)
from twinbase_ebp.tables.work import (
    EbpActivity,
    EbpScheduleEvent,
    EbpScheduleEventCustomerProduct,
    EbpScheduleEventTemplate,
    EbpScheduleEventType,
)

MODELS: tuple[type[SQLModel], ...] = (
    EbpCustomer, EbpContact, EbpAddress, EbpColleague, EbpCompetence, EbpColleagueCompetence, EbpGeographicSector,
    EbpScheduleEvent, EbpScheduleEventType, EbpScheduleEventTemplate, EbpScheduleEventCustomerProduct,
    EbpScheduleEventAssociatedFiles, EbpActivity, EbpActivityAssociatedFiles, EbpIncident, EbpIncidentCustomerProduct,
    EbpMaintenanceContract, EbpMaintenanceContractCustomerProduct, EbpCustomerProduct,
    EbpCustomerProductAssociatedFiles, EbpDeal, EbpDealCustomer, EbpDealColleague, EbpDealAssociatedFiles,
    EbpConstructionSite, EbpConstructionSiteAssociatedFiles, EbpItem, EbpItemFamily, EbpItemSubFamily, EbpUnit, EbpVat,
    EbpStorehouse, EbpStockItem, EbpStockDocument, EbpStockDocumentLine, EbpStockMovement, EbpTravelExpense,
    EbpSaleDocument, EbpSaleDocumentLine, EbpSysDeletedRecord,
)  # fmt: skip
TABLES: tuple[Table, ...] = tuple(model.__table__ for model in MODELS)  # type: ignore[attr-defined]

__all__ = [
    "MODELS",
    "TABLES",
    "EbpActivity",
    "EbpActivityAssociatedFiles",
    "EbpAddress",
    "EbpColleague",
    "EbpColleagueCompetence",
    "EbpCompetence",
    "EbpConstructionSite",
    "EbpConstructionSiteAssociatedFiles",
    "EbpContact",
    "EbpCustomer",
    "EbpCustomerProduct",
    "EbpCustomerProductAssociatedFiles",
    "EbpDeal",
    "EbpDealAssociatedFiles",
    "EbpDealColleague",
    "EbpDealCustomer",
    "EbpGeographicSector",
    "EbpIncident",
    "EbpIncidentCustomerProduct",
    "EbpItem",
    "EbpItemFamily",
    "EbpItemSubFamily",
    "EbpMaintenanceContract",
    "EbpMaintenanceContractCustomerProduct",
    "EbpSaleDocument",
    "EbpSaleDocumentLine",
    "EbpScheduleEvent",
    "EbpScheduleEventAssociatedFiles",
    "EbpScheduleEventCustomerProduct",
    "EbpScheduleEventTemplate",
    "EbpScheduleEventType",
    "EbpStockDocument",
    "EbpStockDocumentLine",
    "EbpStockItem",
    "EbpStockMovement",
    "EbpStorehouse",
    "EbpSysDeletedRecord",
    "EbpTravelExpense",
    "EbpUnit",
    "EbpVat",
]
