"""Customers and what is theirs: sites, contacts, equipment, contracts, projects."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Numeric
from sqlmodel import Field

from twinbase_mobile.tables.base import OfficeRow, reference_column
from twinbase_mobile.tables.kinds import (
    SCHEMA,
    ActiveState,
    Energy,
    GpsSource,
    ProjectKind,
    coordinate_type,
    document_type,
    enum_type,
    server_default,
)


class Customer(OfficeRow, table=True):
    """Read-only on a device: corrections go as notes. No amounts, no logins.

    `main_site_id` has no foreign key: a site names its customer, and the two would go round in a circle.
    """

    __tablename__ = "customers"
    __table_args__ = {"schema": SCHEMA}
    code: str = Field(max_length=20, index=True)
    name: str | None = Field(default=None, max_length=60)
    civility: str | None = Field(default=None, max_length=25)
    is_person: bool = False
    state: ActiveState = Field(default=ActiveState.ACTIVE, sa_type=enum_type(ActiveState))
    phone: str | None = Field(default=None, max_length=20)
    mobile: str | None = Field(default=None, max_length=20)
    email: str | None = Field(default=None, max_length=100)
    main_site_id: UUID | None = None
    salesperson_id: UUID | None = reference_column("colleagues")
    travel_rate_id: UUID | None = reference_column("travel_rates")
    notes: str | None = None
    technical_sheet: str | None = None


class CustomerSite(OfficeRow, table=True):
    """An address of a customer. The technician may correct its position and say how one gets in."""

    __tablename__ = "customer_sites"
    __table_args__ = {"schema": SCHEMA}
    customer_id: UUID = Field(foreign_key=f"{SCHEMA}.customers.id", index=True)
    label: str | None = Field(default=None, max_length=50)
    address1: str | None = Field(default=None, max_length=40)
    address2: str | None = Field(default=None, max_length=40)
    address3: str | None = Field(default=None, max_length=40)
    address4: str | None = Field(default=None, max_length=40)
    zip_code: str | None = Field(default=None, max_length=10)
    city: str | None = Field(default=None, max_length=35)
    country: str | None = Field(default=None, max_length=3)
    lat: Decimal | None = Field(default=None, sa_type=coordinate_type())
    lon: Decimal | None = Field(default=None, sa_type=coordinate_type())
    gps_source: GpsSource | None = Field(default=None, sa_type=enum_type(GpsSource))
    access_notes: str | None = None
    is_main_delivery: bool = False
    is_main_invoicing: bool = False


class Contact(OfficeRow, table=True):
    __tablename__ = "contacts"
    __table_args__ = {"schema": SCHEMA}
    customer_id: UUID = Field(foreign_key=f"{SCHEMA}.customers.id", index=True)
    civility: str | None = Field(default=None, max_length=25)
    last_name: str | None = Field(default=None, max_length=60)
    first_name: str | None = Field(default=None, max_length=60)
    phone: str | None = Field(default=None, max_length=20)
    mobile: str | None = Field(default=None, max_length=20)
    email: str | None = Field(default=None, max_length=100)
    function: str | None = Field(default=None, max_length=40)
    department: str | None = Field(default=None, max_length=40)
    is_main: bool = Field(default=False, sa_column_kwargs=server_default("false"))


class CustomerEquipment(OfficeRow, table=True):
    """The installed base: boilers, heat pumps, switchboards.

    `family_id` has no foreign key: the ERP's families of appliances have no table here, equal ids are equal families.
    """

    __tablename__ = "customer_equipment"
    __table_args__ = {"schema": SCHEMA}
    code: str | None = Field(default=None, max_length=8)
    caption: str | None = Field(default=None, max_length=80)
    customer_id: UUID = Field(foreign_key=f"{SCHEMA}.customers.id", index=True)
    site_id: UUID | None = reference_column("customer_sites")
    family_id: UUID | None = None
    product_id: UUID | None = reference_column("products")
    serial_number: str | None = Field(default=None, max_length=40, index=True)
    location_in_site: str | None = Field(default=None, max_length=80)
    description: str | None = None
    installed_on: date | None = None
    labour_cover_end: date | None = None
    parts_cover_end: date | None = None
    travel_cover_end: date | None = None
    energy: Energy | None = Field(default=None, sa_type=enum_type(Energy))
    power_kw: Decimal | None = Field(default=None, sa_type=Numeric(6, 2))
    state: ActiveState = Field(
        default=ActiveState.ACTIVE, sa_type=enum_type(ActiveState), sa_column_kwargs=server_default(ActiveState.ACTIVE)
    )


class MaintenanceContract(OfficeRow, table=True):
    """Read-only; prices and margins stay in the office."""

    __tablename__ = "maintenance_contracts"
    __table_args__ = {"schema": SCHEMA}
    code: str = Field(max_length=8)
    caption: str | None = Field(default=None, max_length=80)
    customer_id: UUID = Field(foreign_key=f"{SCHEMA}.customers.id", index=True)
    start_on: date | None = None
    end_on: date | None = None
    status: int | None = None
    parts_covered: bool = False
    labour_covered: bool = False
    travel_covered: bool = False
    remaining_counter: Decimal | None = Field(default=None, sa_type=Numeric(12, 2))
    periodicity_text: str | None = Field(default=None, max_length=255)
    travel_rate_id: UUID | None = reference_column("travel_rates")
    equipment_ids: list[Any] | None = Field(default=None, sa_type=document_type())


class Project(OfficeRow, table=True):
    """A deal or a construction site."""

    __tablename__ = "projects"
    __table_args__ = {"schema": SCHEMA}
    kind: ProjectKind = Field(sa_type=enum_type(ProjectKind))
    code: str = Field(max_length=10)
    caption: str | None = Field(default=None, max_length=80)
    customer_id: UUID | None = reference_column("customers")
    state: str | None = Field(default=None, max_length=20)
    start_on: date | None = None
    end_on: date | None = None
    site_snapshot: dict[str, Any] | None = Field(default=None, sa_type=document_type())
    parent_id: UUID | None = reference_column("projects")
    predicted_hours: Decimal | None = Field(default=None, sa_type=Numeric(9, 2))
    achieved_hours: Decimal | None = Field(default=None, sa_type=Numeric(9, 2))
    notes: str | None = None
