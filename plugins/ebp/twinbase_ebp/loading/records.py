"""What the loader remembers, in PostgreSQL's schema `ebp`: how far it is with each table, and its runs."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Column, DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from twinbase_ebp.schema.records import SCHEMA

Mode = Literal["filling", "comparing", "following"]
"""filling: all rows are read into an empty copy; comparing: all rows are read and compared; following: what changed."""


def _moment(*, nullable: bool = True) -> Any:
    return Column(DateTime(timezone=True), nullable=nullable)


class LoadState(SQLModel, table=True):
    """How far a table is. It is written in the transaction of the rows that it speaks of.

    `fingerprint`: the table's when this mode began. `after`: the key of the last row read while filling or comparing.
    `high`: the latest sysModifiedDate seen, as EBP writes it. `refused`: deletions that wait to be confirmed.
    """

    __tablename__ = "load_state"
    __table_args__ = SCHEMA
    table_name: str = Field(primary_key=True)
    mode: str = "filling"
    fingerprint: str = ""
    after: list[Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    high: str | None = None
    refused: int = 0
    compared_at: datetime | None = Field(default=None, sa_column=_moment())
    checked_at: datetime | None = Field(default=None, sa_column=_moment())


class RowProblem(SQLModel, table=True):
    """A row of EBP that PostgreSQL did not take. It is read again in every run until it fits or is gone."""

    __tablename__ = "row_problem"
    __table_args__ = SCHEMA
    table_name: str = Field(primary_key=True)
    key: list[Any] = Field(sa_column=Column(JSONB, primary_key=True))
    sentence: str
    at: datetime = Field(sa_column=_moment(nullable=False))


class KindVote(SQLModel, table=True):
    """How often a deletion that EBP noted under this kind was seen to be one of this table."""

    __tablename__ = "kind_vote"
    __table_args__ = SCHEMA
    kind: UUID = Field(primary_key=True)
    table_name: str = Field(primary_key=True)
    votes: int = 0


class LoadRun(SQLModel, table=True):
    """One run of the loader. `finished_at` is empty while it runs; a page is only written while that is so."""

    __tablename__ = "load_run"
    __table_args__ = SCHEMA
    id: UUID = Field(primary_key=True)
    started_at: datetime = Field(sa_column=_moment(nullable=False))
    finished_at: datetime | None = Field(default=None, sa_column=_moment())
    outcome: str = "running"
    figures: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))


RECORDS: tuple[type[SQLModel], ...] = (LoadState, RowProblem, KindVote, LoadRun)
