"""The catalogue, and where it lies. The columns that the projections read, with EBP's own names."""

from decimal import Decimal
from uuid import UUID

from sqlmodel import Field, SQLModel

from twinbase_ebp.tables.source import SOURCE


class ItemFamily(SQLModel, table=True):
    __tablename__ = "ItemFamily"
    __table_args__ = SOURCE
    Id: str = Field(primary_key=True, max_length=10)
    Caption: str | None = Field(default=None, max_length=40)


class ItemSubFamily(SQLModel, table=True):
    __tablename__ = "ItemSubFamily"
    __table_args__ = SOURCE
    Id: str = Field(primary_key=True, max_length=10)
    Caption: str | None = Field(default=None, max_length=40)
    ItemFamilyId: str | None = Field(default=None, max_length=10)


class Item(SQLModel, table=True):
    __tablename__ = "Item"
    __table_args__ = SOURCE
    Id: str = Field(primary_key=True, max_length=40)
    Caption: str | None = Field(default=None, max_length=80)
    DesComClear: str | None = None
    ItemType: int | None = None
    FamilyId: str | None = Field(default=None, max_length=10)
    SubFamilyId: str | None = Field(default=None, max_length=10)
    BarCode: str | None = Field(default=None, max_length=40)
    UnitId: str | None = Field(default=None, max_length=4)
    SalePriceVatExcluded: Decimal | None = None
    SalePriceVatIncluded: Decimal | None = None
    ManageStock: bool | None = None
    TrackingMode: int | None = None
    ActiveState: int | None = None


class Storehouse(SQLModel, table=True):
    __tablename__ = "Storehouse"
    __table_args__ = SOURCE
    Id: UUID = Field(primary_key=True)
    Caption: str | None = Field(default=None, max_length=40)
    Main: bool | None = None
    Asleep: bool | None = None


class StockItem(SQLModel, table=True):
    __tablename__ = "StockItem"
    __table_args__ = SOURCE
    ItemId: str = Field(primary_key=True, max_length=40)
    StorehouseId: UUID = Field(primary_key=True)
    RealStock: Decimal | None = None
    VirtualStock: Decimal | None = None
    BookedQuantity: Decimal | None = None
    MinStock: Decimal | None = None
    MaxStock: Decimal | None = None
