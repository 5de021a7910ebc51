"""The tables of schema `ninjaone`: what NinjaOne fills, and what is ours."""

from sqlmodel import SQLModel

from twinbase_ninjaone.tables.base import SCHEMA, Fetched, table_of
from twinbase_ninjaone.tables.decided import LinkRejection, VisitProposal
from twinbase_ninjaone.tables.desk import Activity, Attribute, Board, Form, Status, Ticket, TicketLogEntry
from twinbase_ninjaone.tables.directory import Alert, Contact, Device, Location, Organization, User
from twinbase_ninjaone.tables.own import OrganizationCustomerLink, SyncCursor, UserColleagueLink
from twinbase_ninjaone.tables.written import Write

TABLES: tuple[type[SQLModel], ...] = (
    Organization, Location, Device, User, Contact, Alert, Board, Status, Form, Attribute, Ticket, TicketLogEntry,
    Activity, OrganizationCustomerLink, UserColleagueLink, LinkRejection, VisitProposal,
    Write, SyncCursor,
)  # fmt: skip

__all__ = [
    "SCHEMA", "TABLES", "Activity", "Alert", "Attribute", "Board", "Contact", "Device", "Fetched", "Form",
    "LinkRejection", "Location", "Organization", "OrganizationCustomerLink", "Status", "SyncCursor", "Ticket",
    "TicketLogEntry", "User", "UserColleagueLink", "VisitProposal", "Write", "table_of",
]  # fmt: skip
