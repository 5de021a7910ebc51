"""People of the company, what they can, and when they work."""

from typing import Any
from uuid import UUID

from pydantic import NaiveDatetime
from sqlalchemy import Boolean, Column, DateTime
from sqlmodel import Field, SQLModel

from twinbase.projection import OPTIONAL
from twinbase_ebp.tables.source import SOURCE, code_column, optional_column, optional_table

REACHED = "How colleagues are reached may be unknown."
WEEK = "When colleagues work is unknown."
DAY_PARTS = ("StartTime", "EndTime", "LunchStartTime", "LunchEndTime")


class EbpColleague(SQLModel, table=True):
    __tablename__ = "Colleague"
    __table_args__ = SOURCE
    Id: str = code_column(20)
    Contact_Name: str | None = Field(default=None, max_length=60)
    Contact_FirstName: str | None = optional_column("Colleagues have no first name.", 60)
    Contact_Phone: str | None = optional_column(REACHED, 20)
    Contact_CellPhone: str | None = optional_column(REACHED, 20)
    Contact_Email: str | None = optional_column(REACHED, 100)
    Contact_ColleagueFunction: str | None = optional_column("What colleagues do is unknown.", 60)
    GeographicSector: str | None = optional_column("Colleagues have no sector.", 10)
    StorehouseId: UUID | None = optional_column("No storehouse is known as somebody's van.")
    ActiveState: int | None = optional_column("The state of colleagues is unknown.")


# Seven days of five columns: DaySchedule0_StartTime … DaySchedule6_Active. Their times of day are on 1 January 1753.
for _day in (f"DaySchedule{number}_" for number in range(7)):
    _columns: list[Column[Any]] = [Column(f"{_day}{part}", DateTime, info={OPTIONAL: WEEK}) for part in DAY_PARTS]
    for _column in (*_columns, Column(f"{_day}Active", Boolean, info={OPTIONAL: WEEK})):
        EbpColleague.__table__.append_column(_column)  # type: ignore[attr-defined]


class EbpCompetence(SQLModel, table=True):
    __tablename__ = "Competence"
    __table_args__ = optional_table("Competences are unknown.")
    Id: str = code_column(8)
    Caption: str | None = Field(default=None, max_length=40)


class EbpColleagueCompetence(SQLModel, table=True):
    __tablename__ = "ColleagueCompetence"
    __table_args__ = optional_table("Who has which competence is unknown.")
    Id: UUID = Field(primary_key=True)
    ColleagueId: str | None = Field(default=None, max_length=20)
    CompetenceId: str | None = Field(default=None, max_length=8)
    EndDate: NaiveDatetime | None = optional_column("How long competences hold is unknown.")


class EbpGeographicSector(SQLModel, table=True):
    __tablename__ = "GeographicSector"
    __table_args__ = optional_table("Sectors have no names.")
    Code: str = code_column(10)
    Name: str | None = optional_column("Sectors have no names.", 30)
