"""Tickets, what was said about them, and what gives them their form."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger
from sqlmodel import Field

from twinbase_ninjaone.tables.base import SCHEMA, Fetched, Json, integers_field, json_field, texts_field


class NinjaBoard(Fetched, table=True):
    __tablename__ = "boards"
    __table_args__ = {"schema": SCHEMA}
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    uid: UUID | None = None
    name: str | None = None
    description: str | None = None
    conditions: Json | None = json_field()
    create_time: datetime | None = None
    update_time: datetime | None = None
    system: bool | None = None
    columns: list[str] | None = texts_field()
    sort_by: list[Json] | None = json_field()
    ticket_count: int | None = None


class NinjaStatus(Fetched, table=True):
    """The ids differ in every installation; `parent_id` says which of the vendor's own it is a kind of."""

    __tablename__ = "statuses"
    __table_args__ = {"schema": SCHEMA}
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str | None = None
    display_name: str | None = None
    parent_id: int | None = None


class NinjaForm(Fetched, table=True):
    __tablename__ = "forms"
    __table_args__ = {"schema": SCHEMA}
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str | None = None
    description: str | None = None
    end_user_title: str | None = None
    content: Json | None = json_field()
    active: bool | None = None
    is_default: bool | None = None
    create_time: datetime | None = None
    update_time: datetime | None = None


class NinjaAttribute(Fetched, table=True):
    __tablename__ = "attributes"
    __table_args__ = {"schema": SCHEMA}
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    attribute_type: str | None = None
    name: str | None = None
    description: str | None = None
    end_user_option: str | None = None
    technician_option: str | None = None
    content: Json | None = json_field()
    system: bool | None = None
    active: bool | None = None
    create_time: datetime | None = None
    update_time: datetime | None = None


class NinjaTicket(Fetched, table=True):
    """`client_id` is the organisation. `last_updated` and `total_time_tracked` are the board's, the rest the ticket's.

    `last_updated` is the one under which the ticket and its log were fetched: both are at least as new.
    """

    __tablename__ = "tickets"
    __table_args__ = {"schema": SCHEMA}
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    version: int | None = None
    node_id: int | None = None
    client_id: int | None = Field(default=None, index=True)
    location_id: int | None = None
    assigned_app_user_id: int | None = Field(default=None, index=True)
    requester_uid: UUID | None = None
    subject: str | None = None
    status_id: int | None = None
    status_parent_id: int | None = None
    status_name: str | None = None
    status_display_name: str | None = None
    type: str | None = None
    priority: str | None = None
    severity: str | None = None
    ticket_form_id: int | None = None
    source: str | None = None
    tags: list[str] | None = texts_field()
    cc_list: Json | None = json_field()
    create_time: datetime | None = None
    deleted: bool | None = None
    attribute_values: list[Json] | None = json_field()
    additional_assigned_technician_ids: list[int] | None = integers_field()
    followup_time: datetime | None = None
    last_updated: datetime | None = Field(default=None, index=True)
    total_time_tracked: int | None = Field(default=None, sa_type=BigInteger)


class NinjaTicketLogEntry(Fetched, table=True):
    __tablename__ = "ticket_log_entries"
    __table_args__ = {"schema": SCHEMA}
    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    ticket_id: int = Field(index=True)
    app_user_contact_uid: UUID | None = None
    app_user_contact_id: int | None = None
    app_user_contact_type: str | None = None
    type: str | None = None
    body: str | None = None
    html_body: str | None = None
    full_email_body: str | None = None
    public_entry: bool | None = None
    system: bool | None = None
    create_time: datetime | None = None
    change_diff: Json | None = json_field()
    activity_id: int | None = Field(default=None, sa_type=BigInteger)
    time_tracked: int | None = None
    technician_tagged: list[int] | None = integers_field()
    automation: Json | None = json_field()
    blocked_by_invoice: bool | None = None
    ticket_time_entry: Json | None = json_field()
    email_response: bool | None = None


class NinjaActivity(Fetched, table=True):
    """Kept for TWINBASE_NINJAONE_ACTIVITY_DAYS."""

    __tablename__ = "activities"
    __table_args__ = {"schema": SCHEMA}
    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    activity_time: datetime | None = Field(default=None, index=True)
    device_id: int | None = None
    severity: str | None = None
    priority: str | None = None
    series_uid: UUID | None = None
    activity_type: str | None = None
    status_code: str | None = None
    status: str | None = None
    activity_result: str | None = None
    source_config_uid: UUID | None = None
    source_name: str | None = None
    subject: str | None = None
    user_id: int | None = None
    message: str | None = None
    type: str | None = None
    data: Json | None = json_field()
