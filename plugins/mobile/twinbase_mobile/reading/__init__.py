"""What a screen shows, read from a replica: functions over a read session that answer frozen values, sorted and whole.

No front end writes SQL. Each function runs a fixed number of queries, whatever is in the file, and takes the time and
the time zone as arguments.

    me = await whoami(replica)
    async with replica.read() as session:
        day = await my_day(session, me, now=datetime.now(UTC))
"""

from twinbase_mobile.reading.checklists import Checklist, Item
from twinbase_mobile.reading.choices import StorehouseLine, VisitType, list_storehouses, list_visit_types
from twinbase_mobile.reading.customer import ContactLine, Customer360, read_customer_360
from twinbase_mobile.reading.dealings import Contract, OpenIncident, ProjectLine, RequestLine, TicketLine, my_requests
from twinbase_mobile.reading.deliveries import DeliveryLine, my_deliveries
from twinbase_mobile.reading.equipment import Cover, EquipmentSheet, Measure, OnVisit, read_equipment
from twinbase_mobile.reading.expenses import ExpenseLine, Expenses, ExpensesOfState, Total, my_expenses
from twinbase_mobile.reading.found_customers import CustomerLine, FoundCustomers, find_customers
from twinbase_mobile.reading.found_jobs import FoundJobs, count_jobs, find_jobs
from twinbase_mobile.reading.hours import DayHours, Entry, WeekHours, my_hours, running_hours
from twinbase_mobile.reading.jobs import ContactPerson, Earlier, Job, Reference, read_job
from twinbase_mobile.reading.marking import Mark, Marks, read_marks
from twinbase_mobile.reading.me import whoami
from twinbase_mobile.reading.month import Month, MonthDay, my_month
from twinbase_mobile.reading.near import Near, distance_metres, nearby_sites
from twinbase_mobile.reading.product import PartUse, ProductSheet, StockPlace, read_product
from twinbase_mobile.reading.products import Found, ProductSearch
from twinbase_mobile.reading.sites import Equipment, Site
from twinbase_mobile.reading.stock import Stock, StockLine, my_stock
from twinbase_mobile.reading.team import ColleagueLine, list_colleagues
from twinbase_mobile.reading.tickets import CommentLine, TicketSheet, TicketSummary, my_tickets, read_ticket
from twinbase_mobile.reading.visits import Day, OpenJobs, Place, Visit, Week, my_day, my_week, open_jobs
from twinbase_mobile.reading.work import Appliance, File, Note, Part, Photo, Signature, Teammate

__all__ = [
    "Appliance",
    "Checklist",
    "ColleagueLine",
    "CommentLine",
    "ContactLine",
    "ContactPerson",
    "Contract",
    "Cover",
    "Customer360",
    "CustomerLine",
    "Day",
    "DayHours",
    "DeliveryLine",
    "Earlier",
    "Entry",
    "Equipment",
    "EquipmentSheet",
    "ExpenseLine",
    "Expenses",
    "ExpensesOfState",
    "File",
    "Found",
    "FoundCustomers",
    "FoundJobs",
    "Item",
    "Job",
    "Mark",
    "Marks",
    "Measure",
    "Month",
    "MonthDay",
    "Near",
    "Note",
    "OnVisit",
    "OpenIncident",
    "OpenJobs",
    "Part",
    "PartUse",
    "Photo",
    "Place",
    "ProductSearch",
    "ProductSheet",
    "ProjectLine",
    "Reference",
    "RequestLine",
    "Signature",
    "Site",
    "Stock",
    "StockLine",
    "StockPlace",
    "StorehouseLine",
    "Teammate",
    "TicketLine",
    "TicketSheet",
    "TicketSummary",
    "Total",
    "Visit",
    "VisitType",
    "Week",
    "WeekHours",
    "count_jobs",
    "distance_metres",
    "find_customers",
    "find_jobs",
    "list_colleagues",
    "list_storehouses",
    "list_visit_types",
    "my_day",
    "my_deliveries",
    "my_expenses",
    "my_hours",
    "my_month",
    "my_requests",
    "my_stock",
    "my_tickets",
    "my_week",
    "nearby_sites",
    "open_jobs",
    "read_customer_360",
    "read_equipment",
    "read_job",
    "read_marks",
    "read_product",
    "read_ticket",
    "running_hours",
    "whoami",
]  # fmt: skip
