"""What stands at customers' places, what covers it, and what is wrong with it."""

from decimal import Decimal
from uuid import UUID

from pydantic import NaiveDatetime
from sqlmodel import Field, SQLModel

from twinbase_ebp.tables.source import SOURCE, code_column, optional_column, optional_table

COVER = "How long appliances are covered is unknown."
CONTRACT = "What contracts cover is unknown."


class EbpCustomerProduct(SQLModel, table=True):
    __tablename__ = "CustomerProduct"
    __table_args__ = SOURCE
    Id: str = code_column(8)
    Caption: str | None = Field(default=None, max_length=80)
    CustomerId: str | None = Field(default=None, max_length=20)
    DeliveryAddressId: UUID | None = optional_column("At which site an appliance stands is unknown.")
    CustomerProductFamilyId: str | None = optional_column("Appliances have no family.", 8)
    ItemId: str | None = optional_column("Appliances are not linked to products.", 40)
    TrackingNumber: str | None = optional_column("Serial numbers come from devices only.", 40)
    DescriptionClear: str | None = optional_column("Descriptions of appliances come from devices only.")
    LabourEndDate: NaiveDatetime | None = optional_column(COVER)
    PartsEndDate: NaiveDatetime | None = optional_column(COVER)
    TravelEndDate: NaiveDatetime | None = optional_column(COVER)
    ActiveState: int | None = optional_column("The state of appliances is unknown.")


class EbpMaintenanceContract(SQLModel, table=True):
    __tablename__ = "MaintenanceContract"
    __table_args__ = SOURCE
    Id: str = code_column(8)
    Caption: str | None = Field(default=None, max_length=80)
    CustomerId: str | None = Field(default=None, max_length=20)
    StartDate: NaiveDatetime | None = optional_column("When contracts begin is unknown.")
    EndDate: NaiveDatetime | None = optional_column("When contracts end is unknown.")
    Status: int | None = optional_column("The status of contracts is unknown.")
    ArePartsCovered: bool | None = optional_column(CONTRACT)
    IsLabourCovered: bool | None = optional_column(CONTRACT)
    IsTravelCovered: bool | None = optional_column(CONTRACT)
    RemainingCounterNumber: Decimal | None = optional_column("What remains of a contract is unknown.")
    InterventionPeriodicity_Caption: str | None = optional_column("How often a contract wants a visit is unknown.", 255)
    TravelExpenseId: str | None = optional_column("Contracts have no travel rate.", 8)


class EbpMaintenanceContractCustomerProduct(SQLModel, table=True):
    __tablename__ = "MaintenanceContractCustomerProduct"
    __table_args__ = optional_table("Which appliances a contract covers is unknown.")
    Id: UUID = Field(primary_key=True)
    ContractId: str | None = Field(default=None, max_length=8)
    CustomerProductId: str | None = Field(default=None, max_length=8)


class EbpIncident(SQLModel, table=True):
    __tablename__ = "Incident"
    __table_args__ = SOURCE
    Id: str = code_column(8)
    Caption: str | None = Field(default=None, max_length=80)
    CustomerId: str | None = Field(default=None, max_length=20)
    AddressId: UUID | None = optional_column("At which site an incident is is unknown.")
    DescriptionClear: str | None = optional_column("Incidents have no description.")
    StartDate: NaiveDatetime | None = optional_column("When incidents were opened is unknown.")
    EndDate: NaiveDatetime | None = optional_column("When incidents were closed is unknown.")
    Status: int | None = optional_column("The status of incidents is unknown.")
    ContractId: str | None = optional_column("Incidents are not linked to contracts.", 8)
    DealId: str | None = optional_column("Incidents are not linked to projects.", 10)
    CreatorColleagueId: str | None = optional_column("Who reported an incident is unknown.", 20)


class EbpIncidentCustomerProduct(SQLModel, table=True):
    __tablename__ = "IncidentCustomerProduct"
    __table_args__ = optional_table("Which appliances an incident is about is unknown.")
    Id: UUID = Field(primary_key=True)
    IncidentId: str | None = Field(default=None, max_length=8)
    CustomerProductId: str | None = Field(default=None, max_length=8)
