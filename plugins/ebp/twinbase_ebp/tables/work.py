"""The agenda, and what is noted about it."""

from decimal import Decimal
from uuid import UUID

from pydantic import NaiveDatetime
from sqlmodel import Field, SQLModel

from twinbase_ebp.tables.source import SOURCE, code_column, optional_column, optional_table

PLACE = "Where a visit is may be unknown."
PERSON = "Whom to ask for may be unknown."
COVER = "What of a visit is covered is unknown."


class EbpScheduleEvent(SQLModel, table=True):
    """An entry of the agenda: a visit, a meeting, an absence."""

    __tablename__ = "ScheduleEvent"
    __table_args__ = SOURCE
    Id: UUID = Field(primary_key=True)
    Caption: str | None = Field(default=None, max_length=80)
    StartDateTime: NaiveDatetime | None = None
    ColleagueId: str | None = Field(default=None, max_length=20)
    EventState: int | None = optional_column("The status of visits comes from devices only.")
    EventType: UUID | None = optional_column("Every entry of the agenda counts as field work.")
    ScheduleEventNumber: str | None = optional_column("Visits have no number.", 10)
    EndDateTime: NaiveDatetime | None = optional_column("When visits end is unknown.")
    ParentEventId: UUID | None = optional_column("Teams on one visit are not seen.")
    SubContractorId: str | None = optional_column("Subcontractors cannot be told from colleagues.", 20)
    xx_URGENT: bool | None = optional_column("No visit is urgent.")
    ExpectedDuration_DurationInHours: Decimal | None = optional_column("How long a visit takes is unknown.")
    AchievedDuration_DurationInHours: Decimal | None = optional_column("Hours worked come from devices only.")
    Maintenance_TravelDuration: Decimal | None = optional_column("Travel times come from devices only.")
    CustomerId: str | None = optional_column("Whose a visit is is unknown.", 20)
    AddressId: UUID | None = optional_column("Visits are not linked to sites.")
    Address_Address1: str | None = optional_column(PLACE, 40)
    Address_Address2: str | None = optional_column(PLACE, 40)
    Address_Address3: str | None = optional_column(PLACE, 40)
    Address_Address4: str | None = optional_column(PLACE, 40)
    Address_ZipCode: str | None = optional_column(PLACE, 10)
    Address_City: str | None = optional_column(PLACE, 35)
    Address_Latitude: Decimal | None = optional_column(PLACE)
    Address_Longitude: Decimal | None = optional_column(PLACE)
    ContactId: UUID | None = optional_column("Visits are not linked to contacts.")
    Contact_Name: str | None = optional_column(PERSON, 60)
    Contact_Phone: str | None = optional_column(PERSON, 20)
    Contact_CellPhone: str | None = optional_column(PERSON, 20)
    Contact_Email: str | None = optional_column(PERSON, 100)
    DealId: str | None = optional_column("Visits are not linked to deals.", 10)
    ConstructionSiteId: str | None = optional_column("Visits are not linked to construction sites.", 10)
    Maintenance_ContractId: str | None = optional_column("Visits are not linked to contracts.", 8)
    Maintenance_IncidentId: str | None = optional_column("Visits are not linked to incidents.", 8)
    Maintenance_CustomerProductId: str | None = optional_column("Visits are not linked to appliances.", 8)
    Maintenance_Reference: str | None = optional_column("Visits have no outside reference.", 30)
    Maintenance_InterventionDescriptionClear: str | None = optional_column("Visits have no instructions.")
    NotesClear: str | None = optional_column("Visits have no notes of the office.")
    Maintenance_InterventionReportClear: str | None = optional_column("Reports come from devices only.")
    ToInvoice: bool | None = optional_column("Which visits are invoiced is unknown.")
    GlobalPercentComplete: int | None = optional_column("How far visits have come is known from devices only.")
    Maintenance_NextEventToForesee: bool | None = optional_column(
        "Which visits need another is known from devices only."
    )
    Maintenance_ScheduleEventTemplateId: str | None = optional_column("Visits have no checklist.", 8)


class EbpScheduleEventType(SQLModel, table=True):
    __tablename__ = "ScheduleEventType"
    __table_args__ = optional_table("Every entry of the agenda counts as field work.")
    Id: UUID = Field(primary_key=True)
    Caption: str | None = Field(default=None, max_length=60)
    Color: int | None = optional_column("Types of visits have no colour.")


class EbpScheduleEventTemplate(SQLModel, table=True):
    __tablename__ = "ScheduleEventTemplate"
    __table_args__ = SOURCE
    Id: str = code_column(8)
    Caption: str | None = Field(default=None, max_length=40)
    ScheduleEventTypeId: UUID | None = optional_column("Checklists are not linked to types of visits.")


class EbpScheduleEventCustomerProduct(SQLModel, table=True):
    __tablename__ = "ScheduleEventCustomerProduct"
    __table_args__ = SOURCE
    Id: UUID = Field(primary_key=True)
    ScheduleEventId: UUID | None = None
    CustomerProductId: str | None = Field(default=None, max_length=8)
    ItemId: str | None = optional_column("Appliances of a visit are not linked to products.", 40)
    Caption: str | None = optional_column("Appliances of a visit have no caption.", 80)
    TrackingNumber: str | None = optional_column("Serial numbers come from devices only.", 40)
    PartsCoverType: int | None = optional_column(COVER)
    LabourCoverType: int | None = optional_column(COVER)
    TravelCoverType: int | None = optional_column(COVER)
    ExchangeTrackingNumber: str | None = optional_column("Exchanges are known from devices only.", 40)
    ContractHoursNumberDecremented: Decimal | None = optional_column("Hours of contracts come from devices only.")


class EbpActivity(SQLModel, table=True):
    __tablename__ = "Activity"
    __table_args__ = SOURCE
    Id: UUID = Field(primary_key=True)
    ScheduleEventId: UUID | None = None
    CustomerId: str | None = optional_column("Notes are not linked to customers.", 20)
    CreatorColleagueId: str | None = optional_column("Who wrote a note is unknown.", 20)
    ActivityCategory: int | None = optional_column("Kinds of notes are unknown.")
    Caption: str | None = Field(default=None, max_length=160)
    NotesClear: str | None = optional_column("Notes have a title only.")
    StartDateTime: NaiveDatetime | None = optional_column("When a note was written is unknown.")
