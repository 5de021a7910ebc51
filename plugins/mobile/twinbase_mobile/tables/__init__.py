"""The 32 tables of `mobile`: what a technician's day needs."""

from twinbase_mobile.tables.customers import (
    Contact,
    Customer,
    CustomerEquipment,
    CustomerSite,
    MaintenanceContract,
    Project,
)
from twinbase_mobile.tables.days import Expense, StockMovement, Timesheet, TravelLog
from twinbase_mobile.tables.documents import Document
from twinbase_mobile.tables.incidents import Incident
from twinbase_mobile.tables.kinds import SCHEMA
from twinbase_mobile.tables.reference import (
    Colleague,
    InterventionType,
    Product,
    ProductFamily,
    StockLevel,
    Storehouse,
    TravelRate,
    Unit,
    VatRate,
)
from twinbase_mobile.tables.tickets import Ticket, TicketComment
from twinbase_mobile.tables.visits import (
    ChecklistAnswer,
    ChecklistTemplate,
    Intervention,
    InterventionAssignment,
    InterventionEquipment,
    InterventionNote,
    InterventionPart,
    InterventionPhoto,
    InterventionSignature,
)

__all__ = [
    "SCHEMA", "ChecklistAnswer", "ChecklistTemplate", "Colleague", "Contact", "Customer", "CustomerEquipment",
    "CustomerSite", "Document", "Expense", "Incident", "Intervention", "InterventionAssignment",
    "InterventionEquipment", "InterventionNote", "InterventionPart", "InterventionPhoto", "InterventionSignature",
    "InterventionType", "MaintenanceContract", "Product", "ProductFamily", "Project", "StockLevel", "StockMovement",
    "Storehouse", "Ticket", "TicketComment", "Timesheet", "TravelLog", "TravelRate", "Unit", "VatRate",
]  # fmt: skip
