"""Lists that everybody reads: colleagues, types of visit, units, products, storehouses and what they hold."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Numeric
from sqlmodel import Field

from twinbase_mobile.tables.base import OfficeRow, reference_column
from twinbase_mobile.tables.kinds import (
    SCHEMA,
    ActiveState,
    ProductKind,
    StorehouseKind,
    document_type,
    enum_type,
    money_type,
    quantity_type,
)


class Unit(OfficeRow, table=True):
    __tablename__ = "units"
    __table_args__ = {"schema": SCHEMA}
    code: str = Field(max_length=4)
    caption: str | None = Field(default=None, max_length=40)
    decimals: int = 0
    unit_type: int | None = None
    conversion_rate: Decimal | None = Field(default=None, sa_type=Numeric(20, 8))


class VatRate(OfficeRow, table=True):
    __tablename__ = "vat_rates"
    __table_args__ = {"schema": SCHEMA}
    rate: Decimal | None = Field(default=None, sa_type=Numeric(6, 3))
    caption: str | None = Field(default=None, max_length=60)
    inactive: bool = False


class InterventionType(OfficeRow, table=True):
    __tablename__ = "intervention_types"
    __table_args__ = {"schema": SCHEMA}
    caption: str | None = Field(default=None, max_length=60)
    color: str | None = Field(default=None, max_length=7)


class Storehouse(OfficeRow, table=True):
    """A depot or a van. `owner_id` is the colleague who drives it (no foreign key: the two tables name each other)."""

    __tablename__ = "storehouses"
    __table_args__ = {"schema": SCHEMA}
    caption: str | None = Field(default=None, max_length=40)
    kind: StorehouseKind = Field(default=StorehouseKind.DEPOT, sa_type=enum_type(StorehouseKind))
    is_main: bool = False
    asleep: bool = False
    owner_id: UUID | None = Field(default=None, index=True)


class Colleague(OfficeRow, table=True):
    """A technician or somebody of the office. No cost price, no private address."""

    __tablename__ = "colleagues"
    __table_args__ = {"schema": SCHEMA}
    code: str = Field(max_length=20)
    last_name: str | None = Field(default=None, max_length=60)
    first_name: str | None = Field(default=None, max_length=60)
    phone: str | None = Field(default=None, max_length=20)
    mobile: str | None = Field(default=None, max_length=20)
    email: str | None = Field(default=None, max_length=100)
    function: str | None = Field(default=None, max_length=60)
    sector: str | None = Field(default=None, max_length=10)
    competences: list[Any] | None = Field(default=None, sa_type=document_type())
    week_schedule: list[Any] | None = Field(default=None, sa_type=document_type())
    storehouse_id: UUID | None = reference_column("storehouses")
    state: ActiveState = Field(default=ActiveState.ACTIVE, sa_type=enum_type(ActiveState))


class ProductFamily(OfficeRow, table=True):
    __tablename__ = "product_families"
    __table_args__ = {"schema": SCHEMA}
    code: str = Field(max_length=10)
    caption: str | None = Field(default=None, max_length=40)
    parent_id: UUID | None = reference_column("product_families")


class Product(OfficeRow, table=True):
    """An item of the catalogue. Purchase and cost prices stay in the office."""

    __tablename__ = "products"
    __table_args__ = {"schema": SCHEMA}
    code: str = Field(max_length=40, index=True)
    caption: str | None = Field(default=None, max_length=80)
    description: str | None = None
    kind: ProductKind = Field(default=ProductKind.OTHER, sa_type=enum_type(ProductKind))
    family_id: UUID | None = reference_column("product_families")
    subfamily_id: UUID | None = reference_column("product_families")
    barcode: str | None = Field(default=None, max_length=40, index=True)
    unit_id: UUID | None = reference_column("units")
    price_ht: Decimal | None = Field(default=None, sa_type=money_type())
    price_ttc: Decimal | None = Field(default=None, sa_type=money_type())
    vat_rate_id: UUID | None = reference_column("vat_rates")
    stock_managed: bool = False
    tracking_mode: int | None = None
    state: ActiveState = Field(default=ActiveState.ACTIVE, sa_type=enum_type(ActiveState))


class TravelRate(OfficeRow, table=True):
    """A flat price for getting to a customer."""

    __tablename__ = "travel_rates"
    __table_args__ = {"schema": SCHEMA}
    code: str = Field(max_length=8)
    caption: str | None = Field(default=None, max_length=40)
    price_ht: Decimal | None = Field(default=None, sa_type=money_type())
    price_ttc: Decimal | None = Field(default=None, sa_type=money_type())
    product_id: UUID | None = reference_column("products")


class StockLevel(OfficeRow, table=True):
    """What the server knows of a storehouse's stock; the device shows it less its own unsent movements."""

    __tablename__ = "stock_levels"
    __table_args__ = {"schema": SCHEMA}
    product_id: UUID = Field(foreign_key=f"{SCHEMA}.products.id", ondelete="CASCADE", index=True)
    storehouse_id: UUID = Field(foreign_key=f"{SCHEMA}.storehouses.id", ondelete="CASCADE", index=True)
    real_qty: Decimal = Field(default=Decimal(0), sa_type=quantity_type())
    virtual_qty: Decimal = Field(default=Decimal(0), sa_type=quantity_type())
    booked_qty: Decimal = Field(default=Decimal(0), sa_type=quantity_type())
    min_qty: Decimal | None = Field(default=None, sa_type=quantity_type())
    max_qty: Decimal | None = Field(default=None, sa_type=quantity_type())
