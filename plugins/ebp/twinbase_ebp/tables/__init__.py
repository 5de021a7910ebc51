"""The tables of EBP that mean something to us, as far as they are used: their names are EBP's, case and all.

Any other table can be mirrored as it is; these are the ones that projections, value maps and exporters know.
"""

from sqlalchemy import Table
from sqlmodel import SQLModel

from twinbase_ebp.tables.customers import Address, Contact, Customer
from twinbase_ebp.tables.documents import (
    ActivityAssociatedFiles,
    ConstructionSiteAssociatedFiles,
    CustomerProductAssociatedFiles,
    DealAssociatedFiles,
    EbpSysDeletedRecord,
    SaleDocument,
    SaleDocumentLine,
    ScheduleEventAssociatedFiles,
)
from twinbase_ebp.tables.installed import (
    CustomerProduct,
    Incident,
    IncidentCustomerProduct,
    MaintenanceContract,
    MaintenanceContractCustomerProduct,
)
from twinbase_ebp.tables.projects import ConstructionSite, Deal, DealColleague, DealCustomer
from twinbase_ebp.tables.staff import Colleague, ColleagueCompetence, Competence, GeographicSector
from twinbase_ebp.tables.stock import (
    Item,
    ItemFamily,
    ItemSubFamily,
    StockDocument,
    StockDocumentLine,
    StockItem,
    StockMovement,
    Storehouse,
    TravelExpense,
    Unit,
    Vat,
)
from twinbase_ebp.tables.work import (
    Activity,
    ScheduleEvent,
    ScheduleEventCustomerProduct,
    ScheduleEventTemplate,
    ScheduleEventType,
)

MODELS: tuple[type[SQLModel], ...] = (
    Customer, Contact, Address, Colleague, Competence, ColleagueCompetence, GeographicSector, ScheduleEvent,
    ScheduleEventType, ScheduleEventTemplate, ScheduleEventCustomerProduct, ScheduleEventAssociatedFiles, Activity,
    ActivityAssociatedFiles, Incident, IncidentCustomerProduct, MaintenanceContract,
    MaintenanceContractCustomerProduct, CustomerProduct, CustomerProductAssociatedFiles, Deal, DealCustomer,
    DealColleague, DealAssociatedFiles, ConstructionSite, ConstructionSiteAssociatedFiles, Item, ItemFamily,
    ItemSubFamily, Unit, Vat, Storehouse, StockItem, StockDocument, StockDocumentLine, StockMovement, TravelExpense,
    SaleDocument, SaleDocumentLine, EbpSysDeletedRecord,
)  # fmt: skip
TABLES: tuple[Table, ...] = tuple(model.__table__ for model in MODELS)  # type: ignore[attr-defined]

__all__ = [
    "MODELS",
    "TABLES",
    "Activity",
    "ActivityAssociatedFiles",
    "Address",
    "Colleague",
    "ColleagueCompetence",
    "Competence",
    "ConstructionSite",
    "ConstructionSiteAssociatedFiles",
    "Contact",
    "Customer",
    "CustomerProduct",
    "CustomerProductAssociatedFiles",
    "Deal",
    "DealAssociatedFiles",
    "DealColleague",
    "DealCustomer",
    "EbpSysDeletedRecord",
    "GeographicSector",
    "Incident",
    "IncidentCustomerProduct",
    "Item",
    "ItemFamily",
    "ItemSubFamily",
    "MaintenanceContract",
    "MaintenanceContractCustomerProduct",
    "SaleDocument",
    "SaleDocumentLine",
    "ScheduleEvent",
    "ScheduleEventAssociatedFiles",
    "ScheduleEventCustomerProduct",
    "ScheduleEventTemplate",
    "ScheduleEventType",
    "StockDocument",
    "StockDocumentLine",
    "StockItem",
    "StockMovement",
    "Storehouse",
    "TravelExpense",
    "Unit",
    "Vat",
]
