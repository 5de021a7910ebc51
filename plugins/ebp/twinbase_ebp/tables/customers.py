"""Customers and what is theirs. The columns that the projections read, with EBP's own names."""

from decimal import Decimal
from uuid import UUID

from pydantic import NaiveDatetime
from sqlmodel import Field, SQLModel

from twinbase_ebp.tables.source import SOURCE


class Customer(SQLModel, table=True):
    __tablename__ = "Customer"
    __table_args__ = SOURCE
    Id: str = Field(primary_key=True, max_length=20)
    Name: str | None = Field(default=None, max_length=60)
    Civility: str | None = Field(default=None, max_length=25)
    NaturalPerson: bool | None = None
    ActiveState: int | None = None
    ColleagueId: str | None = Field(default=None, max_length=20)
    MainDeliveryContact_Phone: str | None = Field(default=None, max_length=20)
    MainInvoicingContact_Phone: str | None = Field(default=None, max_length=20)
    MainDeliveryContact_CellPhone: str | None = Field(default=None, max_length=20)
    MainInvoicingContact_CellPhone: str | None = Field(default=None, max_length=20)
    MainDeliveryContact_Email: str | None = Field(default=None, max_length=100)
    MainInvoicingContact_Email: str | None = Field(default=None, max_length=100)
    NotesClear: str | None = None
    TechnicalSheetClear: str | None = None


class Address(SQLModel, table=True):
    __tablename__ = "Address"
    __table_args__ = SOURCE
    Id: UUID = Field(primary_key=True)
    AssociatedCustomerId: str | None = Field(default=None, max_length=20)
    AddressFields_Description: str | None = Field(default=None, max_length=50)
    AddressFields_Address1: str | None = Field(default=None, max_length=40)
    AddressFields_Address2: str | None = Field(default=None, max_length=40)
    AddressFields_Address3: str | None = Field(default=None, max_length=40)
    AddressFields_Address4: str | None = Field(default=None, max_length=40)
    AddressFields_ZipCode: str | None = Field(default=None, max_length=10)
    AddressFields_City: str | None = Field(default=None, max_length=35)
    AddressFields_CountryIsoCode: str | None = Field(default=None, max_length=3)
    AddressFields_Latitude: Decimal | None = None
    AddressFields_Longitude: Decimal | None = None
    IsMainDelivery: bool | None = None
    IsMainInvoicing: bool | None = None


class Contact(SQLModel, table=True):
    __tablename__ = "Contact"
    __table_args__ = SOURCE
    Id: UUID = Field(primary_key=True)
    AssociatedCustomerId: str | None = Field(default=None, max_length=20)
    ContactFields_Civility: str | None = Field(default=None, max_length=25)
    ContactFields_Name: str | None = Field(default=None, max_length=60)
    ContactFields_FirstName: str | None = Field(default=None, max_length=60)
    ContactFields_Phone: str | None = Field(default=None, max_length=20)
    ContactFields_CellPhone: str | None = Field(default=None, max_length=20)
    ContactFields_Email: str | None = Field(default=None, max_length=100)
    ContactFields_Function: str | None = Field(default=None, max_length=40)
    ContactFields_Department: str | None = Field(default=None, max_length=40)
    IsMainDelivery: bool | None = None
    IsMainInvoicing: bool | None = None


class CustomerProduct(SQLModel, table=True):
    __tablename__ = "CustomerProduct"
    __table_args__ = SOURCE
    Id: str = Field(primary_key=True, max_length=8)
    Caption: str | None = Field(default=None, max_length=80)
    CustomerId: str | None = Field(default=None, max_length=20)
    DeliveryAddressId: UUID | None = None
    ItemId: str | None = Field(default=None, max_length=40)
    TrackingNumber: str | None = Field(default=None, max_length=40)
    DescriptionClear: str | None = None
    LabourEndDate: NaiveDatetime | None = None
    PartsEndDate: NaiveDatetime | None = None
    TravelEndDate: NaiveDatetime | None = None
    ActiveState: int | None = None


class MaintenanceContract(SQLModel, table=True):
    __tablename__ = "MaintenanceContract"
    __table_args__ = SOURCE
    Id: str = Field(primary_key=True, max_length=8)
    Caption: str | None = Field(default=None, max_length=80)
    CustomerId: str | None = Field(default=None, max_length=20)
    StartDate: NaiveDatetime | None = None
    EndDate: NaiveDatetime | None = None
    Status: int | None = None
    ArePartsCovered: bool | None = None
    IsLabourCovered: bool | None = None
    IsTravelCovered: bool | None = None
    RemainingCounterNumber: Decimal | None = None
    InterventionPeriodicity_Caption: str | None = Field(default=None, max_length=255)


class MaintenanceContractCustomerProduct(SQLModel, table=True):
    __tablename__ = "MaintenanceContractCustomerProduct"
    __table_args__ = SOURCE
    Id: UUID = Field(primary_key=True)
    ContractId: str | None = Field(default=None, max_length=8)
    CustomerProductId: str | None = Field(default=None, max_length=8)


class Deal(SQLModel, table=True):
    __tablename__ = "Deal"
    __table_args__ = SOURCE
    Id: str = Field(primary_key=True, max_length=10)
    Caption: str | None = Field(default=None, max_length=80)
    DealState: int | None = None
    DealDate: NaiveDatetime | None = None
    PredictedDuration: Decimal | None = None
    AccomplishedDuration: Decimal | None = None
    NotesClear: str | None = None


class DealCustomer(SQLModel, table=True):
    __tablename__ = "DealCustomer"
    __table_args__ = SOURCE
    Id: UUID = Field(primary_key=True)
    DealId: str | None = Field(default=None, max_length=10)
    ThirdId: str | None = Field(default=None, max_length=20)


class ConstructionSite(SQLModel, table=True):
    __tablename__ = "ConstructionSite"
    __table_args__ = SOURCE
    Id: str = Field(primary_key=True, max_length=10)
    Caption: str | None = Field(default=None, max_length=80)
    CustomerId: str | None = Field(default=None, max_length=20)
    DealId: str | None = Field(default=None, max_length=10)
    StartDate: NaiveDatetime | None = None
    EndDate: NaiveDatetime | None = None
    Status: int | None = None
    ConstructionSiteAddress_Address1: str | None = Field(default=None, max_length=40)
    ConstructionSiteAddress_ZipCode: str | None = Field(default=None, max_length=10)
    ConstructionSiteAddress_City: str | None = Field(default=None, max_length=35)
    ConstructionSiteAddress_Latitude: Decimal | None = None
    ConstructionSiteAddress_Longitude: Decimal | None = None
    PredictedDuration: Decimal | None = None
    AccomplishedDuration: Decimal | None = None
    DescriptionClear: str | None = None
