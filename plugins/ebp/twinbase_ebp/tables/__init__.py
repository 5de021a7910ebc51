"""The tables of EBP that feed `mobile`, as far as they are used: their names are EBP's, case and all."""

from twinbase_ebp.tables.customers import (
    Address,
    ConstructionSite,
    Contact,
    Customer,
    CustomerProduct,
    Deal,
    DealCustomer,
    MaintenanceContract,
    MaintenanceContractCustomerProduct,
)
from twinbase_ebp.tables.staff import (
    Colleague,
    ColleagueCompetence,
    Competence,
    ScheduleEventTemplate,
    ScheduleEventType,
    Unit,
)
from twinbase_ebp.tables.stock import Item, ItemFamily, ItemSubFamily, StockItem, Storehouse
from twinbase_ebp.tables.work import Activity, ScheduleEvent, ScheduleEventCustomerProduct

__all__ = [
    "Activity",
    "Address",
    "Colleague",
    "ColleagueCompetence",
    "Competence",
    "ConstructionSite",
    "Contact",
    "Customer",
    "CustomerProduct",
    "Deal",
    "DealCustomer",
    "Item",
    "ItemFamily",
    "ItemSubFamily",
    "MaintenanceContract",
    "MaintenanceContractCustomerProduct",
    "ScheduleEvent",
    "ScheduleEventCustomerProduct",
    "ScheduleEventTemplate",
    "ScheduleEventType",
    "StockItem",
    "Storehouse",
    "Unit",
]
