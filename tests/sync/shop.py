"""The twins of these tests: a small workshop, with every kind of mirror that a rule needs."""

from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import Column, Numeric
from sqlmodel import Field, SQLModel

from twinbase import Mirror, hookimpl, merge_columns
from twinbase.conflict import add

SCHEMA = "workshop"


class Product(SQLModel, table=True):
    """Pulled by everybody."""

    __tablename__ = "product"
    __table_args__ = {"schema": SCHEMA}
    id: int = Field(primary_key=True)
    name: str
    price: Decimal | None = Field(default=None, sa_column=Column(Numeric(10, 2)))


class Job(SQLModel, table=True):
    """Both ways, by the technician who leads it."""

    __tablename__ = "job"
    __table_args__ = {"schema": SCHEMA}
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    lead: str
    title: str = ""
    report: str | None = None
    visits: int = 0
    done: bool = False


class Part(SQLModel, table=True):
    """A part used in a job, by everybody."""

    __tablename__ = "part"
    __table_args__ = {"schema": SCHEMA}
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    job_id: UUID = Field(foreign_key=f"{SCHEMA}.job.id")
    quantity: int = Field(default=1)


class Workshop:
    """The plugin."""

    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(Product)
        yield Mirror(
            Job, direction="both", scope=lambda who: Job.lead == who["lead"], conflict=merge_columns(visits=add)
        )
        yield Mirror(Part, direction="both", conflict="merge_columns")
