"""The 24 tables of `mobile` that a technician's day needs."""

from twinbase_mobile.tables.customers import (
    Contact,
    Customer,
    CustomerEquipment,
    CustomerSite,
    MaintenanceContract,
    Project,
)
from twinbase_mobile.tables.days import Expense, StockMovement, Timesheet
from twinbase_mobile.tables.kinds import SCHEMA
from twinbase_mobile.tables.reference import (
    Colleague,
    InterventionType,
    Product,
    ProductFamily,
    StockLevel,
    Storehouse,
    Unit,
)
from twinbase_mobile.tables.visits import (
    ChecklistAnswer,
    ChecklistTemplate,
    Intervention,
    InterventionEquipment,
    InterventionNote,
    InterventionPart,
    InterventionPhoto,
    InterventionSignature,
)

__all__ = [
    "SCHEMA", "ChecklistAnswer", "ChecklistTemplate", "Colleague", "Contact", "Customer", "CustomerEquipment",
    "CustomerSite", "Expense", "Intervention", "InterventionEquipment", "InterventionNote", "InterventionPart",
    "InterventionPhoto", "InterventionSignature", "InterventionType", "MaintenanceContract", "Product", "ProductFamily",
    "Project", "StockLevel", "StockMovement", "Storehouse", "Timesheet", "Unit",
]  # fmt: skip
