"""A small workshop: the twins of the replica's tests."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Column, DateTime, ForeignKey, LargeBinary, Numeric, UniqueConstraint, text
from sqlalchemy.orm import registry
from sqlmodel import Field, Relationship, SQLModel

from twinbase import Mirror, Plugins, hookimpl
from twinbase.replica import Replica

KEY = bytes(range(32))
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


class Base(SQLModel, registry=registry()):
    """Tables of their own, apart from those of other tests."""


class Country(Base, table=True):
    __tablename__ = "countries"
    __table_args__ = {"schema": "mobile"}
    code: str = Field(primary_key=True)
    name: str


class Customer(Base, table=True):
    __tablename__ = "customers"
    __table_args__ = (UniqueConstraint("number"), {"schema": "mobile"})
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    number: int | None = Field(default=None)
    name: str
    country: str | None = Field(default=None, sa_column=Column(ForeignKey("mobile.countries.code")))
    margin: Decimal | None = Field(default=None, sa_column=Column(Numeric(8, 2)))
    jobs: list["Job"] = Relationship(back_populates="customer")


class Job(Base, table=True):
    __tablename__ = "jobs"
    __table_args__ = {"schema": "mobile"}
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    customer_id: UUID | None = Field(
        default=None, sa_column=Column(ForeignKey("mobile.customers.id", ondelete="SET NULL"))
    )
    title: str
    status: str = Field(default="new", sa_column_kwargs={"server_default": "new"})
    hours: float | None = None
    price: Decimal | None = Field(default=None, sa_column=Column(Numeric(10, 2)))
    photo: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    number: int | None = Field(default=None, sa_column_kwargs={"server_default": text("nextval('numbers')")})
    starts_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    done: bool = False
    customer: Customer | None = Relationship(back_populates="jobs")
    lines: list["Line"] = Relationship(back_populates="job", cascade_delete=True)


class Line(Base, table=True):
    __tablename__ = "lines"
    __table_args__ = {"schema": "mobile"}
    job_id: UUID = Field(sa_column=Column(ForeignKey("mobile.jobs.id", ondelete="CASCADE"), primary_key=True))
    place: int = Field(primary_key=True)
    label: str = ""
    amount: int | None = None
    job: Job | None = Relationship(back_populates="lines")


class Stamp(Base, table=True):
    __tablename__ = "stamps"
    __table_args__ = {"schema": "mobile"}
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    note: str


MIRRORS = (
    Mirror(Country),
    Mirror(Customer, direction="both", hidden={"margin"}),
    Mirror(Job, direction="both", conflict="merge_columns"),
    Mirror(Line, direction="both"),
    Mirror(Stamp, direction="push", conflict="append_only"),
)


def plugins(*mirrors: Mirror) -> Plugins:
    """A plugin with these mirrors."""

    class Workshop:
        @hookimpl
        def twinbase_mirrors(self) -> Iterable[Mirror]:
            return mirrors or MIRRORS

    return Plugins(Workshop())


@asynccontextmanager
async def opened(folder: Path, *mirrors: Mirror, **options: Any) -> AsyncIterator[Replica]:
    """The replica in this folder."""
    replica = await Replica.open(
        folder / "twin.db",
        options.pop("key", None if options.get("plain") else KEY),
        plugins=plugins(*mirrors),
        clock=options.pop("clock", lambda: NOON),
        **options,
    )
    async with replica:
        yield replica


def rows(replica: Replica, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """What a query gives on a connection of its own."""
    connection = replica.database.connect()
    try:
        return [tuple(row) for row in connection.execute(query, values)]
    finally:
        connection.close()


def serve(replica: Replica, table: str, *many: dict[str, Any], version: int = 700) -> None:
    """Rows as an apply brings them from the server: no trigger speaks, and each has its version."""
    twin = replica.registry[table]
    with_proof = [{**row} for row in many]
    connection = replica.database.connect()
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE _twinbase_state SET applying = 1, checkpoint = checkpoint + 1")
        for row in with_proof:
            _put(connection, table, row)
            _put(
                connection,
                f"_twinbase_meta_{table}",
                {**{k: row[k] for k in twin.key}, "version": version, "hash": 1},
                applied="(SELECT checkpoint FROM _twinbase_state)",
            )
        connection.execute("UPDATE _twinbase_state SET applying = 0")
        connection.execute("COMMIT")
    finally:
        connection.close()


def _put(connection: Any, table: str, row: dict[str, Any], **expressions: str) -> None:
    names = ", ".join([*row, *expressions])
    marks = ", ".join(["?" for _ in row] + list(expressions.values()))
    connection.execute(f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})", list(row.values()))


def outbox(replica: Replica) -> list[tuple[Any, ...]]:
    """(tx, twin, op, base) of every mutation, oldest first."""
    return rows(replica, "SELECT tx, twin, op, base FROM _twinbase_outbox ORDER BY seq")


def changes(replica: Replica, table: str) -> list[dict[str, tuple[Any, Any]]]:
    """Of every mutation of a table, the columns that changed: (old, new) as stored."""
    twin, found = replica.registry[table], []
    sides = ", ".join(f"old_{name}, new_{name}" for name in twin.columns)
    for row in rows(replica, f"SELECT {sides} FROM _twinbase_change_{table} ORDER BY seq"):
        pairs = zip(twin.columns, zip(row[::2], row[1::2], strict=True), strict=True)
        found.append({name: pair for name, pair in pairs if pair[0] != pair[1]})
    return found
