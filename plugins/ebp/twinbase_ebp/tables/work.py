"""The agenda, and what is noted about it. The columns that the projections read, with EBP's own names."""

from decimal import Decimal
from uuid import UUID

from pydantic import NaiveDatetime
from sqlmodel import Field, SQLModel

from twinbase_ebp.tables.source import SOURCE


class ScheduleEvent(SQLModel, table=True):
    __tablename__ = "ScheduleEvent"
    __table_args__ = SOURCE
    Id: UUID = Field(primary_key=True)
    ScheduleEventNumber: str | None = Field(default=None, max_length=10)
    Caption: str | None = Field(default=None, max_length=80)
    EventState: int | None = None
    EventType: UUID | None = None
    ColleagueId: str | None = Field(default=None, max_length=20)
    xx_URGENT: bool | None = None
    StartDateTime: NaiveDatetime | None = None
    EndDateTime: NaiveDatetime | None = None
    ExpectedDuration_DurationInHours: Decimal | None = None
    AchievedDuration_DurationInHours: Decimal | None = None
    Maintenance_TravelDuration: Decimal | None = None
    CustomerId: str | None = Field(default=None, max_length=20)
    AddressId: UUID | None = None
    Address_Address1: str | None = Field(default=None, max_length=40)
    Address_ZipCode: str | None = Field(default=None, max_length=10)
    Address_City: str | None = Field(default=None, max_length=35)
    Address_Latitude: Decimal | None = None
    Address_Longitude: Decimal | None = None
    ContactId: UUID | None = None
    Contact_Name: str | None = Field(default=None, max_length=60)
    Contact_Phone: str | None = Field(default=None, max_length=20)
    Contact_CellPhone: str | None = Field(default=None, max_length=20)
    Contact_Email: str | None = Field(default=None, max_length=100)
    DealId: str | None = Field(default=None, max_length=10)
    ConstructionSiteId: str | None = Field(default=None, max_length=10)
    Maintenance_ContractId: str | None = Field(default=None, max_length=8)
    Maintenance_CustomerProductId: str | None = Field(default=None, max_length=8)
    Maintenance_Reference: str | None = Field(default=None, max_length=30)
    Maintenance_InterventionDescriptionClear: str | None = None
    NotesClear: str | None = None
    Maintenance_InterventionReportClear: str | None = None
    ToInvoice: bool | None = None
    GlobalPercentComplete: int | None = None
    Maintenance_NextEventToForesee: bool | None = None
    Maintenance_ScheduleEventTemplateId: str | None = Field(default=None, max_length=8)


class ScheduleEventCustomerProduct(SQLModel, table=True):
    __tablename__ = "ScheduleEventCustomerProduct"
    __table_args__ = SOURCE
    Id: UUID = Field(primary_key=True)
    ScheduleEventId: UUID | None = None
    CustomerProductId: str | None = Field(default=None, max_length=8)
    ItemId: str | None = Field(default=None, max_length=40)
    Caption: str | None = Field(default=None, max_length=80)
    TrackingNumber: str | None = Field(default=None, max_length=40)
    PartsCoverType: int | None = None
    LabourCoverType: int | None = None
    TravelCoverType: int | None = None
    ExchangeTrackingNumber: str | None = Field(default=None, max_length=40)
    ContractHoursNumberDecremented: Decimal | None = None


class Activity(SQLModel, table=True):
    __tablename__ = "Activity"
    __table_args__ = SOURCE
    Id: UUID = Field(primary_key=True)
    ScheduleEventId: UUID | None = None
    CustomerId: str | None = Field(default=None, max_length=20)
    CreatorColleagueId: str | None = Field(default=None, max_length=20)
    ActivityCategory: int | None = None
    Caption: str | None = Field(default=None, max_length=160)
    NotesClear: str | None = None
    StartDateTime: NaiveDatetime | None = None
