"""Tickets of the help desk, and what was said on them."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from twinbase_mobile.tables.base import OfficeRow, reference_column
from twinbase_mobile.tables.kinds import SCHEMA


class Ticket(OfficeRow, table=True):
    """A ticket as the help desk has it.

    `type`, `priority` and `severity` are the help desk's own words, and `status_name` the company's: they are text,
    because a word that is added there must not stop a device here. `closed_at`: the last update of one that is closed.
    """

    __tablename__ = "tickets"
    __table_args__ = {"schema": SCHEMA}
    number: int = Field(index=True)
    subject: str | None = None
    status_name: str | None = Field(default=None, max_length=100)
    status_id: int | None = None
    status_parent: int | None = None
    type: str | None = Field(default=None, max_length=24)
    priority: str | None = Field(default=None, max_length=24)
    severity: str | None = Field(default=None, max_length=24)
    customer_id: UUID | None = reference_column("customers")
    device_name: str | None = Field(default=None, max_length=255)
    assignee_id: UUID | None = reference_column("colleagues")
    opened_at: datetime | None = None
    updated_at_source: datetime | None = None
    closed_at: datetime | None = Field(default=None, index=True)
    intervention_id: UUID | None = reference_column("interventions")
    version: int | None = None


class TicketComment(OfficeRow, table=True):
    """Rows are added, never changed. `author_label` is empty on what a device wrote: the help desk fills it in."""

    __tablename__ = "ticket_comments"
    __table_args__ = {"schema": SCHEMA}
    ticket_id: UUID = Field(foreign_key=f"{SCHEMA}.tickets.id", index=True)
    body: str | None = None
    public: bool = False
    minutes: int | None = None
    author_label: str | None = Field(default=None, max_length=120)
    created_at_source: datetime | None = None
