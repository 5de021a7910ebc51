"""Deals and construction sites: what `mobile` calls projects."""

from decimal import Decimal
from uuid import UUID

from pydantic import NaiveDatetime
from sqlmodel import Field, SQLModel

from twinbase_ebp.tables.source import SOURCE, code, optional_table, without

HOURS = "The hours of projects are unknown."
PLACE = "Where construction sites are may be unknown."


class EbpDeal(SQLModel, table=True):
    __tablename__ = "Deal"
    __table_args__ = SOURCE
    Id: str = code(10)
    Caption: str | None = Field(default=None, max_length=80)
    DealState: int | None = without("The state of deals is unknown.")
    DealDate: NaiveDatetime | None = without("When deals began is unknown.")
    PredictedDuration: Decimal | None = without(HOURS)
    AccomplishedDuration: Decimal | None = without(HOURS)
    NotesClear: str | None = without("Notes on deals are empty.")


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
    Id: str = code(10)
    Caption: str | None = Field(default=None, max_length=80)
    CustomerId: str | None = without("Whose a construction site is is unknown.", 20)
    DealId: str | None = without("Construction sites are not linked to deals.", 10)
    StorehouseId: UUID | None = without("Storehouses of construction sites are shown as depots.")
    StartDate: NaiveDatetime | None = without("When construction begins is unknown.")
    EndDate: NaiveDatetime | None = without("When construction ends is unknown.")
    Status: int | None = without("The status of construction sites is unknown.")
    ConstructionSiteAddress_Address1: str | None = without(PLACE, 40)
    ConstructionSiteAddress_ZipCode: str | None = without(PLACE, 10)
    ConstructionSiteAddress_City: str | None = without(PLACE, 35)
    ConstructionSiteAddress_Latitude: Decimal | None = without(PLACE)
    ConstructionSiteAddress_Longitude: Decimal | None = without(PLACE)
    PredictedDuration: Decimal | None = without(HOURS)
    AccomplishedDuration: Decimal | None = without(HOURS)
    DescriptionClear: str | None = without("Construction sites have no description.")
