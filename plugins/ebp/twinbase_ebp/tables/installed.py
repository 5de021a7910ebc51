"""What stands at customers' places, what covers it, and what is wrong with it."""

from decimal import Decimal
from uuid import UUID

from pydantic import NaiveDatetime
from sqlmodel import Field, SQLModel

from twinbase_ebp.tables.source import SOURCE, code, optional_table, without

COVER = "How long appliances are covered is unknown."
CONTRACT = "What contracts cover is unknown."


class EbpCustomerProduct(SQLModel, table=True):
    __tablename__ = "CustomerProduct"
    __table_args__ = SOURCE
    Id: str = code(8)
    Caption: str | None = Field(default=None, max_length=80)
    CustomerId: str | None = Field(default=None, max_length=20)
    DeliveryAddressId: UUID | None = without("At which site an appliance stands is unknown.")
    CustomerProductFamilyId: str | None = without("Appliances have no family.", 8)
    ItemId: str | None = without("Appliances are not linked to products.", 40)
    TrackingNumber: str | None = without("Serial numbers come from devices only.", 40)
    DescriptionClear: str | None = without("Descriptions of appliances come from devices only.")
    LabourEndDate: NaiveDatetime | None = without(COVER)
    PartsEndDate: NaiveDatetime | None = without(COVER)
    TravelEndDate: NaiveDatetime | None = without(COVER)
    ActiveState: int | None = without("The state of appliances is unknown.")


class EbpMaintenanceContract(SQLModel, table=True):
    __tablename__ = "MaintenanceContract"
    __table_args__ = SOURCE
    Id: str = code(8)
    Caption: str | None = Field(default=None, max_length=80)
    CustomerId: str | None = Field(default=None, max_length=20)
    StartDate: NaiveDatetime | None = without("When contracts begin is unknown.")
    EndDate: NaiveDatetime | None = without("When contracts end is unknown.")
    Status: int | None = without("The status of contracts is unknown.")
    ArePartsCovered: bool | None = without(CONTRACT)
    IsLabourCovered: bool | None = without(CONTRACT)
    IsTravelCovered: bool | None = without(CONTRACT)
    RemainingCounterNumber: Decimal | None = without("What remains of a contract is unknown.")
    InterventionPeriodicity_Caption: str | None = without("How often a contract wants a visit is unknown.", 255)
    TravelExpenseId: str | None = without("Contracts have no travel rate.", 8)


class EbpMaintenanceContractCustomerProduct(SQLModel, table=True):
    __tablename__ = "MaintenanceContractCustomerProduct"
    __table_args__ = optional_table("Which appliances a contract covers is unknown.")
    Id: UUID = Field(primary_key=True)
    ContractId: str | None = Field(default=None, max_length=8)
    CustomerProductId: str | None = Field(default=None, max_length=8)


class EbpIncident(SQLModel, table=True):
    __tablename__ = "Incident"
    __table_args__ = SOURCE
    Id: str = code(8)
    Caption: str | None = Field(default=None, max_length=80)
    CustomerId: str | None = Field(default=None, max_length=20)
    AddressId: UUID | None = without("At which site an incident is is unknown.")
    DescriptionClear: str | None = without("Incidents have no description.")
    StartDate: NaiveDatetime | None = without("When incidents were opened is unknown.")
    EndDate: NaiveDatetime | None = without("When incidents were closed is unknown.")
    Status: int | None = without("The status of incidents is unknown.")
    ContractId: str | None = without("Incidents are not linked to contracts.", 8)
    DealId: str | None = without("Incidents are not linked to projects.", 10)
    CreatorColleagueId: str | None = without("Who reported an incident is unknown.", 20)


class EbpIncidentCustomerProduct(SQLModel, table=True):
    __tablename__ = "IncidentCustomerProduct"
    __table_args__ = optional_table("Which appliances an incident is about is unknown.")
    Id: UUID = Field(primary_key=True)
    IncidentId: str | None = Field(default=None, max_length=8)
    CustomerProductId: str | None = Field(default=None, max_length=8)
