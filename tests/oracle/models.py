"""A small company with every kind of table that has ever broken a sync engine, in two versions of its app."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import MetaData, Numeric
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

SCHEMA = "oracle"
PLACE = {"schema": SCHEMA}


class TeamColumns(SQLModel):
    """Everybody reads it; an integer key; it points at itself twice, so one deletion changes a row twice (H3)."""

    id: int = Field(primary_key=True)
    name: str
    parent_id: int | None = Field(default=None, foreign_key=f"{SCHEMA}.teams.id", ondelete="SET NULL")
    deputy_id: int | None = Field(default=None, foreign_key=f"{SCHEMA}.teams.id", ondelete="SET NULL")


class MembershipColumns(SQLModel):
    """Never on a device, but scopes read it."""

    person: str = Field(primary_key=True)
    sector: str = Field(primary_key=True)


class JobColumns(SQLModel):
    """Scope by claim and by another table, a moving window, a hidden column, a cycle of foreign keys with parts."""

    id: UUID = Field(primary_key=True)
    lead: str
    sector: str
    title: str
    status: str = "open"
    hours: int = 0
    price: Decimal = Field(default=Decimal("0.00"), sa_type=Numeric(10, 2))
    starts_at: datetime | None = None
    secret: str = ""
    team_id: int | None = Field(default=None, foreign_key=f"{SCHEMA}.teams.id", ondelete="SET NULL")


class NewJobColumns(JobColumns):
    """The second version has a column more, which people fill in."""

    floor: int | None = None


class PartColumns(SQLModel):
    """A key of two columns; goes with its job."""

    job_id: UUID = Field(primary_key=True, foreign_key=f"{SCHEMA}.jobs.id", ondelete="CASCADE")
    line: int = Field(primary_key=True)
    label: str
    quantity: int = 1


class LogColumns(SQLModel):
    """Rows are added, never changed. Each stands beside one change of a counter, in the same local transaction."""

    id: UUID = Field(primary_key=True)
    person: str
    code: str
    delta: int


class StockColumns(SQLModel):
    """A counter that everybody adds to; a key of words."""

    code: str = Field(primary_key=True)
    quantity: int = 0


class NoticeColumns(SQLModel):
    """Read-only, filtered, with a natural key: what leaves the scope can only be found by repair."""

    code: str = Field(primary_key=True)
    sector: str
    body: str


class NewNoticeColumns(NoticeColumns):
    """The second version has a column that every row has a value in from the start."""

    urgency: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class VisitColumns(SQLModel):
    """Made on site by whoever is there, with a picture whose bytes come after the row, and a number that is the
    office's: it comes back later, and no key changes for it."""

    id: UUID = Field(primary_key=True)
    person: str
    sector: str
    note: str = ""
    made_on_site: bool = False
    number: str | None = None
    sha256: str | None = Field(default=None, max_length=64)
    state: str | None = None


class ToolColumns(SQLModel):
    """The second version has a table more."""

    id: UUID = Field(primary_key=True)
    person: str
    place: str = ""


@dataclass(frozen=True)
class Tables:
    """The classes of one version of the app; `tool` is none of the first one's."""

    version: int
    metadata: MetaData
    team: Any
    membership: Any
    job: Any
    part: Any
    log: Any
    stock: Any
    notice: Any
    visit: Any
    tool: Any = None


def declare(version: int) -> Tables:
    """Classes of their own for each version: two that call the same table theirs cannot share a registry."""

    class Base(SQLModel, registry=registry()):
        pass

    def table(name: str, columns: type[SQLModel]) -> Any:
        body = {"__module__": __name__, "__tablename__": name, "__table_args__": PLACE, "__doc__": columns.__doc__}
        make: Any = type(columns)
        return make(columns.__name__.removesuffix("Columns"), (Base, columns), body, table=True)

    new = version > 1
    return Tables(
        version,
        Base.metadata,
        team=table("teams", TeamColumns),
        membership=table("memberships", MembershipColumns),
        job=table("jobs", NewJobColumns if new else JobColumns),
        part=table("parts", PartColumns),
        log=table("logs", LogColumns),
        stock=table("stocks", StockColumns),
        notice=table("notices", NewNoticeColumns if new else NoticeColumns),
        visit=table("visits", VisitColumns),
        tool=table("tools", ToolColumns) if new else None,
    )
