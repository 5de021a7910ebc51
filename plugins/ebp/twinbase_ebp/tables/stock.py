"""The catalogue, where it lies, and what was taken."""

from decimal import Decimal
from uuid import UUID

from pydantic import NaiveDatetime
from sqlmodel import Field, SQLModel

from twinbase_ebp.tables.source import SOURCE, code_column, optional_column

PRICES = "Products have no prices."
LEVELS = "What a storehouse holds may be unknown."


class EbpUnit(SQLModel, table=True):
    __tablename__ = "Unit"
    __table_args__ = SOURCE
    Id: str = code_column(4)
    Caption: str | None = Field(default=None, max_length=40)
    Decimals: int | None = optional_column("Quantities have no decimals.")
    UnitType: int | None = optional_column("Units cannot be converted.")
    ConversionRate: Decimal | None = optional_column("Units cannot be converted.")


class EbpVat(SQLModel, table=True):
    __tablename__ = "Vat"
    __table_args__ = SOURCE
    Id: UUID = Field(primary_key=True)
    Rate: Decimal | None = None
    Description: str | None = optional_column("Rates of VAT have no caption.", 60)
    Inactive: bool | None = optional_column("Old rates of VAT cannot be told from those in force.")


class EbpTravelExpense(SQLModel, table=True):
    """Flat prices for getting there: a price list, no log."""

    __tablename__ = "TravelExpense"
    __table_args__ = SOURCE
    Id: str = code_column(8)
    Caption: str | None = Field(default=None, max_length=40)
    AmountVatExcluded: Decimal | None = optional_column("Travel rates have no price.")
    AmountVatIncluded: Decimal | None = optional_column("Travel rates have no price.")
    ReferenceItemId: str | None = optional_column("Travel rates are not linked to products.", 40)


class EbpItemFamily(SQLModel, table=True):
    __tablename__ = "ItemFamily"
    __table_args__ = SOURCE
    Id: str = code_column(10)
    Caption: str | None = Field(default=None, max_length=40)


class EbpItemSubFamily(SQLModel, table=True):
    __tablename__ = "ItemSubFamily"
    __table_args__ = SOURCE
    Id: str = code_column(10)
    Caption: str | None = Field(default=None, max_length=40)
    ItemFamilyId: str | None = optional_column("Families of products are not nested.", 10)


class EbpItem(SQLModel, table=True):
    __tablename__ = "Item"
    __table_args__ = SOURCE
    Id: str = code_column(40)
    Caption: str | None = Field(default=None, max_length=80)
    DesComClear: str | None = optional_column("Products have no description.")
    ItemType: int | None = optional_column("Goods and services cannot be told apart.")
    FamilyId: str | None = optional_column("Products have no family.", 10)
    SubFamilyId: str | None = optional_column("Products have no subfamily.", 10)
    BarCode: str | None = optional_column("Products cannot be found by bar code.", 40)
    UnitId: str | None = optional_column("Products have no unit.", 4)
    SalePriceVatExcluded: Decimal | None = optional_column(PRICES)
    SalePriceVatIncluded: Decimal | None = optional_column(PRICES)
    VatId: UUID | None = optional_column("Products have no rate of VAT.")
    ManageStock: bool | None = optional_column("Whether stock of a product is kept is unknown.")
    TrackingMode: int | None = optional_column("Which products have serial numbers is unknown.")
    ActiveState: int | None = optional_column("The state of products is unknown.")


class EbpStorehouse(SQLModel, table=True):
    __tablename__ = "Storehouse"
    __table_args__ = SOURCE
    Id: UUID = Field(primary_key=True)
    Caption: str | None = Field(default=None, max_length=40)
    Main: bool | None = optional_column("No storehouse is known as the main one.")
    Asleep: bool | None = optional_column("Closed storehouses cannot be told from open ones.")


class EbpStockItem(SQLModel, table=True):
    __tablename__ = "StockItem"
    __table_args__ = SOURCE
    ItemId: str = code_column(40)
    StorehouseId: UUID = Field(primary_key=True)
    RealStock: Decimal | None = None
    VirtualStock: Decimal | None = optional_column(LEVELS)
    BookedQuantity: Decimal | None = optional_column(LEVELS)
    MinStock: Decimal | None = optional_column(LEVELS)
    MaxStock: Decimal | None = optional_column(LEVELS)


class EbpStockDocument(SQLModel, table=True):
    """What went in or out: where parts that a technician used come back to. EBP writes it, never we."""

    __tablename__ = "StockDocument"
    __table_args__ = SOURCE
    Id: UUID = Field(primary_key=True)
    DocumentNumber: str | None = Field(default=None, max_length=26)
    NumberPrefix: str | None = optional_column("Kinds of stock documents are unknown.", 14)
    DocumentType: int | None = optional_column("Kinds of stock documents are unknown.")
    DocumentDate: NaiveDatetime | None = optional_column("When stock moved is unknown.")
    StorehouseId: UUID | None = optional_column("From where stock moved is unknown.")
    TargetStorehouseId: UUID | None = optional_column("Where stock moved to is unknown.")
    ScheduleEventId: UUID | None = optional_column("Parts of a visit are not seen to come back from EBP.")


class EbpStockDocumentLine(SQLModel, table=True):
    __tablename__ = "StockDocumentLine"
    __table_args__ = SOURCE
    Id: UUID = Field(primary_key=True)
    DocumentId: UUID | None = None
    ItemId: str | None = Field(default=None, max_length=40)
    Quantity: Decimal | None = None
    TrackingNumber: str | None = optional_column("Serial numbers of parts are not seen to come back from EBP.", 40)


class EbpStockMovement(SQLModel, table=True):
    """EBP's own ledger of stock."""

    __tablename__ = "StockMovement"
    __table_args__ = SOURCE
    Id: int = Field(primary_key=True)
    MovementType: int | None = optional_column("Kinds of stock movements are unknown.")
