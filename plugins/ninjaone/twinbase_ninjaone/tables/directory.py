"""Who and what is looked after: organisations, their places, their devices, the people."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from twinbase_ninjaone.tables.base import SCHEMA, Fetched, Json, integers_field, json_field, texts_field


class NinjaOrganization(Fetched, table=True):
    __tablename__ = "organizations"
    __table_args__ = {"schema": SCHEMA}
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str | None = None
    description: str | None = None
    node_approval_mode: str | None = None
    user_data: Json | None = json_field()


class NinjaLocation(Fetched, table=True):
    __tablename__ = "locations"
    __table_args__ = {"schema": SCHEMA}
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    organization_id: int | None = Field(default=None, index=True)
    name: str | None = None
    address: str | None = None
    description: str | None = None
    user_data: Json | None = json_field()


class NinjaDevice(Fetched, table=True):
    __tablename__ = "devices"
    __table_args__ = {"schema": SCHEMA}
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    uid: UUID | None = None
    parent_device_id: int | None = None
    organization_id: int | None = Field(default=None, index=True)
    location_id: int | None = None
    node_class: str | None = None
    node_role_id: int | None = None
    role_policy_id: int | None = None
    policy_id: int | None = None
    approval_status: str | None = None
    offline: bool | None = None
    display_name: str | None = None
    system_name: str | None = None
    dns_name: str | None = None
    netbios_name: str | None = None
    created: datetime | None = None
    last_contact: datetime | None = None
    last_update: datetime | None = None
    user_data: Json | None = json_field()
    tags: list[str] | None = texts_field()
    maintenance: Json | None = json_field()


class NinjaUser(Fetched, table=True):
    """Technicians and end users; `user_type` says which."""

    __tablename__ = "users"
    __table_args__ = {"schema": SCHEMA}
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    uid: UUID | None = Field(default=None, index=True)
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    enabled: bool | None = None
    administrator: bool | None = None
    permit_all_clients: bool | None = None
    notify_all_clients: bool | None = None
    must_change_pw: bool | None = None
    mfa_configured: bool | None = None
    user_type: str | None = None
    invitation_status: str | None = None
    organization_id: int | None = None
    device_ids: list[int] | None = integers_field()
    assigned_device_ids: list[int] | None = integers_field()
    roles: list[str] | None = texts_field()


class NinjaContact(Fetched, table=True):
    __tablename__ = "contacts"
    __table_args__ = {"schema": SCHEMA}
    uid: UUID = Field(primary_key=True)
    id: int | None = None
    client_id: int | None = Field(default=None, index=True)
    client_name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    job_title: str | None = None
    display_name: str | None = None
    create_time: datetime | None = None
    update_time: datetime | None = None


class NinjaAlert(Fetched, table=True):
    """NinjaOne lists the active ones only: one that vanished was reset, at `deleted_at`."""

    __tablename__ = "alerts"
    __table_args__ = {"schema": SCHEMA}
    uid: UUID = Field(primary_key=True)
    device_id: int | None = None
    message: str | None = None
    create_time: datetime | None = None
    update_time: datetime | None = None
    source_type: str | None = None
    source_config_uid: UUID | None = None
    source_name: str | None = None
    subject: str | None = None
    user_id: int | None = None
    severity: str | None = None
    priority: str | None = None
    condition_name: str | None = None
    data: Json | None = json_field()
