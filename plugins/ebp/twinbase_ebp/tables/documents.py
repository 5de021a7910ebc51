"""Files that hang on rows, sale documents, and what EBP says about rows that are gone."""

from decimal import Decimal
from uuid import UUID

from pydantic import NaiveDatetime
from sqlmodel import Field, SQLModel

from twinbase_ebp.tables.source import SOURCE, optional_column

MIME = "What kind of file a document is is unknown."
DATE = "Documents have no date."


class EbpAssociatedFile(SQLModel):
    """What is known of a file; `Content` stays where it is."""

    Id: UUID = Field(primary_key=True)
    Name: str | None = Field(default=None, max_length=255)
    TypeMime: str | None = optional_column(MIME, 255)
    sysCreatedDate: NaiveDatetime | None = optional_column(DATE)


class EbpScheduleEventAssociatedFiles(EbpAssociatedFile, table=True):
    __tablename__ = "ScheduleEventAssociatedFiles"
    __table_args__ = SOURCE
    ParentId: UUID | None = None


class EbpActivityAssociatedFiles(EbpAssociatedFile, table=True):
    __tablename__ = "ActivityAssociatedFiles"
    __table_args__ = SOURCE
    ParentId: UUID | None = None


class EbpDealAssociatedFiles(EbpAssociatedFile, table=True):
    __tablename__ = "DealAssociatedFiles"
    __table_args__ = SOURCE
    ParentId: str | None = Field(default=None, max_length=10)


class EbpConstructionSiteAssociatedFiles(EbpAssociatedFile, table=True):
    __tablename__ = "ConstructionSiteAssociatedFiles"
    __table_args__ = SOURCE
    ParentId: str | None = Field(default=None, max_length=10)


class EbpCustomerProductAssociatedFiles(EbpAssociatedFile, table=True):
    __tablename__ = "CustomerProductAssociatedFiles"
    __table_args__ = SOURCE
    ParentId: str | None = Field(default=None, max_length=8)


class EbpSaleDocument(SQLModel, table=True):
    """The head of a quote, an order, an invoice."""

    __tablename__ = "SaleDocument"
    __table_args__ = SOURCE
    Id: UUID = Field(primary_key=True)
    DocumentNumber: str | None = Field(default=None, max_length=30)
    NumberPrefix: str | None = optional_column("Kinds of sale documents are unknown.", 14)
    DocumentType: int | None = optional_column("Kinds of sale documents are unknown.")
    DocumentDate: NaiveDatetime | None = optional_column(DATE)
    AmountVatIncluded: Decimal | None = optional_column("Sale documents have no total.")
    DealId: str | None = optional_column("Sale documents of deals are not seen.", 10)
    ConstructionSiteId: str | None = optional_column("Sale documents of construction sites are not seen.", 10)


class EbpSaleDocumentLine(SQLModel, table=True):
    """Stays in the office: devices see the heads of sale documents only."""

    __tablename__ = "SaleDocumentLine"
    __table_args__ = SOURCE
    Id: UUID = Field(primary_key=True)
    DocumentId: UUID | None = None


class EbpSysDeletedRecord(SQLModel, table=True):
    """What EBP notes of rows that it deleted. `Kind` stands for a table; which one is learnt in each installation."""

    __tablename__ = "EbpSysDeletedRecord"
    __table_args__ = SOURCE
    UniqueId: UUID = Field(primary_key=True)
    Id: str | None = Field(default=None, max_length=255)
    Kind: UUID | None = None
    sysCreatedDate: NaiveDatetime | None = optional_column("When rows were deleted is unknown.")
