"""What is ours: who of NinjaOne is whom elsewhere, and how far fetching has come."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from twinbase_ninjaone.tables.base import SCHEMA


class OrganizationCustomerLink(SQLModel, table=True):
    """An organisation is this customer of the ERP. It counts once a person has confirmed it.

    `method`: how it was found; `score`: how alike, up to 100, where it was found by likeness.
    """

    __tablename__ = "org_customer_links"
    __table_args__ = {"schema": SCHEMA}
    organization_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    customer_code: str
    method: str
    score: float | None = None
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None


class UserColleagueLink(SQLModel, table=True):
    """A technician is this colleague. It counts once a person has confirmed it."""

    __tablename__ = "user_colleague_links"
    __table_args__ = {"schema": SCHEMA}
    user_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    colleague_code: str
    method: str
    score: float | None = None
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None


class SyncCursor(SQLModel, table=True):
    """How far one resource has come. `watermark`: the newest update seen; `full_at`: when all of it was read last."""

    __tablename__ = "sync_cursors"
    __table_args__ = {"schema": SCHEMA}
    resource: str = Field(primary_key=True)
    last_id: int | None = Field(default=None, sa_type=BigInteger)
    watermark: datetime | None = None
    full_at: datetime | None = None
