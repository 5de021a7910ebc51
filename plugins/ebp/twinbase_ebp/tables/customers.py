"""Customers, and the places and people that are theirs."""

from decimal import Decimal
from uuid import UUID

from sqlmodel import Field, SQLModel

from twinbase_ebp.tables.source import SOURCE, code, without

PHONES = "Phone numbers and e-mails of customers may be empty."
ADDRESS = "A customer without a main address row gets no site."
PLACE = "Addresses may be incomplete."
POSITION = "Positions of customers' sites are unknown."
MAIN = "No site is known as the main one."
CONTACT = "Contacts may be incomplete."


class EbpCustomer(SQLModel, table=True):
    __tablename__ = "Customer"
    __table_args__ = SOURCE
    Id: str = code(20)
    Name: str | None = Field(default=None, max_length=60)
    Civility: str | None = without("Customers have no civility.", 25)
    NaturalPerson: bool | None = without("Persons and companies cannot be told apart.")
    ActiveState: int | None = without("The state of customers is unknown.")
    ColleagueId: str | None = without("Customers have no salesperson.", 20)
    TravelExpenseId: str | None = without("Customers have no travel rate.", 8)
    MainDeliveryContact_Phone: str | None = without(PHONES, 20)
    MainInvoicingContact_Phone: str | None = without(PHONES, 20)
    MainDeliveryContact_CellPhone: str | None = without(PHONES, 20)
    MainInvoicingContact_CellPhone: str | None = without(PHONES, 20)
    MainDeliveryContact_Email: str | None = without(PHONES, 100)
    MainInvoicingContact_Email: str | None = without(PHONES, 100)
    MainDeliveryAddress_Description: str | None = without(ADDRESS, 50)
    MainDeliveryAddress_Address1: str | None = without(ADDRESS, 40)
    MainDeliveryAddress_Address2: str | None = without(ADDRESS, 40)
    MainDeliveryAddress_Address3: str | None = without(ADDRESS, 40)
    MainDeliveryAddress_Address4: str | None = without(ADDRESS, 40)
    MainDeliveryAddress_ZipCode: str | None = without(ADDRESS, 10)
    MainDeliveryAddress_City: str | None = without(ADDRESS, 35)
    MainDeliveryAddress_CountryIsoCode: str | None = without(ADDRESS, 3)
    MainDeliveryAddress_Latitude: Decimal | None = without(POSITION)
    MainDeliveryAddress_Longitude: Decimal | None = without(POSITION)
    NotesClear: str | None = without("Notes on customers are empty.")
    TechnicalSheetClear: str | None = without("Technical sheets of customers are empty.")


class EbpAddress(SQLModel, table=True):
    __tablename__ = "Address"
    __table_args__ = SOURCE
    Id: UUID = Field(primary_key=True)
    AssociatedCustomerId: str | None = Field(default=None, max_length=20)
    AddressFields_Description: str | None = without(PLACE, 50)
    AddressFields_Address1: str | None = without(PLACE, 40)
    AddressFields_Address2: str | None = without(PLACE, 40)
    AddressFields_Address3: str | None = without(PLACE, 40)
    AddressFields_Address4: str | None = without(PLACE, 40)
    AddressFields_ZipCode: str | None = without(PLACE, 10)
    AddressFields_City: str | None = without(PLACE, 35)
    AddressFields_CountryIsoCode: str | None = without(PLACE, 3)
    AddressFields_Latitude: Decimal | None = without(POSITION)
    AddressFields_Longitude: Decimal | None = without(POSITION)
    IsMainDelivery: bool | None = without(MAIN)
    IsMainInvoicing: bool | None = without(MAIN)


class EbpContact(SQLModel, table=True):
    __tablename__ = "Contact"
    __table_args__ = SOURCE
    Id: UUID = Field(primary_key=True)
    AssociatedCustomerId: str | None = Field(default=None, max_length=20)
    ContactFields_Civility: str | None = without(CONTACT, 25)
    ContactFields_Name: str | None = Field(default=None, max_length=60)
    ContactFields_FirstName: str | None = without(CONTACT, 60)
    ContactFields_Phone: str | None = without(CONTACT, 20)
    ContactFields_CellPhone: str | None = without(CONTACT, 20)
    ContactFields_Email: str | None = without(CONTACT, 100)
    ContactFields_Function: str | None = without(CONTACT, 40)
    ContactFields_Department: str | None = without(CONTACT, 40)
    IsMainDelivery: bool | None = without("No contact is known as the main one.")
    IsMainInvoicing: bool | None = without("No contact is known as the main one.")
