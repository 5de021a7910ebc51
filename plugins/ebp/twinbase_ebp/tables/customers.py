"""Customers, and the places and people that are theirs."""

from decimal import Decimal
from uuid import UUID

from sqlmodel import Field, SQLModel

from twinbase_ebp.tables.source import SOURCE, code_column, optional_column

PHONES = "Phone numbers and e-mails of customers may be empty."
ADDRESS = "A customer without a main address row gets no site."
PLACE = "Addresses may be incomplete."
POSITION = "Positions of customers' sites are unknown."
MAIN = "No site is known as the main one."
CONTACT = "Contacts may be incomplete."


class EbpCustomer(SQLModel, table=True):
    __tablename__ = "Customer"
    __table_args__ = SOURCE
    Id: str = code_column(20)
    Name: str | None = Field(default=None, max_length=60)
    Civility: str | None = optional_column("Customers have no civility.", 25)
    NaturalPerson: bool | None = optional_column("Persons and companies cannot be told apart.")
    ActiveState: int | None = optional_column("The state of customers is unknown.")
    ColleagueId: str | None = optional_column("Customers have no salesperson.", 20)
    TravelExpenseId: str | None = optional_column("Customers have no travel rate.", 8)
    MainDeliveryContact_Phone: str | None = optional_column(PHONES, 20)
    MainInvoicingContact_Phone: str | None = optional_column(PHONES, 20)
    MainDeliveryContact_CellPhone: str | None = optional_column(PHONES, 20)
    MainInvoicingContact_CellPhone: str | None = optional_column(PHONES, 20)
    MainDeliveryContact_Email: str | None = optional_column(PHONES, 100)
    MainInvoicingContact_Email: str | None = optional_column(PHONES, 100)
    MainDeliveryAddress_Description: str | None = optional_column(ADDRESS, 50)
    MainDeliveryAddress_Address1: str | None = optional_column(ADDRESS, 40)
    MainDeliveryAddress_Address2: str | None = optional_column(ADDRESS, 40)
    MainDeliveryAddress_Address3: str | None = optional_column(ADDRESS, 40)
    MainDeliveryAddress_Address4: str | None = optional_column(ADDRESS, 40)
    MainDeliveryAddress_ZipCode: str | None = optional_column(ADDRESS, 10)
    MainDeliveryAddress_City: str | None = optional_column(ADDRESS, 35)
    MainDeliveryAddress_CountryIsoCode: str | None = optional_column(ADDRESS, 3)
    MainDeliveryAddress_Latitude: Decimal | None = optional_column(POSITION)
    MainDeliveryAddress_Longitude: Decimal | None = optional_column(POSITION)
    NotesClear: str | None = optional_column("Notes on customers are empty.")
    TechnicalSheetClear: str | None = optional_column("Technical sheets of customers are empty.")


class EbpAddress(SQLModel, table=True):
    __tablename__ = "Address"
    __table_args__ = SOURCE
    Id: UUID = Field(primary_key=True)
    AssociatedCustomerId: str | None = Field(default=None, max_length=20)
    AddressFields_Description: str | None = optional_column(PLACE, 50)
    AddressFields_Address1: str | None = optional_column(PLACE, 40)
    AddressFields_Address2: str | None = optional_column(PLACE, 40)
    AddressFields_Address3: str | None = optional_column(PLACE, 40)
    AddressFields_Address4: str | None = optional_column(PLACE, 40)
    AddressFields_ZipCode: str | None = optional_column(PLACE, 10)
    AddressFields_City: str | None = optional_column(PLACE, 35)
    AddressFields_CountryIsoCode: str | None = optional_column(PLACE, 3)
    AddressFields_Latitude: Decimal | None = optional_column(POSITION)
    AddressFields_Longitude: Decimal | None = optional_column(POSITION)
    IsMainDelivery: bool | None = optional_column(MAIN)
    IsMainInvoicing: bool | None = optional_column(MAIN)


class EbpContact(SQLModel, table=True):
    __tablename__ = "Contact"
    __table_args__ = SOURCE
    Id: UUID = Field(primary_key=True)
    AssociatedCustomerId: str | None = Field(default=None, max_length=20)
    ContactFields_Civility: str | None = optional_column(CONTACT, 25)
    ContactFields_Name: str | None = Field(default=None, max_length=60)
    ContactFields_FirstName: str | None = optional_column(CONTACT, 60)
    ContactFields_Phone: str | None = optional_column(CONTACT, 20)
    ContactFields_CellPhone: str | None = optional_column(CONTACT, 20)
    ContactFields_Email: str | None = optional_column(CONTACT, 100)
    ContactFields_Function: str | None = optional_column(CONTACT, 40)
    ContactFields_Department: str | None = optional_column(CONTACT, 40)
    IsMainDelivery: bool | None = optional_column("No contact is known as the main one.")
    IsMainInvoicing: bool | None = optional_column("No contact is known as the main one.")
