"""People of the company, and their lists. The columns that the projections read, with EBP's own names."""

from uuid import UUID

from pydantic import NaiveDatetime
from sqlmodel import Field, SQLModel

from twinbase_ebp.tables.source import SOURCE


class Colleague(SQLModel, table=True):
    __tablename__ = "Colleague"
    __table_args__ = SOURCE
    Id: str = Field(primary_key=True, max_length=20)
    Contact_Name: str | None = Field(default=None, max_length=60)
    Contact_FirstName: str | None = Field(default=None, max_length=60)
    Contact_Phone: str | None = Field(default=None, max_length=20)
    Contact_CellPhone: str | None = Field(default=None, max_length=20)
    Contact_Email: str | None = Field(default=None, max_length=100)
    Contact_ColleagueFunction: str | None = Field(default=None, max_length=60)
    GeographicSector: str | None = Field(default=None, max_length=10)
    StorehouseId: UUID | None = None
    ActiveState: int | None = None


class Competence(SQLModel, table=True):
    __tablename__ = "Competence"
    __table_args__ = SOURCE
    Id: str = Field(primary_key=True, max_length=8)
    Caption: str | None = Field(default=None, max_length=40)


class ColleagueCompetence(SQLModel, table=True):
    __tablename__ = "ColleagueCompetence"
    __table_args__ = SOURCE
    Id: UUID = Field(primary_key=True)
    ColleagueId: str | None = Field(default=None, max_length=20)
    CompetenceId: str | None = Field(default=None, max_length=8)
    EndDate: NaiveDatetime | None = None


class ScheduleEventType(SQLModel, table=True):
    __tablename__ = "ScheduleEventType"
    __table_args__ = SOURCE
    Id: UUID = Field(primary_key=True)
    Caption: str | None = Field(default=None, max_length=60)
    Color: int | None = None


class ScheduleEventTemplate(SQLModel, table=True):
    __tablename__ = "ScheduleEventTemplate"
    __table_args__ = SOURCE
    Id: str = Field(primary_key=True, max_length=8)
    Caption: str | None = Field(default=None, max_length=40)
    ScheduleEventTypeId: UUID | None = None


class Unit(SQLModel, table=True):
    __tablename__ = "Unit"
    __table_args__ = SOURCE
    Id: str = Field(primary_key=True, max_length=4)
    Caption: str | None = Field(default=None, max_length=40)
    Decimals: int | None = None
