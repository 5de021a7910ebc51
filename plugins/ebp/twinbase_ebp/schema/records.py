"""What the server remembers of EBP's schema: its tables as they were last seen, and events; both in schema `ebp`.

Other plugins hear of events by reading `ebp.event` after the last id they know; `LISTEN ebp_event` says when to look.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Identity
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

SCHEMA = {"schema": "ebp"}
CHANNEL = "ebp_event"


class TableRecord(SQLModel, table=True):
    """A table of EBP as it is copied. `spec`: as in a file of specs. `stale`: columns that are fed no more, by type.

    `backfill`: all of its rows must be read again; the loader clears it. `gone`: EBP has it no more, the copy is kept.
    """

    __tablename__ = "table_spec"
    __table_args__ = SCHEMA
    name: str = Field(primary_key=True)
    spec: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    fingerprint: str
    stale: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    backfill: bool = False
    gone: bool = False
    seen_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class Event(SQLModel, table=True):
    """Something that an operator, or another plugin, may want to know of EBP: one row for each."""

    __tablename__ = "event"
    __table_args__ = SCHEMA
    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True, nullable=False)
    )
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))
    table_name: str
    kind: str
    sentence: str
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
