"""Two tables that travel, machines and their slots, and three that stay on the server."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, MetaData, Uuid
from sqlmodel import Field, SQLModel

SCHEMA = "vending"


class Base(SQLModel):
    """Tables of our own, apart from those of other plugins."""

    metadata = MetaData()


class Route(Base, table=True):
    """Who drives which route. It stays on the server; the scope of machines asks it."""

    __tablename__ = "routes"
    __table_args__ = {"schema": SCHEMA}
    code: str = Field(primary_key=True, max_length=10)
    driver: str = Field(max_length=40)


class Badge(Base, table=True):
    """A badge and whose it is. What is printed on it is no secret; the code that goes with it is kept as a hash."""

    __tablename__ = "badges"
    __table_args__ = {"schema": SCHEMA}
    number: str = Field(primary_key=True, max_length=20)
    driver: str = Field(max_length=40)
    code_hash: str
    lost: bool = False


class Machine(Base, table=True):
    """A machine at a place, on a route."""

    __tablename__ = "machines"
    __table_args__ = {"schema": SCHEMA}
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    number: int = Field(unique=True)
    place: str = Field(max_length=80)
    route: str = Field(foreign_key=f"{SCHEMA}.routes.code", index=True)
    out_of_order: bool = False
    remark: str | None = None


class Slot(Base, table=True):
    """A slot of a machine: what is in it, how many are left, and when they were last counted."""

    __tablename__ = "slots"
    __table_args__ = {"schema": SCHEMA}
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    machine_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey(f"{SCHEMA}.machines.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    position: str = Field(max_length=4)
    product: str = Field(max_length=40)
    left: int = 0
    counted_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))


class Sale(Base, table=True):
    """What a machine reported: the numbers are the machine's own, so a report that comes twice is known."""

    __tablename__ = "sales"
    __table_args__ = {"schema": SCHEMA}
    machine: int = Field(primary_key=True)
    serial: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    position: str = Field(max_length=4)
    cents: int
