"""What the way back remembers on the server, in schema `ebp`."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from twinbase_ebp.links import Link

SCHEMA = {"schema": "ebp"}


class ExportedFile(SQLModel, table=True):
    """Which file a delivery was handed over in: noted before the file appears, so that no delivery is in two.

    `before`: what the copy said then of the columns that it changes; of a new row, the keys of those that look like it.
    """

    __tablename__ = "exported_file"
    __table_args__ = SCHEMA
    delivery: UUID = Field(primary_key=True)
    file: str = Field(index=True)
    at: datetime = Field(sa_type=DateTime(timezone=True))
    before: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))


class RestToken(SQLModel, table=True):
    """The tokens of EBP's online interface, one row. `refresh_token` may be used once; it is worth nothing without the
    client's secret, which is not in the database. `first`: the hash of the one in the settings that it descends from.
    """

    __tablename__ = "rest_token"
    __table_args__ = SCHEMA
    single: bool = Field(default=True, primary_key=True)
    first: str
    refresh_token: str = Field(repr=False)
    access_token: str = Field(repr=False)
    expires_at: datetime = Field(sa_type=DateTime(timezone=True))


class RestUse(SQLModel, table=True):
    """How many calls were made on a day (UTC), and when the last one was."""

    __tablename__ = "rest_use"
    __table_args__ = SCHEMA
    day: date = Field(primary_key=True)
    calls: int = 0
    last_at: datetime = Field(sa_type=DateTime(timezone=True))


class RestTry(SQLModel, table=True):
    """A delivery whose call was begun. `asked`: nobody knows what became of it, and a person was asked to look."""

    __tablename__ = "rest_try"
    __table_args__ = SCHEMA
    delivery: UUID = Field(primary_key=True)
    began_at: datetime = Field(sa_type=DateTime(timezone=True))
    asked: bool = False


RECORDS: list[type[SQLModel]] = [Link, ExportedFile, RestToken, RestUse, RestTry]
