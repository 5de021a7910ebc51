"""Two twins and a projection whose SQL is small enough to be read: jobs, their parts, and the orders of an ERP."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, FromClause, Integer, MetaData, Numeric, Select, String, Table, select
from sqlmodel import Field, SQLModel, col

from twinbase import Mirror, Plugins, days, hookimpl, within
from twinbase.projection import Feeds, Projection
from twinbase.registry import Registry


class Base(SQLModel):
    metadata = MetaData()


class Job(Base, table=True):
    """A job of one technician. Its title comes from the ERP, and a device may change it too."""

    __tablename__ = "job"
    __table_args__ = ({"schema": "workshop"},)
    id: UUID = Field(primary_key=True)
    lead_id: UUID
    title: str
    starts_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    price: Decimal | None = Field(default=None, sa_type=Numeric(10, 2))
    source_table: str | None = None
    source_id: str | None = None


class Part(Base, table=True):
    """A part of a job: a key of two columns, one of which points at the job."""

    __tablename__ = "part"
    __table_args__ = ({"schema": "workshop"},)
    job_id: UUID = Field(primary_key=True, foreign_key="workshop.job.id")
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    quantity: float | None = None


ORDERS = Table(
    "Order",
    MetaData(),
    Column("Id", Integer, primary_key=True),
    Column("Caption", String(40)),
    Column("LeadId", String),
    Column("JobId", String),
    schema="public",
)


def _of_order(changed: FromClause) -> Select[tuple[str]]:
    return select(changed.c["Id"].cast(String))


_JOB: Any = Job
_ROWS: Select[Any] = select(
    ORDERS.c.JobId.cast(_JOB.__table__.c.id.type).label("id"),
    ORDERS.c.LeadId.cast(_JOB.__table__.c.lead_id.type).label("lead_id"),
    ORDERS.c.Caption.label("title"),
    ORDERS.c.Id.cast(String).label("source_id"),
)
ORDERED = Projection(
    Job,
    "Order",
    _ROWS,
    feeds=(Feeds(ORDERS, _of_order),),
    only={"The order has no number of a job.": ORDERS.c.JobId.is_not(None)},
    shared=frozenset({"title"}),
)


class Workshop:
    """The plugin."""

    @hookimpl
    def twinbase_mirrors(self) -> Iterable[Mirror]:
        """Jobs are one's own and of the weeks round today; parts follow their job."""
        yield Mirror(
            Job,
            direction="both",
            hidden={"source_table", "source_id"},
            scope=lambda who: col(Job.lead_id) == who["colleague_id"],
            window=days(Job.starts_at, back=30, ahead=30),
        )
        yield Mirror(Part, direction="both", scope=within(Job, Part.job_id))

    @hookimpl
    def twinbase_projections(self) -> Sequence[Projection]:
        """Jobs come from orders."""
        return [ORDERED]


def registry() -> Registry:
    """The twins of the workshop."""
    return Plugins(Workshop()).registry
