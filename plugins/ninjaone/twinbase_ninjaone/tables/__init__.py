"""The tables of schema `ninjaone`: what NinjaOne fills, and what is ours."""

from sqlmodel import SQLModel

from twinbase_ninjaone.tables.base import SCHEMA, Fetched, table_of
from twinbase_ninjaone.tables.decided import LinkRejection, VisitProposal
from twinbase_ninjaone.tables.desk import (
    NinjaActivity,
    NinjaAttribute,
    NinjaBoard,
    NinjaForm,
    NinjaStatus,
    NinjaTicket,
    NinjaTicketLogEntry,
)
from twinbase_ninjaone.tables.directory import (
    NinjaAlert,
    NinjaContact,
    NinjaDevice,
    NinjaLocation,
    NinjaOrganization,
    NinjaUser,
)
from twinbase_ninjaone.tables.own import OrganizationCustomerLink, SyncCursor, UserColleagueLink
from twinbase_ninjaone.tables.written import Write

TABLES: tuple[type[SQLModel], ...] = (
    NinjaOrganization, NinjaLocation, NinjaDevice, NinjaUser, NinjaContact, NinjaAlert, NinjaBoard, NinjaStatus,
    NinjaForm, NinjaAttribute, NinjaTicket, NinjaTicketLogEntry, NinjaActivity, OrganizationCustomerLink,
    UserColleagueLink, LinkRejection, VisitProposal, Write, SyncCursor,
)  # fmt: skip

__all__ = [
    "SCHEMA",
    "TABLES",
    "Fetched",
    "LinkRejection",
    "NinjaActivity",
    "NinjaAlert",
    "NinjaAttribute",
    "NinjaBoard",
    "NinjaContact",
    "NinjaDevice",
    "NinjaForm",
    "NinjaLocation",
    "NinjaOrganization",
    "NinjaStatus",
    "NinjaTicket",
    "NinjaTicketLogEntry",
    "NinjaUser",
    "OrganizationCustomerLink",
    "SyncCursor",
    "UserColleagueLink",
    "VisitProposal",
    "Write",
    "table_of",
]  # fmt: skip
