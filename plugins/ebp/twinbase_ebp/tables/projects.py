"""Deals and construction sites: what `mobile` calls projects."""

from decimal import Decimal
from uuid import UUID

from pydantic import NaiveDatetime
from sqlmodel import Field, SQLModel

from twinbase_ebp.tables.source import SOURCE, code_column, optional_column, optional_table

HOURS = "The hours of projects are unknown."
PLACE = "Where construction sites are may be unknown."


class EbpDeal(SQLModel, table=True):
    __tablename__ = "Deal"
    __table_args__ = SOURCE
    Id: str = code_column(10)
    Caption: str | None = Field(default=None, max_length=80)
    DealState: int | None = optional_column("The state of deals is unknown.")
    DealDate: NaiveDatetime | None = optional_column("When deals began is unknown.")
    PredictedDuration: Decimal | None = optional_column(HOURS)
    AccomplishedDuration: Decimal | None = optional_column(HOURS)
    NotesClear: str | None = optional_column("Notes on deals are empty.")


class EbpDealCustomer(SQLModel, table=True):
    __tablename__ = "DealCustomer"
    __table_args__ = optional_table("Whose a deal is is unknown.")
    Id: UUID = Field(primary_key=True)
    DealId: str | None = Field(default=None, max_length=10)
    ThirdId: str | None = Field(default=None, max_length=20)


class EbpDealColleague(SQLModel, table=True):
    """Who works on a deal."""

    __tablename__ = "DealColleague"
    __table_args__ = optional_table("Who works on a deal is unknown.")
    Id: UUID = Field(primary_key=True)
    DealId: str | None = Field(default=None, max_length=10)
    ColleagueId: str | None = Field(default=None, max_length=20)


class EbpConstructionSite(SQLModel, table=True):
    __tablename__ = "ConstructionSite"
    __table_args__ = SOURCE
    Id: str = code_column(10)
    Caption: str | None = Field(default=None, max_length=80)
    CustomerId: str | None = optional_column("Whose a construction site is is unknown.", 20)
    DealId: str | None = optional_column("Construction sites are not linked to deals.", 10)
    StorehouseId: UUID | None = optional_column("Storehouses of construction sites are shown as depots.")
    StartDate: NaiveDatetime | None = optional_column("When construction begins is unknown.")
    EndDate: NaiveDatetime | None = optional_column("When construction ends is unknown.")
    Status: int | None = optional_column("The status of construction sites is unknown.")
    ConstructionSiteAddress_Address1: str | None = optional_column(PLACE, 40)
    ConstructionSiteAddress_ZipCode: str | None = optional_column(PLACE, 10)
    ConstructionSiteAddress_City: str | None = optional_column(PLACE, 35)
    ConstructionSiteAddress_Latitude: Decimal | None = optional_column(PLACE)
    ConstructionSiteAddress_Longitude: Decimal | None = optional_column(PLACE)
    PredictedDuration: Decimal | None = optional_column(HOURS)
    AccomplishedDuration: Decimal | None = optional_column(HOURS)
    DescriptionClear: str | None = optional_column("Construction sites have no description.")
