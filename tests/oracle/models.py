"""A small company with every kind of table that has ever broken a sync engine."""

import json
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Numeric, or_, select
from sqlmodel import Field, SQLModel, col

from twinbase import Credentials, Identity, Mirror, Who, days, hookimpl, merge_columns, within
from twinbase.conflict import add, device_wins, server_wins

SCHEMA = "oracle"
PLACE = {"schema": SCHEMA}


class Team(SQLModel, table=True):
    """Everybody reads it; an integer key; it points at itself twice, so one deletion changes a row twice (H3)."""

    __tablename__ = "teams"
    __table_args__ = PLACE
    id: int = Field(primary_key=True)
    name: str
    parent_id: int | None = Field(default=None, foreign_key=f"{SCHEMA}.teams.id", ondelete="SET NULL")
    deputy_id: int | None = Field(default=None, foreign_key=f"{SCHEMA}.teams.id", ondelete="SET NULL")


class Membership(SQLModel, table=True):
    """Never on a device, but scopes read it."""

    __tablename__ = "memberships"
    __table_args__ = PLACE
    person: str = Field(primary_key=True)
    sector: str = Field(primary_key=True)


class Job(SQLModel, table=True):
    """Scope by claim and by another table, a moving window, a hidden column, a cycle of foreign keys with parts."""

    __tablename__ = "jobs"
    __table_args__ = PLACE
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


class Part(SQLModel, table=True):
    """A key of two columns; goes with its job."""

    __tablename__ = "parts"
    __table_args__ = PLACE
    job_id: UUID = Field(primary_key=True, foreign_key=f"{SCHEMA}.jobs.id", ondelete="CASCADE")
    line: int = Field(primary_key=True)
    label: str
    quantity: int = 1


class Log(SQLModel, table=True):
    """Rows are added, never changed. Each stands beside one change of a counter, in the same local transaction."""

    __tablename__ = "logs"
    __table_args__ = PLACE
    id: UUID = Field(primary_key=True)
    person: str
    code: str
    delta: int


class Stock(SQLModel, table=True):
    """A counter that everybody adds to; a key of words."""

    __tablename__ = "stocks"
    __table_args__ = PLACE
    code: str = Field(primary_key=True)
    quantity: int = 0


class Notice(SQLModel, table=True):
    """Read-only, filtered, with a natural key: what leaves the scope can only be found by repair."""

    __tablename__ = "notices"
    __table_args__ = PLACE
    code: str = Field(primary_key=True)
    sector: str
    body: str


TABLES = (Team, Membership, Job, Part, Log, Stock, Notice)


def my_sectors(who: Who) -> object:
    return select(col(Membership.sector)).where(col(Membership.person) == who["person"])


class Company:
    """The plugin of the oracle."""

    @hookimpl
    async def twinbase_authenticate(self, credentials: Credentials, connection: Any) -> Identity | None:
        """Everybody is who they say: a password would cost more time than a sync."""
        claims = await connection.fetchval(
            "SELECT claims::text FROM twinbase.account WHERE email = $1", credentials.email
        )
        return Identity(credentials.email, json.loads(claims)) if claims else None

    @hookimpl
    def twinbase_mirrors(self) -> Iterable[Mirror]:
        yield Mirror(Team)
        yield Mirror(
            Job,
            hidden=["secret"],
            direction="both",
            scope=lambda who: or_(col(Job.lead) == who["person"], col(Job.sector).in_(my_sectors(who))),  # type: ignore[arg-type]
            window=days(Job.starts_at, back=30, ahead=30),
            writable=["title", "status", "hours", "price", "team_id"],
            conflict=merge_columns(server_wins, title=device_wins, hours=add),
            page_rows=7,
        )
        yield Mirror(
            Part,
            direction="both",
            scope=within(Job, Part.job_id),
            conflict=merge_columns(server_wins, quantity=add),
            page_rows=5,
        )
        yield Mirror(
            Log,
            direction="both",
            scope=lambda who: col(Log.person) == who["person"],
            conflict="append_only",
            page_rows=5,
        )
        yield Mirror(Stock, direction="both", operations=["update"], conflict="add", page_rows=3)
        yield Mirror(Notice, scope=lambda who: col(Notice.sector).in_(my_sectors(who)), page_rows=4)  # type: ignore[arg-type]


SCOPES = {
    "teams": ("SELECT id, name, parent_id, deputy_id FROM oracle.teams", ()),
    "jobs": (
        "SELECT id, lead, sector, title, status, hours, price, starts_at, team_id FROM oracle.jobs j"
        " WHERE (lead = $1 OR sector IN (SELECT sector FROM oracle.memberships WHERE person = $1))"
        " AND (starts_at IS NULL OR (starts_at >= $2::timestamptz - interval '30 days'"
        " AND starts_at < $2::timestamptz + interval '30 days'))",
        ("person", "as_of"),
    ),
    "parts": (
        "SELECT p.job_id, p.line, p.label, p.quantity FROM oracle.parts p JOIN oracle.jobs j ON j.id = p.job_id"
        " WHERE (lead = $1 OR sector IN (SELECT sector FROM oracle.memberships WHERE person = $1))"
        " AND (starts_at IS NULL OR (starts_at >= $2::timestamptz - interval '30 days'"
        " AND starts_at < $2::timestamptz + interval '30 days'))",
        ("person", "as_of"),
    ),
    "logs": ("SELECT id, person, code, delta FROM oracle.logs WHERE person = $1", ("person",)),
    "stocks": ("SELECT code, quantity FROM oracle.stocks", ()),
    "notices": (
        "SELECT n.code, n.sector, n.body FROM oracle.notices n"
        " WHERE sector IN (SELECT sector FROM oracle.memberships WHERE person = $1)",
        ("person",),
    ),
}
"""What each device must hold, in plain SQL that shares nothing with the engine."""
