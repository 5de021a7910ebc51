"""The twins of the benchmark: eight tables of a working day, and sixteen small ones beside them, 24 mirrors in all."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Numeric
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, col

from twinbase import Mirror, hookimpl
from twinbase.mirror import within

SCHEMA = "bench"
SMALL_TABLES = 16
SECTORS = ("north", "east", "south", "west")


def money_column() -> Any:
    return Field(default=Decimal(0), sa_type=Numeric(12, 2))


def moment_column() -> Any:
    return Field(sa_type=DateTime(timezone=True))


class BenchTable(SQLModel, registry=registry()):
    """What all tables have. Their metadata is their own: no other table of an application is made with them."""

    id: UUID = Field(primary_key=True)
    code: str
    created_at: datetime = moment_column()
    updated_at: datetime = moment_column()


class BenchCustomer(BenchTable, table=True):
    __tablename__ = "customer"
    __table_args__ = {"schema": SCHEMA}
    name: str
    legal_name: str | None = None
    street: str
    postal_code: str
    city: str
    email: str | None = None
    phone: str | None = None
    vat_number: str | None = None
    balance: Decimal = money_column()
    credit_limit: Decimal = money_column()
    is_blocked: bool = False
    latitude: float | None = None
    longitude: float | None = None
    notes: str | None = None


class BenchSite(BenchTable, table=True):
    __tablename__ = "site"
    __table_args__ = {"schema": SCHEMA}
    customer_id: UUID = Field(foreign_key=f"{SCHEMA}.customer.id")
    name: str
    street: str
    postal_code: str
    city: str
    access_notes: str | None = None
    floor: int | None = None
    has_lift: bool = False
    latitude: float | None = None
    longitude: float | None = None


class BenchContact(BenchTable, table=True):
    __tablename__ = "contact"
    __table_args__ = {"schema": SCHEMA}
    customer_id: UUID = Field(foreign_key=f"{SCHEMA}.customer.id")
    first_name: str
    last_name: str
    job_title: str | None = None
    email: str | None = None
    phone: str | None = None
    mobile: str | None = None
    is_main: bool = False
    notes: str | None = None


class BenchProduct(BenchTable, table=True):
    __tablename__ = "product"
    __table_args__ = {"schema": SCHEMA}
    name: str
    description: str | None = None
    family: str
    unit: str
    sale_price: Decimal = money_column()
    cost_price: Decimal = money_column()
    stock: Decimal = Field(default=Decimal(0), sa_type=Numeric(12, 3))
    barcode: str | None = None
    is_active: bool = True


class BenchJob(BenchTable, table=True):
    __tablename__ = "job"
    __table_args__ = {"schema": SCHEMA}
    customer_id: UUID = Field(foreign_key=f"{SCHEMA}.customer.id")
    site_id: UUID = Field(foreign_key=f"{SCHEMA}.site.id")
    sector: str
    title: str
    status: str
    priority: int
    starts_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True), index=True)
    due: date | None = None
    minutes: int | None = None
    amount: Decimal = money_column()
    is_billable: bool = True
    instructions: str | None = None
    report: str | None = None


class BenchLine(BenchTable, table=True):
    __tablename__ = "line"
    __table_args__ = {"schema": SCHEMA}
    job_id: UUID = Field(foreign_key=f"{SCHEMA}.job.id")
    product_id: UUID = Field(foreign_key=f"{SCHEMA}.product.id")
    position: int
    description: str
    quantity: Decimal = Field(default=Decimal(1), sa_type=Numeric(12, 3))
    unit_price: Decimal = money_column()
    discount: Decimal | None = Field(default=None, sa_type=Numeric(12, 2))
    is_done: bool = False


class BenchDocument(BenchTable, table=True):
    __tablename__ = "document"
    __table_args__ = {"schema": SCHEMA}
    customer_id: UUID = Field(foreign_key=f"{SCHEMA}.customer.id")
    kind: str
    number: str
    title: str
    issued_on: date
    amount: Decimal = money_column()
    tax: Decimal = money_column()
    comment: str | None = None


class BenchNote(BenchTable, table=True):
    __tablename__ = "note"
    __table_args__ = {"schema": SCHEMA}
    job_id: UUID = Field(foreign_key=f"{SCHEMA}.job.id")
    author: str
    body: str
    is_private: bool = False


class BenchWide(BenchTable, table=True):
    """Eighteen columns that no device has: what capture costs is measured on it."""

    __tablename__ = "wide"
    __table_args__ = {"schema": SCHEMA}
    name: str
    street: str
    postal_code: str
    city: str
    family: str
    status: str
    quantity: int
    priority: int
    price: Decimal = money_column()
    cost: Decimal = money_column()
    weight: float
    is_active: bool
    issued_on: date
    notes: str


def _small(number: int) -> Any:
    """One of the small tables; every fourth is seen through the jobs that its rows belong to."""
    namespace: dict[str, Any] = {
        "__tablename__": f"small_{number:02}",
        "__table_args__": {"schema": SCHEMA},
        "__module__": __name__,
        "__annotations__": {"label": str, "rank": int, "job_id": UUID | None},
        "job_id": Field(default=None, foreign_key=f"{SCHEMA}.job.id"),
    }
    made: Any = type(BenchTable)
    return made(f"Small{number:02}", (BenchTable,), namespace, table=True)


MAIN: tuple[type[BenchTable], ...] = (
    BenchCustomer,
    BenchSite,
    BenchContact,
    BenchProduct,
    BenchJob,
    BenchLine,
    BenchDocument,
    BenchNote,
)
SMALL: tuple[Any, ...] = tuple(_small(number) for number in range(SMALL_TABLES))


class BenchPlugin:
    """The plugin."""

    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        for model in MAIN:
            if model is BenchJob:
                yield Mirror(
                    BenchJob,
                    direction="both",
                    conflict="merge_columns",
                    scope=lambda who: col(BenchJob.sector).in_(who["sectors"]),
                )
            else:
                yield Mirror(model)
        for number, model in enumerate(SMALL):
            yield Mirror(model, scope=within(BenchJob, model.job_id, nulls=True) if number % 4 == 0 else None)
